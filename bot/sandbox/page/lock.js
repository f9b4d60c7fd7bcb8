// A phone's lock screen: what somebody sees who only looks at it.

import { day, hourMinute, now } from "./clock.js";
import { calm, el, icon } from "./dom.js";

/**
 * Follow the lock screen in `node`. `show(notes, locked, chat)` draws it: all notes on a locked
 * phone; on an unlocked one the last that came, as long as its message is there.
 */
export function lockScreen(node, language) {
  const list = node.querySelector(".notes");
  const empty = node.querySelector(".lock-empty");
  const label = node.querySelector(".lock-label");
  let last = null;
  let drawn = "";

  function show(notes, locked, messages) {
    last = notes.at(-1) || later(last, messages);
    list.setAttribute("aria-live", locked ? "polite" : "off"); // unlocked, the chat says it
    const shown = locked ? notes : [last].filter(Boolean);
    label.textContent = locked ? "Locked" : "A locked screen would show";
    empty.hidden = shown.length > 0;
    empty.textContent = locked ? "No notifications" : "Nothing";
    const now_drawn = JSON.stringify([locked, shown]);
    if (now_drawn === drawn) return;
    const known = new Set([...list.children].map((child) => child.dataset.id));
    drawn = now_drawn;
    list.replaceChildren(...shown.map((note) => card(note, language, !known.has(String(note.message_id)))));
    list.scrollTop = list.scrollHeight;
  }

  function tick() {
    node.querySelector("time").textContent = hourMinute(now() / 1000);
    node.querySelector(".lock-clock span").textContent = day(now() / 1000, language);
  }

  return { show, tick };
}

// The last note while its message is there, or one for a newer message that was read at once.
function later(last, messages) {
  const newest = messages.findLast((message) => message.bot);
  const there = last && messages.some((message) => message.id === last.message_id);
  if (!newest || (there && last.message_id >= newest.id)) return there ? last : null;
  return {
    message_id: newest.id, title: newest.from_name, silent: newest.silent, date: newest.date,
    text: veiled(newest).replace(/\s+/g, " ").slice(0, 240),
  };
}

function veiled(message) {
  let text = message.text ?? message.caption ?? message.kind;
  for (const { type, offset, length } of message.entities) {
    if (type !== "spoiler") continue;
    text = text.slice(0, offset) + "▒".repeat(length) + text.slice(offset + length);
  }
  return text;
}

function card(note, language, fresh) {
  const head = el("span", { class: "note-head" }, el("b", { dir: "auto" }, note.title));
  if (note.silent) head.append(icon("quiet"), el("span", { class: "unseen" }, "silent"));
  if (note.date) head.append(el("time", {}, hourMinute(note.date)));
  return el("li", {
    class: fresh && !calm() ? "note arriving" : "note", "data-id": note.message_id, "data-testid": "notification",
  }, head, el("span", { class: "note-text", dir: "auto", lang: language }, note.text));
}
