// Four steps for the first use. Each is ticked off as it happens; then, or when told, they go.

import { calm } from "./dom.js";

const KEY = "igor-demo-hint";

/** Show the hints unless closed before; gives note(state, cast). */
export function hints() {
  const box = document.getElementById("hint");
  const done = new Set();
  let closed = recall();
  box.hidden = closed;
  document.getElementById("hint-close").addEventListener("click", close);

  function close() {
    closed = true;
    box.hidden = true;
    try {
      sessionStorage.setItem(KEY, "closed");
    } catch { /* private windows may refuse; then the hints come back next time */ }
  }

  function note(state, cast) {
    if (closed) return;
    const phones = cast.phones.map((person) => state.messages(person.id));
    const posts = cast.desks.flatMap((desk) => state.messages(desk.chat_id));
    const staff = new Set(cast.desks.flatMap((desk) => desk.staff.map((one) => one.id)));
    if (phones.some((messages) => messages.length)) done.add("start");
    if (cast.desks.some((desk) => state.topics(desk.chat_id).length)) done.add("ask");
    if (posts.some((one) => staff.has(one.from_id) && one.reply_to)) done.add("claim");
    if (done.has("claim") && phones.some((messages) => messages.length === 1)) done.add("exit");
    draw();
    if (done.size === 4) setTimeout(close, calm() ? 0 : 4000);
  }

  function draw() {
    const steps = [...box.querySelectorAll("li")];
    const next = steps.find((step) => !done.has(step.dataset.step));
    for (const step of steps) {
      step.classList.toggle("done", done.has(step.dataset.step));
      step.classList.toggle("next", step === next);
    }
  }

  draw();
  return { note };
}

function recall() {
  try {
    return sessionStorage.getItem(KEY) === "closed";
  } catch {
    return false;
  }
}
