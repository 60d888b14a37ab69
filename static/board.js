// The board's rows in order. A row comes with what is its own team's; what the other teams decide (its place, rank, tie,
// lead, movement) is worked out here after every message, just as the server does it for the page.
(() => {
  "use strict";
  const SIGNS = { up: "▲ ", down: "▼ ", same: "–" };
  const number = (value) => value.toLocaleString("en").replaceAll(",", "\u202f");
  const plural = (count) => `${number(count)} ${count === 1 ? "rank" : "ranks"}`;
  const compare = (one, another) => (one < another ? -1 : Number(one > another));
  const [scoreOf, nameOf] = [0, 1].map((part) => (row) => row.dataset.key.split("/")[part]);

  // Moves only what is not in its place. `moveBefore` keeps the focus and the row's state, an insertion would lose them.
  function order(list, rows) {
    let [next, focused] = [null, document.activeElement];
    for (const row of rows.toReversed()) {
      if (row.nextElementSibling !== next) list.moveBefore ? list.moveBefore(row, next) : list.insertBefore(row, next);
      next = row;
    }
    if (document.activeElement !== focused) focused.focus({ preventScroll: true });
  }

  function rank(row, place, isTied, best) {
    const isRanked = best > 0 || place > 1;
    const [words, shown, tied] = row.querySelector(".row__rank").children;
    row.value = place;
    row.classList.toggle("row--leader", place === 1 && best > 0);
    words.hidden = !isRanked;
    tied.hidden = !(isRanked && isTied);
    shown.textContent = isRanked ? place : "·";
    isRanked ? shown.removeAttribute("aria-hidden") : shown.setAttribute("aria-hidden", "true");
  }

  function move(row, ranks) {
    const [sign, words] = row.querySelector(".movement").children;
    const [size, way] = [Math.abs(ranks ?? 0), ranks === undefined ? "" : ranks > 0 ? "up" : ranks < 0 ? "down" : "same"];
    const said = { up: `Up ${plural(size)} today`, down: `Down ${plural(size)} today`, same: "Same rank as yesterday" };
    Object.assign(sign.parentElement, { className: way ? `movement movement--${way}` : "movement", hidden: !way });
    sign.textContent = way ? SIGNS[way] + (size ? number(size) : "") : "";
    words.textContent = said[way] ?? "";
  }

  // The part that ends every message has come: nothing of the message was painted yet.
  document.addEventListener("htmx:after:settle", (event) => {
    const rows = [...document.querySelectorAll("#standings .rows > .row")];
    if (event.target.id !== "as-of" || !rows.length) return;
    document.getElementById("standings").classList.add("is-live");
    rows.sort((one, another) => compare(one.dataset.key, another.dataset.key));
    order(rows[0].parentElement, rows);
    const then = document.getElementById("morning").value.split(" ").filter(Boolean);
    const morning = new Map(rows.toSorted((one, another) => compare(nameOf(one), nameOf(another)))
      .map((row, index) => [row, then[index]]));
    const best = Number(rows[0].querySelector(".points__number").dataset.value);
    const scores = rows.map(scoreOf);
    let place = 0;
    rows.forEach((row, index) => {
      if (scores[index] !== scores[index - 1]) place = index + 1;
      rank(row, place, scores[index] === scores[index - 1] || scores[index] === scores[index + 1], best);
      move(row, morning.get(row) && morning.get(row) - place);
    });
  });
})();
