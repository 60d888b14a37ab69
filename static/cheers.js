// Cheers on the board, loaded for who is signed in. The board is the same bytes for everyone: what its reader claps for, and
// the token that their forms carry, come from the page of the latest activities. Until they have come, and without a
// script, a button leads there.
(() => {
  "use strict";
  const FAILED = "Not saved. Try again in a moment.";
  let [token, asked, waiting, turn, mine] = [null, false, 0, Promise.resolve(), new Set()];

  const buttons = () => document.querySelectorAll("#standings [data-cheer]");
  const find = (id) => [...buttons()].find((button) => button.dataset.cheer === id);

  function say(...words) {
    document.querySelector(".latest__said")?.replaceChildren(...words);
  }
  function show() {
    if (token === null) return;
    for (const button of buttons()) {
      const pressed = String(mine.has(button.dataset.cheer));
      if (button.ariaPressed !== pressed) button.ariaPressed = pressed;
    }
  }
  function mark(id, isOn) {
    if (isOn) mine.add(id);
    else mine.delete(id);
    show();
  }
  // Reads the page of the latest activities; while more taps are on their way, what is pressed is not for it to say.
  function read(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    const given = page.querySelector("#latest [name=csrf]");
    if (!given) return page;
    token = given.value;
    if (!waiting) mine = new Set([...page.querySelectorAll('#latest [aria-pressed="true"]')].map((each) => each.dataset.cheer));
    return page;
  }
  async function ask() {
    const form = document.querySelector("#standings .cheer");
    if (asked || !form) return;
    asked = true;
    try {
      const answer = await fetch(form.action);
      if (answer.ok) read(await answer.text());
    } catch {
      // Then the button leads to the page itself.
    }
    show();
  }

  async function send(address, id, isOn) {
    let refusal = [FAILED];
    try {
      const answer = await fetch(address, { method: "POST", body: new URLSearchParams({ csrf: token, clap: isOn ? "yes" : "no" }) });
      waiting -= 1;
      const page = read(await answer.text());
      if (answer.ok) {
        const [now, then] = [find(id), page.querySelector(`#latest [data-cheer="${id}"]`)];
        if (now && then) now.innerHTML = then.innerHTML;
        return say();
      }
      const [told, door] = [page.querySelector('[role="alert"], .empty__text'), page.querySelector(".empty a.button")];
      if (told) refusal = [told.textContent.trim()];
      if (door && answer.status === 401) refusal.push(" ", link(door));
    } catch {
      waiting -= 1;
    }
    mark(id, !isOn);
    say(...refusal);
  }
  // The way in, as the page of the refusal gives it.
  function link(door) {
    const made = document.createElement("a");
    [made.href, made.textContent] = [door.getAttribute("href"), door.textContent.trim()];
    return made;
  }
  document.addEventListener("submit", (event) => {
    const button = event.target.querySelector("#standings [data-cheer]");
    if (!button) return;
    event.preventDefault();
    if (token === null) return location.assign(event.target.action);
    const [id, isOn] = [button.dataset.cheer, !mine.has(button.dataset.cheer)];
    const address = new URL(`activities/${id}/cheer`, event.target.action);
    waiting += 1;
    mark(id, isOn);
    turn = turn.then(() => send(address, id, isOn)).then(show); // one after the other: the last tap decides
  });

  // The page is asked for when its reader is about to see the list.
  const watcher = new IntersectionObserver((entries) => { if (entries.some((entry) => entry.isIntersecting)) ask(); }, { rootMargin: "200px" });
  let watched = null;
  function watch() {
    const list = document.querySelector("#standings .latest");
    if (list !== watched) {
      watcher.disconnect();
      if (list) watcher.observe(list);
      watched = list;
    }
    show();
  }
  watch();
  document.addEventListener("htmx:after:settle", watch);
})();
