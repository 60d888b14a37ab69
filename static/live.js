// Rows that somebody is about to press stay where they are: while a finger, the pointer or the keyboard's focus is on
// them, messages wait, and come when it has left. What rests there without a move for long holds nothing.
const stillness = (() => {
  "use strict";
  const LIFTED_MS = 800, LOOK_MS = 100;
  // A seat that is gone should not look free for long.
  const [ROWS, REST_MS, LONGEST_MS] = document.getElementById("shifts") ? ["#shifts", 3_000, 10_000] : [".rows, .latest", 20_000, 60_000];
  let [movedAt, liftedAt] = [-Infinity, -Infinity];
  let isPointed = false, isTouched = false, place = "", waiting = null;

  const isOn = ({ target }) => Boolean(target.closest?.(ROWS));
  const move = (event) => { if (isOn(event)) movedAt = performance.now(); };
  document.addEventListener("pointermove", (event) => {
    if (event.pointerType === "touch" || place === `${event.clientX} ${event.clientY}`) return; // it was the page that moved
    [place, isPointed] = [`${event.clientX} ${event.clientY}`, isOn(event)];
    move(event);
  });
  document.documentElement.addEventListener("pointerleave", () => { isPointed = false; });
  for (const name of ["touchstart", "touchmove"]) {
    document.addEventListener(name, (event) => { isTouched = isOn(event); move(event); }, { passive: true });
  }
  for (const name of ["touchend", "touchcancel"]) {
    document.addEventListener(name, () => { if (isTouched) liftedAt = performance.now(); isTouched = false; }, { passive: true });
  }
  for (const name of ["keydown", "focusin", "wheel"]) document.addEventListener(name, move, { passive: true });

  const isFocused = () => Boolean(document.activeElement?.closest(ROWS) && document.activeElement.matches(":focus-visible"));
  function isHeld() {
    const now = performance.now();
    if (document.hidden) return false;
    return now - liftedAt < LIFTED_MS || (now - movedAt < REST_MS && (isPointed || isTouched || isFocused()));
  }
  // A promise that is kept as soon as nothing is on the rows; null where that is so already.
  function awaited(onWait) {
    if (waiting || !isHeld()) return waiting;
    onWait(true);
    const begun = performance.now();
    waiting = new Promise((resolve) => {
      const look = () => {
        if (isHeld() && performance.now() - begun < LONGEST_MS) return void setTimeout(look, LOOK_MS);
        waiting = null;
        onWait(false);
        resolve();
      };
      setTimeout(look, LOOK_MS);
    });
    return waiting;
  }
  return { awaited, isHeld };
})();

// Says whether the page follows its stream, or since when not; its reader may pause it. htmx 4 has no calls for that, so
// this reaches into the connection that its SSE extension hands out: `reader` is the open stream, `delayCanceller` ends
// the pause before the next attempt, `cancelled` keeps it from connecting or from showing a message.
(() => {
  "use strict";
  const GRACE_MS = 3_000, SILENCE_MS = 45_000; // the server sends something every 15 seconds
  const [sign, stream] = [document.querySelector("[data-live]"), document.querySelector("[hx-sse\\:connect]")];
  const [words, verb] = sign.querySelectorAll("[aria-live], [data-verb]");
  let connection = null, isPaused = false, isBehind = false, lostAt = Date.now(), heardAt = lostAt;

  const clock = (at) => new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: sign.dataset.live });
  function say(state, text) {
    if (words.textContent === text) return;
    words.textContent = text;
    [sign.dataset.state, sign.hidden] = [state, false];
    if (verb) verb.textContent = isPaused ? "Resume" : "Pause";
  }
  function show() {
    if (isPaused) say("paused", "Paused");
    else if (lostAt === null) say("live", "Live");
    else if (Date.now() - lostAt >= GRACE_MS) say("lost", `Not live since ${clock(lostAt)}`);
    else if (sign.dataset.state === "paused") say("connecting", "Connecting…");
  }
  const wait = (isWaiting) => { sign.toggleAttribute("data-waits", isWaiting); heardAt = Date.now(); };
  const hear = () => { [heardAt, lostAt] = [Date.now(), null]; show(); };
  const lose = (at) => { lostAt ??= at; show(); };
  const connect = () => isPaused || htmx.trigger(stream, "reconnect");

  // Heartbeats are comments, of which the extension tells nobody: every part of the stream is noted as it is read.
  function listen(to) {
    let reader = null;
    const noting = (read) => async () => { const part = await read(); if (!part.done) hear(); return part; };
    const set = (next) => { if (next) next.read = noting(next.read.bind(next)); reader = next; };
    Object.defineProperty(to, "reader", { configurable: true, get: () => reader, set });
  }
  const on = (name, act) => stream.addEventListener(`htmx:${name}`, act);
  on("sse:after:connection", ({ detail }) => { connection = detail.connection; listen(connection); hear(); });
  on("sse:before:connection", ({ detail }) => { detail.connection.cancelled = isPaused || isBehind; if (connection) lose(Date.now()); });
  // The next message is read when this one was shown: meanwhile the server puts those that wait together.
  const drop = (detail) => { if (isPaused) detail.cancelled = isBehind = true; if (isBehind) connection?.reader?.cancel(); };
  on("sse:before:message", ({ detail }) => {
    const still = isPaused ? null : stillness.awaited(wait);
    if (still) detail.waitUntil(still.then(() => drop(detail)));
    else drop(detail);
  });
  on("sse:error", () => lose(Date.now()));
  on("sse:close", () => { [connection, isBehind] = [null, false]; lose(Date.now()); setTimeout(connect); });
  on("before:request", (event) => { if (isPaused && event.target === stream) event.preventDefault(); });
  document.addEventListener("visibilitychange", () => { heardAt = Date.now(); });
  // A page that WebKit kept while its reader was elsewhere takes 20 seconds for a message; others load it again, too.
  addEventListener("pageshow", ({ persisted }) => { if (persisted) location.reload(); });
  addEventListener("offline", () => lose(Date.now()));
  addEventListener("online", () => connection?.delayCanceller?.());

  // A stream that was closed begins again at the page's own `since`: it brings whatever has changed from then on.
  sign.querySelector("button")?.addEventListener("click", () => {
    isPaused = !isPaused;
    if (isPaused) connection?.reader?.cancel();
    else if (!connection?.reader) lostAt = Date.now();
    show();
    connect();
  });
  setInterval(() => {
    show();
    if ("waits" in sign.dataset) heardAt = Date.now(); // nothing is read meanwhile
    if (document.hidden || lostAt !== null || Date.now() - heardAt < SILENCE_MS) return;
    lose(heardAt);
    connection?.reader?.cancel();
  }, 1000);
})();
