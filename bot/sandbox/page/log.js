// A list of messages that is kept in step: new ones are added, changed ones redrawn, and deleted
// ones fade out. Nodes are kept by message id so that screen readers only hear what is new.

import { bubble } from "./bubble.js";
import { day } from "./clock.js";
import { calm, el } from "./dom.js";

const NEAR = 60;

/** Follow messages in `list`; gives `show(messages, look)` and `clear()`. */
export function messageLog(list) {
  let items = new Map();
  let pinned = true; // at the newest message, and to be kept there whatever changes its size

  list.addEventListener("scroll", () => {
    pinned = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR;
  });
  new ResizeObserver(toEnd).observe(list);
  list.addEventListener("load", toEnd, true);

  function toEnd() {
    if (pinned) list.scrollTop = list.scrollHeight;
  }

  function clear() {
    items = new Map();
    pinned = true;
    list.replaceChildren();
  }

  function show(messages, look) {
    const first = items.size === 0;
    const entries = withDays(messages, look.language);
    const keep = new Set(entries.map((entry) => entry.key));
    for (const [key, item] of items) {
      if (!keep.has(key)) {
        items.delete(key);
        leave(item.node);
      }
    }
    let arrived = false;
    for (const entry of entries) arrived = place(entry, look, first) || arrived;
    if (first || (arrived && messages.at(-1)?.from_id === look.me)) pinned = true;
    toEnd();
  }

  function place(entry, look, first) {
    const known = items.get(entry.key);
    const look_of = JSON.stringify([entry.message, quotedBy(entry.message, look), look.language]);
    if (known && known.drawn === look_of) return false;
    if (known) {
      redraw(known.node, entry, look);
      known.drawn = look_of;
      return false;
    }
    const node = el("div", { "data-id": entry.message?.id, class: first ? "" : "arriving" });
    redraw(node, entry, look);
    items.set(entry.key, { node, drawn: look_of });
    list.append(node);
    return true;
  }

  return { show, clear };
}

function withDays(messages, language) {
  const entries = [];
  let last = null;
  for (const message of messages) {
    const named = day(message.date, language);
    if (named !== last) entries.push({ key: `day ${named}`, words: named });
    last = named;
    const words = serviceWords(message);
    entries.push({ key: message.id, message, words });
  }
  return last && entries.length === messages.length + 1 ? entries.slice(1) : entries;
}

function serviceWords(message) {
  const data = message.media || {};
  if (message.kind === "forum_topic_created") return `Topic “${data.name || ""}” was created`;
  if (message.kind === "forum_topic_edited") return `Topic renamed to “${data.name || ""}”`;
  if (message.kind === "forum_topic_closed") return "Topic closed";
  if (message.kind === "forum_topic_reopened") return "Topic opened again";
  if (message.kind === "pinned_message") return "A message was pinned";
  if (message.kind === "new_chat_members") return `${message.from_name} joined`;
  if (message.kind === "left_chat_member") return `${message.from_name} left`;
  return null;
}

function quotedBy(message, look) {
  const quoted = message?.reply_to && look.find(message.reply_to);
  return quoted ? quoted.text || quoted.caption || quoted.kind : null;
}

function redraw(node, entry, look) {
  if (entry.words) {
    node.className = "service";
    node.replaceChildren(el("span", { dir: "auto" }, entry.words));
    return;
  }
  const focused = [...node.querySelectorAll("button")].indexOf(document.activeElement);
  const mine = entry.message.from_id === look.me;
  node.classList.add("msg", mine ? "mine" : "theirs");
  node.dataset.testid = mine ? "msg-mine" : "msg-theirs";
  node.classList.toggle("from-bot", entry.message.bot);
  node.replaceChildren(...bubble(entry.message, look));
  if (focused >= 0) (node.querySelectorAll("button")[focused] || node.closest(".log")).focus();
}

function leave(node) {
  node.removeAttribute("data-testid");
  node.inert = true;
  node.setAttribute("aria-hidden", "true");
  if (calm() || !node.offsetHeight) {
    node.remove();
    return;
  }
  const height = `${node.offsetHeight}px`;
  node.style.overflow = "hidden";
  node.animate([
    { opacity: 1, height, filter: "blur(0)" },
    { opacity: 0, height, filter: "blur(3px)", offset: 0.6 },
    { opacity: 0, height: 0, margin: 0 },
  ], { duration: 650, easing: "ease-out" }).finished.finally(() => node.remove());
}
