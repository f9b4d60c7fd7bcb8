// The bar on top: whether the bot runs, kill and start, the clock, Telegram's limits.

import { hourMinute, longNow } from "./clock.js";
import { control, demo, read } from "./control.js";
import { el } from "./dom.js";

const POLL = 1500;

/** Bring the bar to life; gives show(state) and tick(). `trouble` shows a sentence, "" hides it. */
export function topbar(trouble) {
  const find = (id) => document.getElementById(id);
  const limits = find("limits");
  find("bot-kill").addEventListener("click", () => demo("kill").then(poll));
  find("bot-start").addEventListener("click", () => demo("start").then(poll));
  find("clock-moves").addEventListener("click", (event) => {
    const seconds = Number(event.target.dataset?.seconds);
    if (seconds) control("move_clock", { seconds });
  });
  limits.addEventListener("change", () => control("set_limits", { on: limits.checked }));

  async function poll() {
    try {
      status(await read("/demo/status"));
    } catch {
      find("bot-state").textContent = "No connection";
      find("bot-state").dataset.state = "down";
    }
  }

  function status({ running, pid, restarts, error }) {
    const pill = find("bot-state");
    const times = restarts ? `, started again ${restarts}×` : "";
    const words = running ? ["Bot runs", `pid ${pid}${times}`] : ["Bot is down", ""];
    if (pill.textContent !== words.join("")) pill.replaceChildren(words[0], el("small", {}, words[1]));
    pill.dataset.state = running ? "up" : "down";
    swap(find("bot-kill"), find("bot-start"), running);
    trouble(running || !error ? "" : `The bot stopped by itself: ${error}`, "bot");
  }

  setInterval(poll, POLL);
  poll();
  return {
    show: (state) => {
      limits.checked = state.limits;
      find("clock").dataset.hour = hourMinute(state.now).slice(0, 2);
    },
    tick: () => {
      const [date, time] = longNow();
      find("clock").replaceChildren(el("span", {}, `${date}, `), time);
    },
  };
}

// Only one of the two is there; the focus follows, so that Enter twice kills and starts.
function swap(kill, start, running) {
  const focused = document.activeElement === kill || document.activeElement === start;
  kill.hidden = !running;
  start.hidden = running;
  if (focused) (running ? kill : start).focus();
}
