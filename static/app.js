// Numbers that the stream changes count to their new value; the rest of the motion is in the stylesheet.
(() => {
  "use strict";
  const COUNT_MS = 700;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const shown = new Map();

  function count(element, from, to) {
    const final = element.textContent;
    const started = performance.now();
    const step = (now) => {
      if (!element.isConnected) return;
      const part = Math.min((now - started) / COUNT_MS, 1);
      element.textContent = part === 1 ? final : String(Math.round(from + (to - from) * (1 - (1 - part) ** 3)));
      if (part < 1) requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  function look() {
    for (const element of document.querySelectorAll("[data-count]")) {
      const before = shown.get(element.dataset.count) ?? (element.dataset.from && Number(element.dataset.from));
      const now = Number(element.dataset.value);
      shown.set(element.dataset.count, now);
      if (before !== undefined && before !== now && !calm.matches) count(element, before, now);
    }
  }

  document.addEventListener("DOMContentLoaded", look);
  document.addEventListener("htmx:sse:after:message", look);
})();

// The reader's own team, remembered by this browser alone: the board is the same bytes for everybody, so the mark is a
// stylesheet of the reader's own, which no update of the page can flicker away.
(() => {
  "use strict";
  const KEY = "my-team";
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets.push(sheet);

  function remembered() {
    try {
      const id = localStorage.getItem(KEY);
      return /^[0-9a-f]{16}$/.test(id ?? "") ? id : null;
    } catch {
      return null;
    }
  }

  function mark() {
    const id = remembered();
    sheet.replaceSync(
      id
        ? `#team-${id} { border-color: var(--accent); box-shadow: inset 0.25rem 0 0 var(--accent-fill); }
           #team-${id} .row__name::after { content: "your team"; margin-inline-start: 0.5em; color: var(--accent);
             font-size: var(--text-s); font-weight: 600; letter-spacing: 0; white-space: nowrap; }`
        : "",
    );
    for (const button of document.querySelectorAll("[data-mine]")) {
      const isMine = button.dataset.mine === id;
      button.hidden = false;
      button.setAttribute("aria-pressed", String(isMine));
      button.textContent = isMine ? "This is my team" : "Mark as my team";
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-mine]");
    if (!button) return;
    try {
      if (button.dataset.mine === remembered()) localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, button.dataset.mine);
    } catch {
      return;
    }
    mark();
  });
  document.addEventListener("DOMContentLoaded", mark);
})();

// What is shown once gets a button that copies it, where the browser lets us; without one it is selected by a click.
(() => {
  "use strict";
  if (!navigator.clipboard) return;

  function offer(secret) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button--quiet button--small secret__copy";
    button.setAttribute("aria-live", "polite");
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(secret.textContent.trim());
        button.textContent = "Copied";
      } catch {
        button.textContent = "Select it to copy it";
      }
    });
    secret.after(button);
  }

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll(".secret").forEach(offer));
})();
