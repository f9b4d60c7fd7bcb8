// The sandbox's clock as the page shows it: Stockholm time, since the example area lies there.

const ZONE = "Europe/Stockholm";
const time = new Intl.DateTimeFormat("en-GB", { timeZone: ZONE, hour: "2-digit", minute: "2-digit" });
const seconds = new Intl.DateTimeFormat("en-GB", { timeZone: ZONE, timeStyle: "medium" });
const date = new Intl.DateTimeFormat("en-GB", {
  timeZone: ZONE, weekday: "short", day: "numeric", month: "short",
});
const days = new Map();

let offset = 0;

/** Let the page follow a clock that shows `unix` seconds now. */
export function setNow(unix) {
  offset = unix * 1000 - Date.now();
}

/** Milliseconds on the sandbox's clock. */
export function now() {
  return Date.now() + offset;
}

/** "14:05" of unix seconds. */
export function hourMinute(unix) {
  return time.format(unix * 1000);
}

/** ["Mon 23 Nov", "14:05:09"] now. */
export function longNow() {
  return [date.format(now()).replace(",", ""), seconds.format(now())];
}

/** "måndag 23 november" in a language, of unix seconds. */
export function day(unix, tongue = "en") {
  const language = tongue === "en" ? "en-GB" : tongue;
  if (!days.has(language)) {
    days.set(language, new Intl.DateTimeFormat(language, {
      timeZone: ZONE, weekday: "long", day: "numeric", month: "long",
    }));
  }
  return days.get(language).format(unix * 1000);
}
