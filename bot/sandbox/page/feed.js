// What happens in the sandbox: a snapshot at each (re)connection and after each event.
// Every event only says that something changed; the snapshot asked for afterwards is the truth,
// so nothing that arrives out of order can bring a deleted message back.

import { read } from "./control.js";

/** Follow the sandbox; `onEvent` gets each event, `onLink` whether the line is up. */
export function follow({ onState, onEvent, onLink }) {
  let busy = false;
  let stale = false;

  async function refresh() {
    if (busy) {
      stale = true;
      return;
    }
    busy = true;
    do {
      stale = false;
      try {
        onState(await read("/control/state"));
      } catch {
        onLink(false);
      }
    } while (stale);
    busy = false;
  }

  const source = new EventSource("/control/events");
  source.addEventListener("open", () => {
    onLink(true);
    refresh();
  });
  source.addEventListener("error", () => onLink(false));
  source.addEventListener("message", (message) => {
    const event = JSON.parse(message.data);
    onEvent(event);
    if (event.kind !== "log" && event.kind !== "typing") refresh();
  });
  return refresh;
}
