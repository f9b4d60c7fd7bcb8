// The list of a desk's topics: General first, then the ones with the newest messages.

import { excerpt } from "./bubble.js";
import { hourMinute } from "./clock.js";
import { button, el } from "./dom.js";

/** Follow the topics in `list`; `open(thread)` is called with a chosen one, null for General. */
export function topicList(list, open) {
  const seen = new Map(); // "chat thread" -> id of the last message looked at
  let drawn = "";
  const begun = new Set(); // what was there before the page was opened is not new

  function begin(state, chat) {
    if (begun.has(chat)) return;
    begun.add(chat);
    for (const thread of [null, ...state.topics(chat).map((topic) => topic.thread)]) {
      seen.set(`${chat} ${thread}`, state.messages(chat, thread).at(-1)?.id ?? 0);
    }
  }

  function unseen(state, chat, thread) {
    const since = seen.get(`${chat} ${thread}`) ?? 0;
    return state.messages(chat, thread).filter((one) => one.bot && one.id > since).length;
  }

  function unread(state, chat) {
    begin(state, chat);
    const threads = [null, ...state.topics(chat).map((topic) => topic.thread)];
    return threads.reduce((sum, thread) => sum + unseen(state, chat, thread), 0);
  }

  function show(state, chat, chosen) {
    begin(state, chat);
    const last = state.messages(chat, chosen).at(-1);
    if (last) seen.set(`${chat} ${chosen}`, last.id);
    const rows = state.topics(chat).map((topic) => row(state, chat, topic, chosen));
    rows.sort((a, b) => b.order - a.order);
    rows.unshift(row(state, chat, { thread: null, name: "General", closed: false }, chosen));
    document.getElementById("no-topics").hidden = rows.length > 1;
    const look = JSON.stringify(rows);
    if (look === drawn) return;
    drawn = look;
    const focused = list.contains(document.activeElement) ? document.activeElement.dataset.thread : undefined;
    list.replaceChildren(...rows.map((one) => entry(one, open)));
    if (focused !== undefined) list.querySelector(`[data-thread="${focused}"]`)?.focus();
  }

  function row(state, chat, topic, chosen) {
    const last = state.messages(chat, topic.thread).at(-1);
    return {
      thread: topic.thread, name: topic.name, closed: topic.closed,
      on: topic.thread === chosen, fresh: unseen(state, chat, topic.thread),
      order: last?.id ?? 0, date: last?.date,
      words: last ? (last.kind === "forum_topic_created" ? "New topic" : excerpt(last)) : "",
    };
  }

  function focus() {
    list.querySelector("[aria-current=true]")?.focus();
  }

  return { show, unread, focus };
}

function entry(row, open) {
  const node = button("", row.thread === null ? "topic-general" : "topic", () => open(row.thread), {
    class: "topic", "aria-current": String(row.on), "data-thread": row.thread ?? "general",
  });
  node.append(
    el("span", { class: "topic-line" },
      el("b", { dir: "auto" }, row.name),
      row.date ? el("time", {}, hourMinute(row.date)) : null),
    el("span", { class: "topic-line" },
      el("span", { class: "topic-words", dir: "auto" }, row.words),
      row.closed ? el("span", { class: "tag" }, "closed") : null,
      row.fresh ? el("span", { class: "badge", "aria-label": `${row.fresh} new` }, String(row.fresh)) : null));
  return el("li", {}, node);
}
