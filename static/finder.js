// Finds teams in a long board, and keeps the reader's own at the foot of the screen while its row is out of sight.
(() => {
  "use strict";
  const DETAILS = "board-details";
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets.push(sheet);
  const root = document.documentElement;
  const input = () => document.getElementById("find");
  const rows = () => [...document.querySelectorAll("#standings .rows > .row")];
  const text = (row, selector) => row.querySelector(selector)?.textContent.trim() ?? "";
  const plain = (words) => words.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

  // Rows that do not match are hidden by a stylesheet of the reader's own, which no update of the page can flicker away.
  function find() {
    const words = plain(input()?.value ?? "").split(/\s+/).filter(Boolean);
    const all = words.length ? rows() : [];
    const hidden = all.filter((row) => {
      const own = plain(`${text(row, ".row__name")} ${text(row, ".row__members")}`);
      return !words.every((word) => own.includes(word));
    });
    sheet.replaceSync(hidden.length ? `@media screen { ${hidden.map((row) => `#${row.id}`).join()} { display: none; } }` : "");
    const found = all.length - hidden.length;
    const said = !words.length ? "" : found ? `${found} of ${all.length} teams` : "No matches";
    const status = document.querySelector(".finder__found");
    if (status && status.textContent !== said) status.textContent = said;
  }
  function clear() {
    if (input()) input().value = "";
    find();
  }
  document.addEventListener("input", (event) => { if (event.target.id === "find") find(); });
  document.addEventListener("keydown", (event) => { if (event.target.id === "find" && event.key === "Escape") clear(); });

  // Long lists are compact on a phone, until somebody asks for details.
  function read() {
    try {
      return localStorage.getItem(DETAILS) === "yes";
    } catch {
      return false;
    }
  }
  function showDetails(isOn) {
    root.classList.toggle("has-details", isOn);
    document.querySelector(".finder__details")?.setAttribute("aria-pressed", String(isOn));
  }
  document.addEventListener("click", ({ target }) => {
    if (!target.closest(".finder__details")) return;
    const isOn = !root.classList.contains("has-details");
    try {
      localStorage.setItem(DETAILS, isOn ? "yes" : "no");
    } catch {
      // Then it lasts as long as the page.
    }
    showDetails(isOn);
  });

  // The reader's team: /me/mark.css names it for who is signed in, app.js for who marked one in this browser.
  const bar = document.querySelector(".my-team");
  const link = document.createElement("a");
  link.className = "my-team__link";
  const parts = ["rank", "name", "points"].map((name) => {
    const part = document.createElement(name === "name" ? "bdi" : "span");
    part.className = `my-team__${name}`;
    return part;
  });
  link.append(...parts);
  let own = null;
  const watcher = new IntersectionObserver((entries) => show(entries.at(-1).isIntersecting), { rootMargin: "-8px" });
  function show(isInSight) {
    bar.hidden = !own?.isConnected || isInSight;
    root.classList.toggle("has-my-team", !bar.hidden);
  }
  function follow() {
    const ids = getComputedStyle(root).getPropertyValue("--my-teams").match(/[0-9a-f]{16}/g) ?? [];
    const row = ids.map((id) => document.getElementById(`team-${id}`)).find((each) => each?.matches(".row")) ?? null;
    if (row !== own) {
      watcher.disconnect();
      own = row;
      if (row) watcher.observe(row);
      else show(true);
    }
    if (!row) return;
    const said = [text(row, ".row__number"), text(row, ".row__name"), text(row, ".points").replace(/\s+/g, " ")];
    said.forEach((words, index) => { if (parts[index].textContent !== words) parts[index].textContent = words; });
    link.href = `#${row.id}`;
    if (!link.isConnected) bar.append(link);
  }
  link.addEventListener("click", (event) => {
    event.preventDefault();
    if (!own.checkVisibility()) clear();
    // Rows on the way have a guessed height until they are drawn: the second look is the right one.
    for (const look of [(then) => then(), requestAnimationFrame]) look(() => own.scrollIntoView({ block: "center", behavior: "instant" }));
    own.querySelector("a").focus({ preventScroll: true });
  });

  function look() {
    showDetails(read());
    follow();
    if (input()?.value) find();
  }
  document.addEventListener("DOMContentLoaded", look);
  addEventListener("pageshow", look);
  document.addEventListener("htmx:sse:after:message", look);
  document.addEventListener("click", ({ target }) => { if (target.closest("[data-mine]")) follow(); });
})();
