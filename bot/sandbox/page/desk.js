// The duty desks: tabs, who one is, the open topic and where one writes in it.

import { composer } from "./composer.js";
import { control } from "./control.js";
import { button, el } from "./dom.js";
import { messageLog } from "./log.js";
import { attachment } from "./media.js";
import { press } from "./phone.js";
import { topicList } from "./topics.js";

const INTERNAL = "Only the desk sees this.";
const OUTSIDE = "A reply to the bot’s post: it reaches the person if you own the case.";
const BESIDE = "A reply to a colleague: only the desk sees this.";

/** Build the desks of `cast` (from /demo/cast); gives show(state) and typing(chat, thread). */
export function desks(cast) {
  const root = document.getElementById("desk");
  const find = (id) => document.getElementById(id);
  const at = { desk: cast.desks[0], thread: null, acting: {}, state: null };
  for (const desk of cast.desks) at.acting[desk.chat_id] = desk.staff[0].id;
  const log = messageLog(find("desk-log"));
  const topics = topicList(find("topic-list"), open);
  const tabs = deskTabs(find("desk-tabs"), cast.desks, choose);
  const who = () => ({ chat_id: at.desk.chat_id, user_id: at.acting[at.desk.chat_id] });
  const place = (context) => ({
    ...who(), thread: at.thread, ...(context.reply ? { reply_to: context.reply.id } : {}),
  });
  const whereto = el("p", { class: "whereto", "data-testid": "desk-whereto", "aria-live": "polite" });
  const writing = composer({
    id: "desk", label: "Write in the topic", placeholder: "Write to the desk", kinds: ["photo", "voice", "location"],
    onSend: (text, context) => context.edit
      ? control("edit", { ...who(), message_id: context.edit.id, text })
      : control("say", { ...place(context), text }),
    onAttach: async (kind, context) => control("send_media", { ...place(context), kind, ...await attachment(kind) }),
    onContext: explain,
  });
  find("desk-composer").append(whereto, writing.node);
  find("topic-back").addEventListener("click", () => {
    root.classList.remove("reading");
    topics.focus();
  });

  function explain(context) {
    const outside = Boolean((context.reply || context.edit)?.bot) || Boolean(context.edit?.reply_to);
    whereto.classList.toggle("outside", outside);
    whereto.textContent = context.edit && !outside ? INTERNAL
      : outside ? OUTSIDE : context.reply ? BESIDE : INTERNAL;
  }

  function choose(desk) {
    at.desk = desk;
    open(null);
    root.classList.remove("reading");
    acting(find("acting"), desk, at.acting, () => redraw());
  }

  function open(thread) {
    at.thread = thread;
    log.clear();
    writing.setContext({});
    root.classList.add("reading");
    redraw();
  }

  function redraw() {
    if (at.state) show(at.state);
  }

  function show(state) {
    at.state = state;
    const chat = at.desk.chat_id;
    const known = state.topics(chat);
    if (at.thread !== null && !known.some((topic) => topic.thread === at.thread)) at.thread = null;
    const topic = known.find((one) => one.thread === at.thread);
    find("topic-name").textContent = topic ? topic.name : "General";
    find("topic-closed").hidden = !topic?.closed;
    const messages = state.messages(chat, at.thread);
    log.show(messages, {
      me: at.acting[chat], authors: true, language: at.desk.language,
      find: (id) => messages.find((one) => one.id === id),
      onReply: (message) => writing.setContext({ reply: message }),
      onEdit: (message) => writing.setContext({ edit: message }),
      onPress: (message, key) => press(who(), message, key),
    });
    topics.show(state, chat, at.thread);
    tabs.show(state, at.desk, topics.unread);
  }

  explain({});
  choose(at.desk);
  return { show };
}

function acting(box, desk, chosen, onChange) {
  box.replaceChildren(el("legend", {}, "You are"));
  for (const member of desk.staff) {
    const input = el("input", {
      type: "radio", name: "acting", value: member.id, id: `as-${member.id}`,
      "data-testid": `acting-${member.name.toLowerCase()}`, checked: chosen[desk.chat_id] === member.id,
    });
    input.addEventListener("change", () => {
      chosen[desk.chat_id] = member.id;
      onChange();
    });
    box.append(input, el("label", { for: `as-${member.id}` }, member.name));
  }
}

function deskTabs(list, all, choose) {
  const tabs = all.map((desk) => {
    const tab = button("", `desk-tab-${desk.organisation}`, () => select(desk), {
      role: "tab", "aria-controls": "desk-body", id: `tab-${desk.organisation}`,
    });
    list.append(tab);
    return { desk, tab };
  });

  function select(desk) {
    choose(desk);
    tabs.find((one) => one.desk === desk).tab.focus();
  }

  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const here = tabs.findIndex((one) => one.tab === document.activeElement);
    select(tabs[(here + step + tabs.length) % tabs.length].desk);
  });

  function show(state, open, unread) {
    for (const { desk, tab } of tabs) {
      const on = desk === open;
      const count = on ? 0 : unread(state, desk.chat_id);
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
      tab.replaceChildren(desk.name, ...(count ? [badge(count)] : []));
      if (on) document.getElementById("desk-body").setAttribute("aria-labelledby", tab.id);
    }
  }

  return { show };
}

function badge(count) {
  return el("span", { class: "badge", "aria-label": `${count} new` }, String(count));
}
