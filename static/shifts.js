// Times in the reader's own zone where they ask for it, and the moment at which signing up opens.
(() => {
  "use strict";
  const KEY = "own-zone";
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const read = () => {
    try {
      return localStorage.getItem(KEY) === "yes";
    } catch {
      return false;
    }
  };
  let isOwn = read();

  const format = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: own, hourCycle: "h23", ...options });
  const clock = format({ hour: "2-digit", minute: "2-digit" });
  const dayAndClock = format({ weekday: "short", hour: "2-digit", minute: "2-digit" });
  const wholeDay = format({ weekday: "long", day: "numeric", month: "long" });
  const say = {
    span: (element, from, until) => `${dayAndClock.format(from).replace(",", "")}–${clock.format(until)}`,
    day: (element, from, until) => `${wholeDay.format(from).replace(",", "")}, ${clock.format(from)}–${clock.format(until)}`,
    clock: (element, from) => dayAndClock.format(from).replace(",", ""),
    moment: (element, from) => `${wholeDay.format(from).replace(",", "")}, ${clock.format(from)}`,
  };
  // Browsers keep to the names of long ago.
  const RENAMED = {
    Calcutta: "Kolkata", Saigon: "Ho Chi Minh", Katmandu: "Kathmandu", Rangoon: "Yangon", Kiev: "Kyiv",
    Dacca: "Dhaka", Thimbu: "Thimphu", Godthab: "Nuuk", Asmera: "Asmara",
  };
  const city = (zone) => {
    const name = zone.split("/").at(-1).replaceAll("_", " ");
    return RENAMED[name] ?? name;
  };

  // What the server wrote is kept beside, so that one can go back to the week's own times.
  function show() {
    const zone = document.querySelector("[data-zone]");
    const button = document.querySelector("[data-own-zone]");
    if (!zone || !button) return;
    const differs = own && own !== zone.dataset.zone;
    button.hidden = !differs;
    button.textContent = isOwn ? `Show times of ${city(zone.dataset.zone)}` : `Show my own (${city(own)})`;
    zone.textContent = differs && isOwn ? `${city(own)}, your own; days are those of ${city(zone.dataset.zone)}` : city(zone.dataset.zone);
    document.querySelector("[data-live]").dataset.live = differs && isOwn ? own : zone.dataset.zone;
    for (const element of document.querySelectorAll("#shifts time:is([data-until], [data-moment], [data-clock])")) {
      element.dataset.written ??= element.textContent;
      const kind = "moment" in element.dataset ? "moment" : "clock" in element.dataset ? "clock" : "day" in element.dataset ? "day" : "span";
      const [from, until] = [new Date(element.dateTime), new Date(element.dataset.until ?? element.dateTime)];
      element.textContent = differs && isOwn ? say[kind](element, from, until) : element.dataset.written;
    }
  }
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-own-zone]")) return;
    isOwn = !isOwn;
    try {
      localStorage.setItem(KEY, isOwn ? "yes" : "no");
    } catch {
      // Then it is remembered for this page alone.
    }
    show();
  });

  // The server says how many seconds are left, so that a wrong clock here opens nothing too early.
  let opensAt = 0;
  function count() {
    const opening = document.querySelector("[data-opens-in]");
    opensAt = opening ? performance.now() + 1000 * Number(opening.dataset.opensIn) : 0;
    tick();
  }
  function tick() {
    const [opening, words] = [document.querySelector("[data-opens-in]"), document.querySelector("[data-countdown]")];
    if (!opening || !opensAt) return;
    const left = Math.ceil((opensAt - performance.now()) / 1000);
    if (left <= 0) {
      opensAt = 0;
      opening.remove();
      document.getElementById("shifts").classList.remove("is-waiting");
      return;
    }
    const parts = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60].map((part) => String(part).padStart(2, "0"));
    const days = Math.floor(left / 86400);
    words.textContent = days ? `In ${days} ${days === 1 ? "day" : "days"} ${Math.floor(left / 3600) % 24} h.` : `In ${parts.join(":")}.`;
  }
  // So it says how many are left until the page may say something else: a check-in begins, a shift is over, worth changes.
  let changesAt = Infinity;
  function follow() {
    if (Date.now() < changesAt || document.hidden || document.querySelector("[data-live]").dataset.state === "paused") return;
    changesAt = Infinity;
    reloadSoon(CHANGE_MS);
  }
  setInterval(() => { tick(); follow(); }, 1000);

  // Seats come by themselves. What a page says to its own reader beside them is made anew where it may have changed: with
  // their seat, their turn in a waiting list, a seat offered to them, a teammate's seat, or where shifts came or moved or the
  // week opened. What was done last is told again while it is so, with its way back.
  const [RELOAD_MS, CHANGE_MS] = [[300, 1_500], [300, 3_000]]; // not everybody in the same moment
  const concerns = new Map();
  const page = () => document.getElementById("shifts");
  const here = page().dataset.here; // not where a refused form has led
  let [asked, reload, told] = ["", 0, location.pathname === here ? location.search : ""];
  function concern(seats) {
    const [me, team] = page().dataset.me.split(":");
    const parts = (seats.dataset.people ?? "").split(" ").map((part) => part.split(":"));
    const mine = parts.filter(([person, of, , offer]) => person === me || (team && of === team) || offer === `pending-${me}`
      || offer === "everyone" || offer === me);
    const waiting = parts.filter((part) => part.length === 1).findIndex(([person]) => person === me);
    return [seats.dataset.state, waiting, ...mine].join(" ");
  }
  function remember() {
    clearTimeout(reload);
    [asked, reload] = [page().dataset.shifts, 0];
    changesAt = page().dataset.changesIn ? Date.now() + 1000 * Number(page().dataset.changesIn) : Infinity;
    for (const seats of document.querySelectorAll("[data-people]")) concerns.set(seats.id, concern(seats));
  }
  // Whatever somebody writes or chooses just now is left alone until they are done; what they opened stays open.
  const isBusy = () => document.activeElement?.matches("#shifts :is(textarea, select, input)")
    || [...page().querySelectorAll("textarea, input[type=url]")].some((field) => field.value !== field.defaultValue);
  const isKept = () => isBusy() || stillness.isHeld();
  const folds = () => [...page().querySelectorAll("details")];
  const named = (fold) => fold.querySelector("summary").textContent;
  async function load() {
    reload = 0;
    if (isKept()) { reloadSoon(); return; }
    const open = folds().filter((fold) => fold.open).map(named);
    await htmx.ajax("GET", here + told, { target: "#shifts", select: "#shifts", swap: "outerMorph" });
    for (const fold of folds()) if (open.includes(named(fold))) fold.open = true;
  }
  function reloadSoon([least, most] = RELOAD_MS) {
    reload ||= setTimeout(load, least + Math.random() * (most - least));
  }
  // A whole team is asked only while there is a seat for each.
  function fit() {
    for (const each of document.querySelectorAll("[data-for-team]")) {
      each.hidden = Number(each.closest(".shift").querySelector("[data-free]").dataset.free) < Number(each.dataset.forTeam);
    }
  }
  document.addEventListener("htmx:sse:after:message", () => {
    fit();
    const mark = document.getElementById("shifts-as-of")?.dataset.shifts;
    if (!page() || !mark) return;
    const seats = [...document.querySelectorAll("[data-people]")];
    const changed = page().dataset.me ? seats.filter((each) => concerns.get(each.id) !== concern(each)) : [];
    for (const each of changed) concerns.set(each.id, concern(each));
    if (changed.length || mark !== asked) reloadSoon();
    asked = mark;
  });

  // An answer without the part it should replace, such as an error, replaces nothing: it is told beside the button.
  const AGAIN_MS = 5_000;
  let pressed = null;
  const isVisible = (element) => element && element.offsetParent !== null;
  document.addEventListener("click", ({ target }) => { pressed = target.closest("button[form=act]") ?? pressed; });
  function tell(sentence) {
    const line = document.querySelector("[data-told]") ?? document.createElement("p");
    line.dataset.told = "";
    [line.className, line.textContent] = ["shift__warning", sentence];
    line.setAttribute("role", "alert");
    (pressed?.closest(".shift__do, .alert") ?? page().querySelector(".shifts__head")).after(line);
  }
  const isOurs = (context) => ["#shifts", "#today"].includes(context?.select);
  // The team's numbers are asked for every few seconds, and rest while the page is paused or nobody looks.
  document.addEventListener("htmx:before:request", (event) => {
    const isPaused = document.querySelector("[data-live]").dataset.state === "paused";
    if (event.target.id === "today" && (isPaused || document.hidden)) event.preventDefault();
  });
  const isPress = (context) => context.request?.method?.toUpperCase() === "POST";
  document.addEventListener("htmx:after:request", (event) => {
    const { ctx } = event.detail;
    if (!isOurs(ctx)) return;
    if (ctx.select === "#shifts" && !isPress(ctx) && isKept()) { // somebody began to meanwhile
      event.preventDefault();
      reloadSoon();
    } else if (ctx.text.includes(` id="${ctx.select.slice(1)}"`)) {
      const { redirected, url } = ctx.response.raw;
      if (isPress(ctx)) told = redirected ? new URL(url).search : "";
    } else {
      event.preventDefault();
      refuse(ctx);
    }
  });
  function refuse(ctx) {
    if (!isPress(ctx)) {
      if (ctx.select === "#shifts") reload ||= setTimeout(load, AGAIN_MS);
    } else if (ctx.response.status === 401) {
      location.assign(page().dataset.signIn);
    } else {
      const answer = new DOMParser().parseFromString(ctx.text, "text/html");
      tell([...answer.querySelectorAll("main :is(h1, p)")].slice(0, 2).map((each) => each.textContent.trim().replace(/[.]?$/, ".")).join(" "));
    }
  }
  document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
    if (!isOurs(ctx)) return;
    if (isPress(ctx)) tell("Not sent. Check your connection and try again.");
    else if (ctx.select === "#shifts") reload ||= setTimeout(load, AGAIN_MS);
  });
  // A button that is gone gives its focus to what came in its place.
  function keepFocus() {
    if (!pressed || isVisible(pressed) || ![document.body, pressed].includes(document.activeElement)) return;
    const id = pressed.id.replace("act-", "");
    const next = ["act", "wait", "leave"].map((kind) => document.getElementById(`${kind}-${id}`)).find(isVisible) ?? page().querySelector(".alert");
    if (next && !next.matches("button, a")) next.tabIndex = -1;
    next?.focus({ preventScroll: true });
    pressed = null;
  }

  // Ticks of a checklist are this browser's own, and kept for the shift.
  function keepTicks(list, write) {
    const boxes = [...list.querySelectorAll("input")];
    try {
      if (write) sessionStorage.setItem(list.dataset.checklist, boxes.map((box) => Number(box.checked)).join(""));
      else (sessionStorage.getItem(list.dataset.checklist) ?? "").split("").forEach((mark, place) => { if (boxes[place]) boxes[place].checked = mark === "1"; });
    } catch {
      // Then they last as long as the page.
    }
  }
  document.addEventListener("change", (event) => {
    const list = event.target.closest("[data-checklist]");
    if (list) keepTicks(list, true);
  });

  function look() {
    for (const list of document.querySelectorAll("[data-checklist]")) keepTicks(list, false);
    show();
    count();
  }
  document.addEventListener("DOMContentLoaded", () => { look(); remember(); });
  document.addEventListener("htmx:after:settle", (event) => {
    look();
    if (event.target.id !== "shifts") return;
    remember();
    keepFocus();
  });
})();
