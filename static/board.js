// The board's rows in order. A row comes with what is its own team's; what the other teams decide (its place, rank, tie,
// lead, movement) is worked out here after every message, just as the server does it for the page.
(() => {
  "use strict";
  const SIGNS = { up: "▲ ", down: "▼ ", same: "–" };
  const number = (value) => value.toLocaleString("en").replaceAll(",", "\u202f");
  const plural = (count) => `${number(count)} ${count === 1 ? "rank" : "ranks"}`;
  const compare = (one, another) => (one < another ? -1 : Number(one > another));

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
    const list = document.querySelector("#standings .rows");
    if (event.target.id !== "as-of" || !list) return;
    document.getElementById("standings").classList.add("is-live");
    const teams = [...list.children].map((row) => ({ row, key: row.querySelector("[data-key]").dataset.key.split("/") }));
    teams.sort((one, another) => compare(one.key[1], another.key[1]));
    const morning = document.getElementById("morning").value.split(" ").filter(Boolean);
    teams.forEach((team, index) => { team.then = morning[index]; });
    teams.sort((one, another) => compare(one.key[0], another.key[0])); // equal ones stay in the order of names
    order(list, teams.map((team) => team.row));
    const best = Number(teams[0].row.querySelector(".points__number").dataset.value);
    let place = 0;
    teams.forEach(({ row, key: [score], then }, index) => {
      const [above, below] = [teams[index - 1], teams[index + 1]].map((team) => team?.key[0] === score);
      if (!above) place = index + 1;
      rank(row, place, above || below, best);
      move(row, then && then - place);
    });
  });
})();
