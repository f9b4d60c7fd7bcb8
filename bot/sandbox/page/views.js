// On a narrow screen one thing is shown at a time: phone 1, phone 2 or the desk.

import { el } from "./dom.js";

/** Bring the switcher to life; gives show(state), which marks where something new came. */
export function views(cast) {
  const buttons = [...document.querySelectorAll("#views button")];
  const chats = {
    "phone-1": [cast.phones[0].id], "phone-2": [cast.phones[1].id],
    desk: cast.desks.map((desk) => desk.chat_id),
  };
  const names = { "phone-1": cast.phones[0].name, "phone-2": cast.phones[1].name, desk: "Duty desk" };
  const seen = {};
  let last = null;

  function open(view) {
    document.body.dataset.view = view;
    if (last) show(last);
  }

  function show(state) {
    last = state;
    for (const node of buttons) {
      const view = node.dataset.view;
      const on = document.body.dataset.view === view;
      const newest = chats[view].map((chat) => state.messages(chat).findLast((one) => one.bot)?.id ?? 0).join();
      if (on || seen[view] === undefined) seen[view] = newest;
      node.setAttribute("aria-pressed", String(on));
      const fresh = newest !== seen[view] && newest.replace(/[0,]/g, "") !== "";
      node.replaceChildren(names[view], ...(fresh ? [el("span", { class: "dot", "aria-label": "something new" })] : []));
    }
  }

  for (const node of buttons) node.addEventListener("click", () => open(node.dataset.view));
  return { show };
}
