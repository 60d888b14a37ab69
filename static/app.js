// A board that changes again while its rows still slide starts their next way at once; the one left is no failure.
addEventListener("unhandledrejection", (event) => {
  if (event.reason?.name === "AbortError" && /transition/i.test(event.reason.message)) event.preventDefault();
});

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
// stylesheet of the reader's own, which no update of the page can flicker away. For who is signed in the server knows
// the team, and /me/mark.css carries the same marks: then what this browser remembers steps back.
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

  const isSignedIn = () => getComputedStyle(document.documentElement).getPropertyValue("--signed-in").trim() === "yes";

  function mark() {
    if (isSignedIn()) return;
    const id = remembered();
    sheet.replaceSync(
      id
        ? `:root { --my-teams: "${id}"; } @media screen {
           #team-${id} { border-color: var(--accent); box-shadow: inset 0.25rem 0 0 var(--accent-fill); }
           :is(#team-${id}, [data-team="${id}"]) :is(.row__name, .receipt__team, .step__name, .thank__team)::after {
             content: "your team"; margin-inline-start: 0.5em; color: var(--accent);
             font-size: var(--text-s); font-weight: 600; letter-spacing: 0; white-space: nowrap; } }`
        : "",
    );
    for (const button of document.querySelectorAll("[data-mine]")) {
      const isMine = button.dataset.mine === id;
      button.hidden = false;
      button.setAttribute("aria-pressed", String(isMine));
      button.textContent = isMine ? "This is my team" : "Mark as my team";
    }
  }

  // Scripts that only who is signed in has a use for, once the stylesheet that says so has come.
  addEventListener("load", () => {
    for (const { dataset } of isSignedIn() ? document.querySelectorAll("[data-for-members]") : []) {
      document.head.append(Object.assign(document.createElement("script"), { src: dataset.forMembers }));
    }
  });

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

// Who chose light or dark gets it where a stylesheet does not reach: the browser's own bar, and pictures drawn for either.
(() => {
  "use strict";
  const ASKS = /\(prefers-color-scheme: (light|dark)\)/;

  function choose() {
    const chosen = getComputedStyle(document.documentElement).colorScheme;
    if (chosen !== "light" && chosen !== "dark") return;
    for (const element of document.querySelectorAll('[media*="prefers-color-scheme"]')) {
      // A screen is 1px wide or wider, and never 0.
      element.media = element.media.replace(ASKS, (_, scheme) => (scheme === chosen ? "(min-width: 1px)" : "(max-width: 0)"));
    }
  }

  document.addEventListener("DOMContentLoaded", choose);
})();

// An announcement that its reader dismissed, remembered by this browser alone until it says something else. A stylesheet
// hides it, for the same reason as above.
(() => {
  "use strict";
  const KEY = "dismissed";
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets.push(sheet);

  function hide(key) {
    sheet.replaceSync(/^[0-9a-f]{12}$/.test(key ?? "") ? `[data-said="${key}"] { display: none; }` : "");
  }

  try {
    hide(localStorage.getItem(KEY));
  } catch {
    // without a store it comes back with the next page
  }

  addEventListener("storage", ({ key, newValue }) => { if (key === KEY) hide(newValue); });
  document.addEventListener("click", ({ target }) => {
    const said = target.closest?.("[data-dismiss]")?.closest("[data-said]");
    if (!said) return;
    hide(said.dataset.said);
    document.getElementById("main")?.focus({ preventScroll: true });
    try {
      localStorage.setItem(KEY, said.dataset.said);
    } catch {
      // as above
    }
  });
})();
