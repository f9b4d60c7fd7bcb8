// The sandbox's control side and the demo's switches, over HTTP.

let complain = () => {};

/** Have `listener` told, in a sentence, when a request fails. */
export function onComplaint(listener) {
  complain = listener;
}

/** Call a control verb; gives its result, or undefined after a complaint. */
export async function control(verb, args = {}) {
  return send(`/control/${verb}`, args);
}

/** Call one of the demo's own switches: "kill" or "start". */
export async function demo(deed) {
  return send(`/demo/${deed}`, {});
}

/** Read JSON from the demo; throws when it cannot be reached. */
export async function read(path) {
  const answer = await fetch(path, { cache: "no-store" });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

async function send(path, body) {
  try {
    const answer = await fetch(path, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
    const data = await answer.json();
    if (data.ok) return data.result ?? null;
    complain(data.error || "That did not work.");
  } catch {
    complain("The demo cannot be reached.");
  }
  return undefined;
}
