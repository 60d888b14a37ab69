// The remote says so where a press was not sent, and since when what it shows may be old. The next answer takes it away.
(() => {
  "use strict";
  let lostAt = 0;
  const clock = (at) => new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  const isPress = (context) => context.request?.method?.toUpperCase() === "POST";
  const isOurs = (context) => context?.select === "#remote";

  function tell(context) {
    lostAt ||= Date.now();
    const line = document.querySelector("[data-told]") ?? document.createElement("p");
    if (line.isConnected && !isPress(context)) return; // read out once, not every two seconds
    line.dataset.told = "";
    line.className = "alert alert--refused";
    line.setAttribute("role", "alert");
    line.textContent = isPress(context) ? "Not sent. Check your connection and try again." : `Not live since ${clock(lostAt)}.`;
    document.getElementById("remote-state")?.before(line);
  }
  document.addEventListener("htmx:error", ({ detail: { ctx } }) => { if (isOurs(ctx)) tell(ctx); });
  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    if (!isOurs(ctx)) return;
    if (ctx.response.status === 401) location.reload();
    else if (ctx.response.status >= 500) tell(ctx);
    else lostAt = 0;
  });
})();
