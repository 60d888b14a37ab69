// Numbers the lines of the rules' text, marks those with mistakes, and goes to a line from the list of them.
(() => {
  "use strict";
  const text = document.getElementById("text");
  const editor = text?.closest(".editor");
  if (!editor) return;
  const gutter = document.createElement("div");
  gutter.className = "editor__lines";
  gutter.setAttribute("aria-hidden", "true");
  editor.prepend(gutter);
  editor.classList.add("editor--numbered");

  function wrongLines() {
    return new Set([...document.querySelectorAll("#checked [data-line]")].map((link) => Number(link.dataset.line)));
  }
  let drawn = "";
  function draw() {
    const count = text.value.split("\n").length;
    const wrong = wrongLines();
    const key = `${count} ${[...wrong].join()}`;
    if (key !== drawn) {
      drawn = key;
      gutter.replaceChildren(...Array.from({ length: count }, (_, place) => {
        const line = document.createElement("span");
        line.textContent = String(place + 1);
        if (wrong.has(place + 1)) line.className = "editor__wrong";
        return line;
      }));
    }
    gutter.scrollTop = text.scrollTop;
  }
  function goTo(number) {
    const lines = text.value.split("\n");
    const start = lines.slice(0, number - 1).reduce((sum, line) => sum + line.length + 1, 0);
    text.focus();
    text.setSelectionRange(start, start + (lines[number - 1] ?? "").length);
    text.scrollTop = Math.max(0, (number - 4) * parseFloat(getComputedStyle(text).lineHeight));
    draw();
  }
  text.addEventListener("input", draw);
  text.addEventListener("scroll", () => { gutter.scrollTop = text.scrollTop; });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-line]");
    if (!link) return;
    event.preventDefault();
    goTo(Number(link.dataset.line));
  });
  new MutationObserver(draw).observe(document.querySelector(".desk__checked"), { childList: true });
  draw();
})();
