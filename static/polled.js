// Says whether a panel that asks again by itself is current, or since when not; its reader may pause it.
(() => {
  "use strict";
  const ASKS = '[hx-trigger^="every"]';
  const sign = document.querySelector("[data-live]");
  const [words, verb] = sign.querySelectorAll("[aria-live], [data-verb]");
  let lostAt = null, isPaused = false;

  const clock = (at) => new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: sign.dataset.live });
  const isOurs = (context) => Boolean(context?.select && document.querySelector(context.select)?.matches(ASKS));
  function show() {
    const [state, text] = isPaused ? ["paused", "Paused"] : lostAt === null ? ["live", "Live"] : ["lost", `Not live since ${clock(lostAt)}`];
    sign.hidden = document.querySelector(ASKS) === null; // it stops asking once nothing more is to come
    if (words.textContent === text) return;
    [words.textContent, sign.dataset.state, verb.textContent] = [text, state, isPaused ? "Resume" : "Pause"];
  }
  document.addEventListener("htmx:before:request", (event) => { if (isPaused && event.target.matches(ASKS)) event.preventDefault(); });
  document.addEventListener("htmx:error", ({ detail: { ctx } }) => { if (isOurs(ctx)) lostAt ??= Date.now(); show(); });
  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    if (isOurs(ctx)) lostAt = ctx.response.status < 400 ? null : lostAt ?? Date.now();
    show();
  });
  sign.querySelector("button").addEventListener("click", () => { isPaused = !isPaused; show(); });
  setInterval(show, 1000);
  show();
})();
