// The office display: switches scenes by the clock, shows newsflashes, and looks after the connection.
(() => {
  "use strict";
  const TICK_MS = 500, PULSE_MS = 3_000, PULSE_TIMEOUT_MS = 2_500;
  const FLASH_MS = 6_000, FLASH_EVERY_MS = 20_000, MAX_IN_FLASH = 3, MAX_SEEN = 200;
  const CONNECT_MS = 6_000, LOST_MS = 8_000, MISSED_MS = 60_000, RELOAD_EVERY_MS = 60_000, SLIDE_MS = 600;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const root = document.getElementById("display-root");
  const newsflash = document.getElementById("newsflash");
  const now = () => performance.now();
  const picture = () => document.getElementById("display");

  // Scenes: one is on; a newsflash stops its clock. Paused, only the pages of the scene take turns. A scene that an
  // organizer asked for comes at once, and again after a reload while the screen is paused.
  let lastTick = now(), sceneId = "", left = 0, asked = null;

  function turnOn(scene) {
    for (const each of document.querySelectorAll(".scene[data-on]")) if (each !== scene) each.removeAttribute("data-on");
    scene.setAttribute("data-on", "");
    if (sceneId !== scene.id) [sceneId, left] = [scene.id, scene.dataset.seconds * 1000];
  }

  const isPaused = () => "paused" in picture().dataset;
  const isOver = (scene) => scene.dataset.until && realNow() >= Date.parse(scene.dataset.until);
  const scenesIn = () => [...document.querySelectorAll(".scene")];

  function settle() {
    const { show } = picture().dataset, name = show?.split("@")[0];
    const wish = name && document.querySelector(`#scene-${name}, [data-name="${name}"]`);
    const isNew = show !== asked && (asked !== null || isPaused());
    asked = show;
    if (isNew && wish) [sceneId, flashedAt] = ["", isFlashing ? -Infinity : flashedAt];
    const scenes = scenesIn();
    turnOn((isNew && wish) || (scenes.find((scene) => scene.id === sceneId) ?? scenes.find((scene) => !isOver(scene)) ?? scenes[0]));
  }

  function next() {
    const all = scenesIn(), here = all.find((scene) => scene.id === sceneId);
    const turns = all.filter((scene) => !isOver(scene) && (isPaused() && here ? scene.dataset.scene === here.dataset.scene : !("extra" in scene.dataset)));
    const place = turns.indexOf(here);
    sceneId = "";
    turnOn(turns[(place + 1) % turns.length] ?? all[0]);
  }

  // Newsflashes: several become one, and there is a pause before the next.
  let flashedAt = -Infinity, isFlashing = false, waiting = [];
  const seen = new Set();

  function readNews(isOld) {
    for (const item of document.querySelectorAll("[data-news]")) {
      if (seen.has(item.dataset.news)) continue;
      seen.add(item.dataset.news);
      if (!isOld && !("muted" in picture().dataset)) waiting.push(item.cloneNode(true));
    }
    for (const id of seen) {
      if (seen.size <= MAX_SEEN) break;
      seen.delete(id);
    }
  }

  function startFlash() {
    const items = waiting.slice(0, MAX_IN_FLASH);
    for (const item of items) item.removeAttribute("data-news");
    newsflash.firstElementChild.replaceChildren(...items);
    newsflash.setAttribute("data-on", "");
    [isFlashing, flashedAt, waiting] = [true, now(), []];
  }

  function endFlash() {
    isFlashing = false;
    newsflash.removeAttribute("data-on");
  }

  // The server's clock, countdown and stamps.
  let serverTime = Date.parse(document.body.dataset.now), serverTimeAt = now();
  const isPreview = "preview" in document.body.dataset; // an organizer's look at a moment: its clock stands
  const serverNow = () => serverTime + (isPreview ? 0 : now() - serverTimeAt);
  let realTime = serverTime, night = null; // quiet hours, and whatever else goes by the real time
  const realNow = () => realTime + now() - serverTimeAt;

  function say(id, text) {
    const element = document.getElementById(id);
    if (element && element.textContent !== text) element.textContent = text;
  }

  function span(ms) {
    const minutes = Math.floor(ms / 60_000), hours = Math.floor(minutes / 60), days = Math.floor(hours / 24);
    const unit = (count, one) => `${count} ${one}${count === 1 ? "" : "s"}`;
    if (days) return hours % 24 ? `${unit(days, "day")} ${hours % 24} h` : unit(days, "day");
    if (hours) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
    return minutes ? `${minutes} min` : `${Math.max(Math.ceil(ms / 1000), 0)} s`;
  }

  function countdown() {
    const { state, begins, ends } = picture().dataset;
    if (state !== "open") return "";
    const untilEnd = Date.parse(ends) - serverNow(), untilStart = Date.parse(begins) - serverNow();
    if (untilStart > 0) return `Starts in ${span(untilStart)}`;
    return untilEnd > 0 ? `${span(untilEnd)} left` : "Time’s up. Final points are coming in.";
  }

  function stamps() {
    const isRunning = serverNow() < Date.parse(picture().dataset.ends);
    for (const item of document.querySelectorAll(".silence")) {
      item.toggleAttribute("data-on", isRunning && serverNow() >= Date.parse(item.dataset.from));
    }
  }

  // The connection: a pulse tells whether the server is there, whether this is its newest picture and its release.
  let contact = now(), lostSince = null, connection = null, connectedAt = now(), isPulsing = false, hadMessage = true;

  function age() {
    if (isPreview || lostSince === null || now() - lostSince < LOST_MS) return "";
    const at = new Date(serverNow() - (now() - contact));
    try {
      return `Not live since ${at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: picture().dataset.zone })}`;
    } catch {
      return "Not live"; // a browser that does not know the zone
    }
  }

  // Connects anew. htmx 4 has no call for that, so this reaches into the connection its SSE extension (hx-sse.js) hands
  // out in `htmx:sse:after:connection`: `reader` is the stream that is open, `delayCanceller` ends the pause before the
  // next attempt (two seconds at most, as the template sets). Where there is no connection any more, "reconnect" is in the
  // element's hx-trigger and makes one. In tests/browser/test_display.py, the stream that hangs and the one that is
  // refused at first fail where an upgrade of htmx changes this.
  function reconnect() {
    connection?.delayCanceller?.();
    connection?.reader?.cancel();
    if (connection || now() - connectedAt < CONNECT_MS) return;
    connectedAt = now();
    htmx.trigger(root, "reconnect");
  }

  async function onHeartbeat(pulse) {
    contact = serverTimeAt = now(); // one reading: two may lie a millisecond and, rounded down, a minute apart
    [serverTime, realTime, night] = [Date.parse(pulse.now), Date.parse(pulse.real), pulse.night?.map(Date.parse)];
    if (pulse.release !== document.body.dataset.release) return reload();
    if (pulse.stage) return open(pulse.stage);
    const isLate = !hadMessage && (!connection || pulse.mark !== picture().dataset.mark);
    hadMessage = false;
    if (pulse.mark && (lostSince !== null || isLate)) reconnect();
    else if (!pulse.mark && !picture().dataset.mark) lostSince = null;
  }

  async function reload() {
    const last = Number(sessionStorage.getItem("reloaded") ?? 0);
    if (Date.now() - last < RELOAD_EVERY_MS) return;
    if (await open()) sessionStorage.setItem("reloaded", String(Date.now()));
  }

  // Only when the new page is certain to be there: an error page would stay for ever.
  async function open(address = location.href) {
    const page = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(PULSE_TIMEOUT_MS) });
    if (page.ok) address === location.href ? location.reload() : location.replace(address);
    return page.ok;
  }

  async function pulse() {
    if (isPulsing) return;
    isPulsing = true;
    try {
      const answer = await fetch("/display/pulse", { cache: "no-store", signal: AbortSignal.timeout(PULSE_TIMEOUT_MS) });
      if (answer.status === 401) return void (await open()); // sent away: the page shows a fresh code
      if (!answer.ok) throw new Error(answer.statusText);
      await onHeartbeat(await answer.json());
    } catch {
      lostSince ??= contact;
    } finally {
      isPulsing = false;
    }
  }

  // Rows slide to their new places; htmx would wait for a view transition before it looked at the next message.
  let places = new Map();

  const movers = () => document.querySelectorAll(".scene[data-on] [data-moves]");

  function slide() {
    for (const element of calm.matches ? [] : movers()) {
      const before = places.get(element.id), after = element.getBoundingClientRect();
      if (!before || (before.x === after.x && before.y === after.y)) continue;
      const from = `translate(${before.x - after.x}px, ${before.y - after.y}px)`;
      element.animate([{ transform: from }, { transform: "none" }], { duration: SLIDE_MS, easing: "cubic-bezier(0.25, 0.8, 0.25, 1)" });
    }
    places.clear();
  }

  function tick() {
    const passed = now() - lastTick;
    lastTick = now();
    if (passed > MISSED_MS) lostSince ??= contact;
    if (isFlashing && now() - flashedAt >= FLASH_MS) endFlash();
    else if (!isFlashing) {
      left -= passed;
      if (waiting.length && now() - flashedAt >= FLASH_EVERY_MS) startFlash();
      else if (left <= 0) next();
    }
    say("countdown", countdown());
    say("age", age());
    stamps();
    document.body.toggleAttribute("data-night", Boolean(night) && realNow() >= night[0] && realNow() < night[1]);
  }

  async function keepAwake() {
    if (document.visibilityState !== "visible") return;
    try {
      await navigator.wakeLock?.request("screen");
    } catch {
      // A screen that may fall asleep still shows the board.
    }
  }

  document.addEventListener("htmx:sse:after:connection", (message) => { connection = message.detail.connection; });
  document.addEventListener("htmx:sse:close", () => { connection = null; });
  document.addEventListener("htmx:sse:before:message", () => {
    places = new Map([...movers()].map((element) => [element.id, element.getBoundingClientRect()]));
  });
  document.addEventListener("htmx:sse:after:message", () => {
    readNews(lostSince !== null && now() - lostSince > MISSED_MS);
    [hadMessage, lostSince, contact] = [true, null, now()];
    settle();
    slide();
    tick();
  });
  document.addEventListener("visibilitychange", keepAwake);
  addEventListener("online", pulse);
  addEventListener("offline", () => { lostSince ??= contact; });

  readNews(true);
  settle();
  tick();
  if (isPreview) return void setInterval(tick, TICK_MS);
  keepAwake();
  pulse();
  setInterval(tick, TICK_MS);
  setInterval(pulse, PULSE_MS);
})();
