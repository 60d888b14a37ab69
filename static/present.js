// The presenter's keyboard and clicker: each key presses the button that names it.
(() => {
  "use strict";
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.repeat) return;
    const key = event.key === " " ? "Space" : event.key;
    if (key === "Space" && event.target.closest("button, a, input")) return;
    for (const button of document.querySelectorAll("[data-key]")) {
      if (!button.dataset.key.split(" ").includes(key)) continue;
      event.preventDefault();
      button.click();
      return;
    }
  });
})();
