// The page's only wiring: who is in the demo, what happens, and who is told.

import { setNow } from "./clock.js";
import { onComplaint, read } from "./control.js";
import { desks } from "./desk.js";
import { follow } from "./feed.js";
import { hints } from "./hint.js";
import { phone } from "./phone.js";
import { popup, toast } from "./popups.js";
import { world } from "./state.js";
import { topbar } from "./topbar.js";
import { views } from "./views.js";

const troubles = new Map();

function trouble(words, about) {
  troubles.set(about, words);
  const box = document.getElementById("trouble");
  const text = [...troubles.values()].filter(Boolean).join(" ");
  if (box.textContent !== text) box.textContent = text;
  box.hidden = !text;
}

async function begin() {
  onComplaint((words) => toast(words));
  const cast = await read("/demo/cast");
  const stage = document.getElementById("phones");
  const phones = cast.phones.map((person, index) => phone(stage, person, index + 1));
  const desk = desks(cast);
  const bar = topbar(trouble);
  const hint = hints();
  const switcher = views(cast);
  let state = null;

  function show(raw) {
    state = world(raw);
    setNow(state.now);
    for (const one of phones) one.show(state);
    desk.show(state);
    bar.show(state);
    hint.note(state, cast);
    switcher.show(state);
  }

  function happened(event) {
    if (event.kind === "popup") popup(event.popup, state?.name(event.user) || "");
    if (event.kind === "typing" || event.kind === "message") {
      phones.find((one) => one.person.id === event.chat)?.typing(event.kind === "typing");
    }
  }

  function tick() {
    bar.tick();
    for (const one of phones) one.tick();
  }

  for (const one of phones) one.onLock(() => state && one.show(state));
  follow({
    onState: show, onEvent: happened,
    onLink: (up) => trouble(up ? "" : "The demo has stopped or cannot be reached; start it again with: igor-bot demo", "link"),
  });
  setInterval(tick, 1000);
  tick();
}

begin();
