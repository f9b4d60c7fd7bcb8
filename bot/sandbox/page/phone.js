// A person's phone: lock screen, chat with the bot, and where she writes.

import { composer } from "./composer.js";
import { control } from "./control.js";
import { lockScreen } from "./lock.js";
import { messageLog } from "./log.js";
import { attachment } from "./media.js";
import { copy, toast } from "./popups.js";

const NAMES = new Intl.DisplayNames("en", { type: "language" });
const TYPING = 5000;

/** Build the phone of a person and add it to `stage`; gives show(state), tick(), typing(). */
export function phone(stage, person, number) {
  const id = `phone-${number}`;
  const root = document.getElementById("phone-template").content.cloneNode(true).firstElementChild;
  stage.append(root);
  mark(root, id, person);
  const find = (selector) => root.querySelector(selector);
  const lock = lockScreen(find(".lock"), person.language);
  const log = messageLog(find(".log"));
  const view = { locked: false, blocked: false, messages: [] };
  const mine = { chat_id: person.id, user_id: person.id };
  const writing = composer({
    id, label: `Message from ${person.name}`, placeholder: "Message",
    onSend: (text, { edit }) => edit
      ? control("edit", { ...mine, message_id: edit.id, text })
      : control("say", { ...mine, text }),
    onAttach: async (kind) => control("send_media", { ...mine, kind, ...await attachment(kind) }),
  });
  find(".composer-place").append(writing.node);
  find(".start").addEventListener("click", () => control("say", { ...mine, text: "/start" }));
  find(".block").addEventListener("click", () => control(view.blocked ? "unblock" : "block", { user_id: person.id }));

  const look = {
    me: person.id, language: person.language,
    find: (message) => view.messages.find((one) => one.id === message),
    onEdit: (message) => writing.setContext({ edit: message }),
    onPress: (message, key) => press(mine, message, key),
  };

  function show(state) {
    view.blocked = state.blocked(person.id);
    view.messages = state.messages(person.id);
    const notes = state.notes(person.id);
    lock.show(notes, view.locked, view.messages);
    if (notes.length && !view.locked) control("read", mine);
    log.show(view.messages, look);
    find(".bot-name").textContent = state.botName;
    find(".avatar").textContent = state.botName.slice(0, 1);
    find(".empty").hidden = view.messages.length > 0;
    const block = find(".block");
    block.textContent = view.blocked ? "Unblock bot" : "Block bot";
    block.setAttribute("aria-pressed", String(view.blocked));
    writing.input.disabled = view.blocked;
    writing.input.placeholder = view.blocked ? "You have blocked the bot" : "Message";
  }

  function setLocked(on, redraw) {
    view.locked = on;
    root.classList.toggle("locked", on);
    const toggle = find(".lock-toggle");
    toggle.textContent = on ? "Unlock" : "Lock";
    toggle.setAttribute("aria-pressed", String(on));
    redraw();
  }

  let quiet = 0;
  function typing(on) {
    clearTimeout(quiet);
    find(".bot-sub").textContent = on ? "typing…" : "bot";
    if (on) quiet = setTimeout(typing, TYPING, false);
  }

  function onLock(redraw) {
    find(".lock-toggle").addEventListener("click", () => setLocked(!view.locked, redraw));
    find(".unlock").addEventListener("click", () => {
      setLocked(false, redraw);
      find(".lock-toggle").focus();
    });
  }

  return { show, typing, onLock, tick: lock.tick, person };
}

/** Press an inline button as a user: copy, or tell the bot. */
export function press(who, message, key) {
  if (key.copy_text) return copy(key.copy_text.text);
  if (key.url) return toast(key.url, "A phone would open");
  return control("press", { ...who, message_id: message.id, data: key.callback_data });
}

function mark(root, id, person) {
  root.id = id;
  root.dataset.testid = id;
  root.setAttribute("aria-label", `${person.name}'s phone`);
  root.querySelector(".person-name").textContent = person.name;
  root.querySelector(".person-language").textContent = NAMES.of(person.language);
  const marks = {
    ".lock": "lock", ".lock-toggle": "lock-toggle", ".unlock": "unlock", ".block": "block",
    ".log": "log", ".start": "start", ".screen": "screen",
  };
  for (const [selector, name] of Object.entries(marks)) {
    root.querySelector(selector).dataset.testid = `${id}-${name}`;
  }
  root.querySelector(".log").setAttribute("aria-label", `Messages on ${person.name}'s phone`);
  root.querySelector(".lock").setAttribute("aria-label", `Lock screen of ${person.name}'s phone`);
}
