// Numbers that the stream changes count to their new value; everything else of the motion is in the stylesheet.
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
