// Things to attach, made on the spot: a small picture, two soft tones, a place, a contact.

import { hourMinute, now } from "./clock.js";
import { el, icon } from "./dom.js";

export const KINDS = [
  ["photo", "Photo"], ["voice", "Voice message"], ["location", "Location"], ["contact", "Contact"],
];
const ICONS = { photo: "photo", voice: "voice", location: "pin", venue: "pin", contact: "person" };
const NAMES = {
  voice: "Voice message", video: "Video", audio: "Audio", document: "File", sticker: "Sticker",
  location: "Location", venue: "Place", contact: "Contact", dice: "Dice",
};

/** The arguments of `send_media` for an attachment of `kind`. */
export async function attachment(kind) {
  if (kind === "photo") return { content: await picture(), file_name: "photo.png" };
  if (kind === "voice") return { content: base64(tones()), file_name: "voice.wav", duration: 1 };
  if (kind === "location") return { latitude: 59.3123, longitude: 18.0735 };
  return { phone_number: "+46701740605", first_name: "Maja" };
}

/** What a bubble shows of a message's media, null for plain text. */
export function mediaView(message) {
  const { kind, media } = message;
  if (!media) return null;
  if (kind === "photo") {
    return el("img", { class: "photo", alt: "Photo", src: `/file/${media.file_id}`, width: 220, height: 150 });
  }
  if (kind === "voice" || kind === "audio") {
    return el("audio", { controls: true, preload: "metadata", src: `/file/${media.file_id}`, "aria-label": NAMES[kind] });
  }
  const card = el("span", { class: "attached" }, icon(ICONS[kind] || "file"));
  card.append(el("span", {}, el("b", {}, NAMES[kind] || kind), el("small", {}, detail(kind, media))));
  return card;
}

function detail(kind, media) {
  if (kind === "contact") return `${media.first_name || ""} ${media.phone_number || ""}`.trim();
  if (kind === "location") return `${media.latitude}, ${media.longitude}`;
  if (kind === "venue") return media.title || "";
  if (kind === "dice") return String(media.value ?? "");
  return media.file_name || "";
}

async function picture() {
  const canvas = el("canvas", { width: 480, height: 320 });
  const ink = canvas.getContext("2d");
  const hue = Math.floor(Math.random() * 360);
  const sky = ink.createLinearGradient(0, 0, 0, 320);
  sky.addColorStop(0, `hsl(${hue} 45% 78%)`);
  sky.addColorStop(1, `hsl(${hue + 30} 50% 92%)`);
  ink.fillStyle = sky;
  ink.fillRect(0, 0, 480, 320);
  ink.fillStyle = "#fffbe8";
  ink.beginPath();
  ink.arc(350, 95, 38, 0, 7);
  ink.fill();
  hill(ink, `hsl(${hue + 90} 22% 55%)`, 230, 60);
  hill(ink, `hsl(${hue + 100} 28% 38%)`, 268, 25);
  ink.fillStyle = "#ffffffcc";
  ink.font = "600 22px system-ui, sans-serif";
  ink.fillText(hourMinute(now() / 1000), 20, 300);
  return canvas.toDataURL("image/png").split(",")[1];
}

function hill(ink, colour, base, height) {
  ink.fillStyle = colour;
  ink.beginPath();
  ink.moveTo(0, 320);
  for (let x = 0; x <= 480; x += 12) ink.lineTo(x, base - height * Math.sin((x + base) / 90));
  ink.lineTo(480, 320);
  ink.fill();
}

// One second of 8 kHz mono WAV: two tones that fade in and out.
function tones() {
  const rate = 8000;
  const view = new DataView(new ArrayBuffer(44 + rate));
  const put = (at, word) => [...word].forEach((c, i) => view.setUint8(at + i, c.charCodeAt(0)));
  put(0, "RIFF"); view.setUint32(4, 36 + rate, true); put(8, "WAVEfmt ");
  view.setUint32(16, 16, true); view.setUint16(20, 1, true); view.setUint16(22, 1, true);
  view.setUint32(24, rate, true); view.setUint32(28, rate, true);
  view.setUint16(32, 1, true); view.setUint16(34, 8, true);
  put(36, "data"); view.setUint32(40, rate, true);
  for (let i = 0; i < rate; i += 1) {
    const pitch = i < rate / 2 ? 392 : 523;
    const loud = Math.sin((Math.PI * (i % (rate / 2))) / (rate / 2)) * 40;
    view.setUint8(44 + i, 128 + loud * Math.sin((2 * Math.PI * pitch * i) / rate));
  }
  return new Uint8Array(view.buffer);
}

function base64(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
