// One message as a bubble: author, quote, media, text, time, reactions, buttons.

import { hourMinute } from "./clock.js";
import { button, el, icon, iconButton } from "./dom.js";
import { mediaView } from "./media.js";
import { rich } from "./text.js";

// What the bot's reactions stand for on the desk (DESIGN section 6); others are shown as they are.
const REACTIONS = {
  "👌": ["check", "delivered"], "🕊": ["seal", "sealed"], "👀": ["eye", "opened"], "✍": ["held", "held"],
};

// Words from right to left end where the time would stand.
const RTL = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/** A few words of a message, for quotes. */
export function excerpt(message) {
  return (message.text || message.caption || message.kind).slice(0, 90);
}

/**
 * The inside of a message's place in the log. `look`: me (user id of the reader), authors (show names),
 * find (message by id), language, onPress, onReply, onEdit (each may be missing).
 */
export function bubble(message, look) {
  const body = el("div", { class: "bubble" });
  if (look.authors && message.from_id !== look.me) {
    body.append(el("span", { class: "author", dir: "auto" }, message.from_name));
  }
  const quoted = message.reply_to && look.find(message.reply_to);
  if (quoted) body.append(quote(quoted));
  const media = mediaView(message);
  if (media) body.append(media);
  const words = message.text ?? message.caption;
  if (words) {
    body.append(el("p", { class: "words", dir: "auto", lang: look.language }, ...rich(words, message.entities)));
  }
  if (!words && !media) body.append(el("p", { class: "words" }, message.kind));
  body.append(meta(message, look));
  const parts = [body];
  if (message.keyboard) parts.push(keyboard(message, look));
  return parts;
}

function quote(quoted) {
  return el("blockquote", { class: "quote" },
    el("b", { dir: "auto" }, quoted.from_name), el("span", { dir: "auto" }, excerpt(quoted)));
}

function reactions(marks) {
  const row = el("span", { class: "reactions" });
  for (const mark of marks) {
    const [picture, word] = REACTIONS[mark.replace("\ufe0f", "")] || [];
    row.append(word
      ? el("span", { class: "reaction", title: mark, "data-testid": "reaction" }, icon(picture), word)
      : el("span", { class: "reaction", "data-testid": "reaction" }, mark));
  }
  return row;
}

function meta(message, look) {
  const own = message.from_id === look.me;
  const words = message.text ?? message.caption ?? "";
  const beside = words && !message.reactions.length && (own || !look.onReply) && !RTL.test(words);
  const line = el("p", { class: beside ? "meta beside" : "meta", lang: "en" });
  if (own && look.onEdit && message.kind === "text") {
    line.append(iconButton("edit", "Edit", "msg-edit", () => look.onEdit(message), { class: "tool" }));
  }
  if (!own && look.onReply) {
    line.append(replyButton(() => look.onReply(message)));
  }
  if (message.reactions.length) line.append(reactions(message.reactions));
  if (message.pinned) line.append(el("span", {}, "pinned"));
  if (message.silent) line.append(el("span", { title: "Sent without sound" }, icon("quiet"), el("span", { class: "unseen" }, "silent")));
  if (message.edited) line.append(el("span", { class: "edited" }, "edited"));
  line.append(el("time", {
    datetime: new Date(message.date * 1000).toISOString(),
    title: message.protected ? "Protected: cannot be forwarded or saved" : undefined,
  }, hourMinute(message.date)));
  return line;
}

function replyButton(onClick) {
  const node = button("", "msg-reply", onClick, { class: "tool" });
  node.append(icon("reply"), "Reply");
  return node;
}

function keyboard(message, look) {
  const rows = el("div", { class: "keys", role: "group", "aria-label": "Buttons" });
  for (const row of message.keyboard) {
    const line = el("div", { class: "key-row" });
    for (const key of row) line.append(keyButton(key, message, look));
    rows.append(line);
  }
  return rows;
}

function keyButton(key, message, look) {
  const node = el("button", {
    type: "button", class: "key", dir: "auto", lang: look.language,
    "data-testid": "key", "data-callback": key.callback_data,
  }, key.text);
  if (key.copy_text) node.append(icon("copy"));
  if (key.url) node.title = key.url;
  node.addEventListener("click", () => look.onPress(message, key));
  return node;
}
