// The board's rows in order. A row comes with what is its own team's; what the other teams decide (its place, rank, tie,
// lead, movement) is worked out here after every message, just as the server does it for the page.
(() => {
  "use strict";
  const SIGNS = { up: "▲ ", down: "▼ ", same: "–" };
  const number = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, ",");
  const plural = (count) => `${number(count)} ${count === 1 ? "rank" : "ranks"}`;
  const compare = (one, another) => (one < another ? -1 : Number(one > another));
  // Writing what is there already would still cost a style of every row.
  const set = (element, values) => {
    for (const name in values) if (element[name] !== values[name]) element[name] = values[name];
  };

  // Moves only what is not in its place. `moveBefore` keeps the focus, an insertion would lose it.
  function order(list, rows) {
    let [next, focused] = [null, document.activeElement];
    for (const row of rows.toReversed()) {
      if (row.nextElementSibling !== next) list.moveBefore ? list.moveBefore(row, next) : list.insertBefore(row, next);
      next = row;
    }
    if (document.activeElement !== focused) focused.focus({ preventScroll: true });
  }
  // What parts teams with as many points: towards the next better and the next worse ones, the first part of their keys
  // that differs. The first part is the points, the others are the metrics that break ties, whose words each row has.
  function breakTies(scores) {
    const places = new Map();
    scores.forEach((score, index) => {
      const [above, below] = [scores[index - 1] ?? "", score].map((key) => key.split("_"));
      if (scores[index - 1] === score || above[0] !== below[0]) return;
      const place = below.findIndex((part, number) => part !== above[number]) - 1;
      for (const key of [scores[index - 1], score]) places.set(key, [...new Set([...(places.get(key) ?? []), place])].sort((one, another) => one - another));
    });
    return places;
  }
  function show(row, place, isTied, best, ranks, ties) {
    const tie = row.querySelector(".row__tie"), words = tie.dataset.ties.split("\t");
    set(tie, { hidden: !ties.length, textContent: ties.length ? `Tie-break: ${ties.map((each) => words[each]).join(", then ")}` : "" });
    const [leads, isRanked] = [place === 1 && best > 0, best > 0 || place > 1];
    const [rank, shown, tied] = row.querySelector(".row__rank").children;
    set(row, { value: place });
    row.classList.toggle("row--leader", leads);
    set(rank, { hidden: !isRanked });
    set(tied, { hidden: !(isRanked && isTied) });
    set(shown, { textContent: isRanked ? String(place) : "·", ariaHidden: isRanked ? null : "true" });
    const [size, way] = [Math.abs(ranks ?? 0), ranks === undefined ? "" : ranks > 0 ? "up" : ranks < 0 ? "down" : "same"];
    const said = { up: `Up ${plural(size)} today`, down: `Down ${plural(size)} today`, same: "Same rank as yesterday" };
    const movement = row.querySelector(".movement");
    set(movement, { className: way ? `movement movement--${way}` : "movement", hidden: !way });
    set(movement.firstElementChild, { textContent: way ? SIGNS[way] + (size ? number(size) : "") : "" });
    set(movement.lastElementChild, { textContent: said[way] ?? "" });
  }
  // Rows of a short list slide to their places; of a long one, the pictures that takes would stop the page.
  document.addEventListener("htmx:before:swap", ({ detail: { tasks } }) => {
    const slides = !document.querySelector("#standings .rows--many");
    for (const { swapSpec } of tasks) swapSpec.transition = slides;
  });
  // A page that is slower than its messages come is up to date rather than in motion: the next one was already waiting.
  let ended = 0;
  document.addEventListener("htmx:sse:after:message", () => { ended = performance.now(); });
  document.addEventListener("htmx:before:swap", ({ detail: { tasks } }) => {
    if (performance.now() - ended < 20) for (const { swapSpec } of tasks) if (swapSpec) swapSpec.transition = false;
  });

  // The part that ends every message has come: nothing of the message was painted yet.
  document.addEventListener("htmx:after:settle", (event) => {
    if (event.target.id !== "as-of") return;
    const [list, latest] = [document.querySelector("#standings .rows"), document.querySelector("#standings .latest")];
    if (latest) {
      const age = (line) => -Number(line.dataset.order ?? 0);
      order(latest, [...latest.children].sort((one, another) => age(one) - age(another) || compare(one.id, another.id)));
    }
    if (!list) return;
    set(document.getElementById("standings"), { className: "board is-live" });
    const teams = [...list.children].map((row) => ({ row, key: row.querySelector("[data-key]").dataset.key.split("/") }));
    const morning = document.getElementById("morning").value.split(" ").filter(Boolean);
    teams.sort((one, another) => compare(one.key[1], another.key[1])).forEach((team, index) => { team.then = morning[index]; });
    teams.sort((one, another) => compare(one.key[0], another.key[0])); // equal ones stay in the order of names
    order(list, teams.map((team) => team.row));
    const [scores, best] = [teams.map(({ key }) => key[0]), Number(teams[0].row.querySelector("[data-value]").dataset.value)];
    const ties = breakTies(scores);
    teams.reduce((above, { row, then }, index) => {
      const place = scores[index] === scores[index - 1] ? above : index + 1;
      show(row, place, scores[index] === scores[index - 1] || scores[index] === scores[index + 1], best, then && then - place, ties.get(scores[index]) ?? []);
      return place;
    }, 0);
  });
})();
