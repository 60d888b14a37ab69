// The stage on a paired screen: it turns back to the display when the ceremony is over.
(() => {
  "use strict";
  const PULSE_MS = 3_000, PULSE_TIMEOUT_MS = 2_500;

  async function pulse() {
    try {
      const answer = await fetch("/display/pulse", { cache: "no-store", signal: AbortSignal.timeout(PULSE_TIMEOUT_MS) });
      if (answer.status === 401 || (answer.ok && !(await answer.json()).stage)) location.replace("/display");
    } catch {
      // The server is away: the stage stays until it is back.
    }
  }

  setInterval(pulse, PULSE_MS);
})();
