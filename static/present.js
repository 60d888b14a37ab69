// The presenter's keyboard and clicker: each key presses the button that names it. At the end there is no next step.
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

  // The stage comes by itself; the buttons stay, and one that leads nowhere says so.
  const next = document.querySelector(".controls__next");
  const stage = document.querySelector(".live");
  function follow() {
    const progress = stage?.querySelector(".stage__progress progress");
    if (next && progress) next.disabled = progress.value >= progress.max;
  }
  if (stage) new MutationObserver(follow).observe(stage, { childList: true, subtree: true, attributes: true, attributeFilter: ["value", "max"] });
})();
