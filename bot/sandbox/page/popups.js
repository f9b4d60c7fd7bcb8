// What answers a pressed button (a toast or an alert), and small notes of the page itself.

import { el } from "./dom.js";

const SHOWN = 5000;

/** Show a line at the bottom of the page for a while. */
export function toast(words, to = "") {
  const node = el("p", { class: "toast", "data-testid": "toast" },
    to ? el("b", {}, to) : null, el("span", { dir: "auto" }, words));
  document.getElementById("toasts").append(node);
  setTimeout(() => node.remove(), SHOWN);
}

/** Show the answer to somebody's press: an alert where the bot asked for one, else a toast. */
export function popup({ text, show_alert: alert }, to) {
  if (!text) return;
  if (!alert) {
    toast(text, to);
    return;
  }
  const dialog = document.getElementById("alert");
  document.getElementById("alert-for").textContent = `Only ${to} sees this`;
  document.getElementById("alert-text").textContent = text;
  if (!dialog.open) dialog.showModal();
}

/** Put text on the clipboard and say so. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(text, "Copied");
  } catch {
    toast(text, "Copying is not allowed here:");
  }
}
