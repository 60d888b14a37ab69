// A screen that is not paired: asks every few seconds whether its code was entered, comes for it, and shows the board.
(() => {
  "use strict";
  const ASK_MS = 2_000, TIMEOUT_MS = 5_000;
  const { release, code } = document.body.dataset;
  const state = document.getElementById("state");
  let isAsking = false;

  const request = (options) => fetch("/display/pairing", { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS), ...options });

  function say(text) {
    if (state.textContent !== text) state.textContent = text;
  }

  async function act(answer) {
    if (answer.state === "no cookie") return say("This browser keeps no cookies. Allow them for this address, then load the page again.");
    if (answer.state === "entered" && !(await request({ method: "POST" })).ok) return;
    if (answer.state !== "waiting" || answer.code !== code || answer.release !== release) return location.reload();
    say("");
  }

  async function ask() {
    if (isAsking) return;
    isAsking = true;
    try {
      const answer = await request();
      if (!answer.ok) throw new Error(answer.statusText);
      await act(await answer.json());
    } catch {
      say("The server doesn’t answer. This screen keeps asking.");
    } finally {
      isAsking = false;
    }
  }

  setInterval(ask, ASK_MS);
})();
