// Where one writes: text, attachments, and what the text will be (a reply, an edit).

import { excerpt } from "./bubble.js";
import { button, el, icon, iconButton } from "./dom.js";
import { KINDS } from "./media.js";

/**
 * A composer. `onSend(text, context)` with context {} | {reply} | {edit}; `onAttach(kind, context)`;
 * `kinds` limits the attachments; `onContext(context)` is told when the context changes.
 */
export function composer({ id, label, placeholder, kinds, onSend, onAttach, onContext = () => {} }) {
  let context = {};
  const input = el("textarea", {
    rows: 1, dir: "auto", "aria-label": label, placeholder, "data-testid": `${id}-input`,
    autocomplete: "off", enterkeyhint: "send",
  });
  const banner = el("p", { class: "context", hidden: true });
  const send = iconButton("send", "Send", `${id}-send`, () => form.requestSubmit(), { class: "icon-button send" });
  const menu = attachMenu(id, kinds, (kind) => onAttach(kind, take()));
  const form = el("form", { class: "composer" }, banner, menu, input, send);

  function grow() {
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight, 120)}px`;
  }

  function setContext(next) {
    context = next;
    const of = next.edit || next.reply;
    banner.hidden = !of;
    if (of) banner.replaceChildren(...contextLine(next, of, id, () => setContext({})));
    input.value = next.edit ? next.edit.text : input.value;
    grow();
    onContext(next);
    if (of) input.focus();
  }

  function take() {
    const taken = context;
    if (context.edit) input.value = "";
    setContext({});
    return taken;
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text) return;
    const taken = take();
    input.value = "";
    grow();
    onSend(text, taken);
  });
  input.addEventListener("input", grow);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
    if (event.key === "Escape") setContext({});
  });
  return { node: form, input, setContext, context: () => context };
}

function contextLine(next, of, id, cancel) {
  const what = next.edit ? "Editing" : `Reply to ${of.from_name}`;
  return [
    icon(next.edit ? "edit" : "reply"),
    el("span", {}, el("b", {}, what), el("span", { class: "excerpt", dir: "auto" }, excerpt(of))),
    iconButton("close", "Cancel", `${id}-cancel`, cancel),
  ];
}

function attachMenu(id, kinds, onPick) {
  const list = el("div", { class: "menu", hidden: true, id: `${id}-menu` });
  const toggle = iconButton("clip", "Attach", `${id}-attach`, () => open(list.hidden), {
    "aria-expanded": "false", "aria-controls": `${id}-menu`,
  });
  const box = el("div", { class: "attach" }, toggle, list);

  function open(on) {
    list.hidden = !on;
    toggle.setAttribute("aria-expanded", String(on));
    if (on) list.querySelector("button").focus();
  }

  for (const [kind, name] of KINDS.filter(([one]) => !kinds || kinds.includes(one))) {
    list.append(button("", `${id}-attach-${kind}`, () => {
      open(false);
      toggle.focus();
      onPick(kind);
    }));
    list.lastChild.append(icon({ location: "pin", contact: "person" }[kind] || kind), name);
  }
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation();
      open(false);
      toggle.focus();
    }
  });
  document.addEventListener("click", (event) => {
    if (!box.contains(event.target)) open(false);
  });
  return box;
}
