// A snapshot of the sandbox, with the questions the page asks of it.

/** Wrap the JSON of /control/state. */
export function world(raw) {
  const people = new Map(raw.people.map((person) => [person.id, person]));
  const groups = new Map(raw.groups.map((group) => [group.id, group]));
  return {
    now: raw.now,
    limits: raw.limits,
    botName: raw.bot.name,
    name: (userId) => people.get(userId)?.name || "",
    blocked: (userId) => Boolean(people.get(userId)?.blocked),
    messages: (chatId, thread) => inThread(raw.chats[chatId] || [], thread),
    notes: (userId) => (raw.notifications[userId] || []).filter((note) => note.chat_id === userId),
    topics: (chatId) => groups.get(chatId)?.topics || [],
    title: (chatId) => groups.get(chatId)?.title || "",
  };
}

// undefined: the whole chat; null: General, which is everything outside topics; else one topic.
function inThread(messages, thread) {
  return thread === undefined ? messages : messages.filter((one) => (one.thread ?? null) === thread);
}
