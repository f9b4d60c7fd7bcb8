// A message's text with its entities (bold, code, spoiler, …) as nodes. Offsets are UTF-16 units,
// which is what JavaScript's strings count in.

import { el } from "./dom.js";

const TAGS = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s",
  code: "code", pre: "code", blockquote: "q",
};
const LINKS = new Set(["url", "text_link", "email", "mention", "text_mention", "phone_number", "bot_command", "hashtag"]);

/** Nodes of `text` with `entities` applied. */
export function rich(text, entities = []) {
  const edges = new Set([0, text.length]);
  for (const one of entities) {
    edges.add(one.offset);
    edges.add(one.offset + one.length);
  }
  const cuts = [...edges].sort((a, b) => a - b);
  return cuts.slice(1).map((end, index) => {
    const start = cuts[index];
    const over = entities.filter((one) => one.offset <= start && one.offset + one.length >= end);
    return over.reduce(wrap, document.createTextNode(text.slice(start, end)));
  });
}

function wrap(node, entity) {
  if (entity.type === "spoiler") return spoiler(node);
  if (LINKS.has(entity.type)) return el("span", { class: "link", title: entity.url }, node);
  const tag = TAGS[entity.type];
  return tag ? el(tag, {}, node) : node;
}

function spoiler(node) {
  const cover = el("button", { type: "button", class: "spoiler", "aria-label": "Show hidden text" }, node);
  cover.addEventListener("click", () => {
    cover.classList.add("open");
    cover.removeAttribute("aria-label");
  });
  return cover;
}
