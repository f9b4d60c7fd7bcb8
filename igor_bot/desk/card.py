"""The card of a case: first what a tired worker needs, then the answers word for word. Pure
but for the settings' types; it shows no number and no meeting place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from igor_bot import texts
from igor_bot.desk import cases, guarded, reminders, sharing
from igor_bot.desk.case import Case, Request, concerns, dated, known_answers
from igor_bot.desk.deeds import CALL_RESULTS, HEARD, OUTCOMES, PAUSED_ENDS, RIDE_STEPS
from igor_bot.desk.words import cut
from igor_bot.flows import FLOWS
from igor_bot.flows.engine import Context, Step
from igor_bot.messages import Button, Rows, rows
from igor_bot.states import DESK_STATES, KINDS
from igor_bot.texts import N_, Text

FITS = 3900
"""Characters of a card, of Telegram's 4096: names of workers may come before it."""
CHANGES = 3
"""The newest changes of a request that the card repeats; each was posted when it came."""

ROLE_NAMES = {"minor": N_("says: under 18"), "professional": N_("says: asks through work")}


def title(case: Case, organisation: str) -> tuple[Text, ...]:
    """Return the topic's name: pseudonym and kinds."""
    kinds = dict.fromkeys(r.kind for r in _seen_requests(case, organisation))
    return (texts.verbatim(case.names[organisation]), *(Text(KINDS[k]) for k in kinds))


def card(case: Case, organisation: str, context: Context) -> tuple[Text, ...]:
    """Return the card's lines for one desk; `context` is the desk's language and zone.

    Where they don't fit a message, the answers of what is over and of what is oldest go first.
    """
    shown = _seen_requests(case, organisation)
    spare = sorted(shown[:-1], key=lambda r: not r.over)
    lines: list[Text] = []
    for brief in range(len(spare) + 1):
        lines = _lines(case, organisation, context, {r.number for r in spare[:brief]})
        if sum(_units(line, context) for line in lines) <= FITS:
            break
    return tuple(lines)


def _units(line: Text, context: Context) -> int:
    """Length as Telegram counts it, with the line's end."""
    return len(texts.render(line, context.language, context.zone).encode("utf-16-le")) // 2 + 1


def _lines(case: Case, organisation: str, context: Context, brief: set[int]) -> list[Text]:
    shown = _seen_requests(case, organisation)
    leads = organisation == case.lead
    mark = "‼ " if case.urgent and leads else ""
    lines = [Text("{mark}{name}", {"mark": mark, "name": case.names[organisation]})]
    if leads:
        lines += _first_facts(case, context)
    now = context.now.timestamp()
    if leads or concerns(case, organisation):
        lines += _chat(case, now)
    lines += [_owner(case, organisation, now), *_promise(case, now)]
    lines += [_route(case, organisation), *_unverified(shown, leads, now)]
    for request in shown:
        lines += [Text(""), _headline(case, request, organisation, now)]
        if request.number not in brief:
            lines += _request(case, request, organisation, context)
    if case.closed_at is not None:
        lines.append(_closed(case, case.closed_at, leads, now))
    return lines


def _closed(case: Case, at: float, leads: bool, now: float) -> Text:
    """How it ended is for the desk where it opened."""
    outcome = Text(OUTCOMES[case.outcome or "helped"])
    known = {"outcome": outcome, "time": dated(at, now)}
    return Text(N_("Closed {time}: {outcome}.") if leads else N_("Closed {time}."), known)


def _seen_requests(case: Case, organisation: str) -> list[Request]:
    if organisation == case.lead:
        return list(case.requests)
    return [r for r in case.requests if sharing.passes_to_police(r.kind, r.answers)]


_FIRST = (
    ("danger", N_("Danger")),
    ("near", N_("Other party near")),
    ("children", N_("Children there")),
    ("how_long", N_("Can write")),
)


def _first_facts(case: Case, context: Context) -> list[Text]:
    """Danger, other party, children, time: the newest answer of each, or "not asked"."""
    lines = []
    for key, label in _FIRST:
        request = next((r for r in reversed(case.requests) if key in r.answers), None)
        answer = Text(N_("not answered"))
        if request is not None and request.answers[key] is not None:
            answer = _answered(request, key, context)
        lines.append(Text("{label}: {answer}", {"label": Text(label), "answer": answer}))
    if case.distress_at is not None:
        since = {"time": dated(case.distress_at, context.now.timestamp())}
        lines.append(Text(N_("Words of distress at {time}."), since))
    language = {"language": texts.name_of(case.language)}
    return [*lines, Text(N_("Language: {language}"), language)]


def _answered(request: Request, key: str, context: Context) -> Text:
    """Word for word, with the time: it is what she answered, never what is so."""
    step = FLOWS[request.kind].step(key)
    at = dated(request.answered_at.get(key, request.asked_at), context.now.timestamp())
    known = {"answer": _label(step, request.answers[key], context), "time": at}
    return Text(N_("answered {answer} {time}"), known)


def _label(step: Step | None, value: Any, context: Context) -> Text:
    """A code's label in the desk's language, her own words as they are."""
    if step is not None and isinstance(value, str):
        options = step.parser.options(context)
        if value in options:
            return options[value]
        return texts.verbatim(f"“{cut(step.key, value)}”")
    return texts.verbatim(str(value))


def _owner(case: Case, organisation: str, now: float) -> Text:
    since = {"time": dated(case.waiting_since[organisation], now)}
    if organisation not in case.owners:
        return Text(N_("Waiting since {time}, nobody has taken it"), since)
    known = {
        "name": case.owner_names[organisation],
        "time": dated(case.claimed_at[organisation], now),
    }
    return Text(N_("{name} has it since {time}"), known)


def _chat(case: Case, now: float) -> list[Text]:
    if case.left_at is None:
        return [Text(N_("In the chat, last {time}"), {"time": dated(case.seen_at, now)})]
    known = {"time": dated(case.left_at, now)}
    if case.blocked:
        return [Text(N_("Has blocked the chat {time}."), known)]
    return [Text(N_("Left {time}, do not write."), known)]


def _promise(case: Case, now: float) -> list[Text]:
    if case.told_at is not None:
        known = {"time": dated(case.told_at, now)}
        return [Text(N_("Was told at {time} that nobody could answer"), known)]
    if case.promised_at is None or case.owners:
        return []
    known = {"time": dated(case.promised_at, now)}
    return [Text(N_("Promised: by {time} she hears how it stands"), known)]


def _route(case: Case, organisation: str) -> Text:
    call = "number" in guarded.pieces(case, organisation)
    seen = (known_answers(case, r, organisation) for r in case.requests if not r.over)
    left = any(answers.get("even_if_left") == "yes" for answers in seen)
    if call and left:
        return Text(N_("Route: call, also if she has left the chat"))
    return Text(N_("Route: call, or this chat")) if call else Text(N_("Route: this chat"))


def _unverified(shown: list[Request], leads: bool, now: float) -> list[Text]:
    """What she asked to change; her words only where she said them."""
    lines = []
    for request in shown:
        for at, words in () if request.over else request.changes[-CHANGES:]:
            known = {"time": dated(at, now), "words": f"“{cut('', words)}”"}
            kind = {"kind": Text(KINDS[request.kind])}
            pattern = N_("From the chat {time}, unverified: {words}")
            lines.append(Text(pattern, known) if leads and words else Text(cases.ASKS_CHANGE, kind))
    return lines


def _headline(case: Case, request: Request, organisation: str, now: float) -> Text:
    known: dict[str, object] = {
        "kind": Text(KINDS[request.kind]),
        "state": Text(
            DESK_STATES[
                "taken"
                if organisation in case.owners and request.state == "open"
                else request.state
            ]
        ),
        "time": dated(request.asked_at, now),
    }
    return Text(N_("{kind} ({time}): {state}"), known)


def _request(case: Case, request: Request, organisation: str, context: Context) -> list[Text]:
    lines = []
    answers: Mapping[str, Any] = sharing.visible(
        organisation, case.lead, request.kind, request.answers
    )
    if answers.get("role") in ROLE_NAMES:
        lines.append(Text(ROLE_NAMES[str(answers["role"])]))
    for step in FLOWS[request.kind].steps:
        value = answers.get(step.key)
        if step.label and value is not None and step.key not in dict(_FIRST):
            label = Text(step.label)
            lines.append(
                Text("{label}: {answer}", {"label": label, "answer": _shown(step, value, context)})
            )
    if request.wanted_at is not None:
        wanted = {"time": dated(request.wanted_at, context.now.timestamp())}
        lines.append(Text(N_("Wished for at {time}."), wanted))
    if request.heard:
        lines.append(Text(HEARD[request.heard]))
    return lines


def _shown(step: Step, value: Any, context: Context) -> Text:
    options = step.parser.options(context)
    if step.guarded and value not in options:
        return Text(N_("given, the owner can see it"))
    return _label(step, value, context)


# Buttons ------------------------------------------------------------------------------------


def buttons(case: Case, organisation: str) -> Rows:
    """Return the card's buttons: what can be done now, and nothing else."""
    name = case.names[organisation]
    if case.closed_at is not None:
        return ()
    claim = (_deed(N_("Claim"), "claim", name),)
    release = _deed(N_("Release"), "release", name)
    if not concerns(case, organisation):
        return ((release,),) if organisation in case.owners else ()
    if organisation not in case.owners:
        return (claim,)
    closing = [_deed(N_("Close"), "close", name)] if organisation == case.lead else []
    shows = [_deed(guarded.LABELS[p], "show", name, p) for p in guarded.pieces(case, organisation)]
    return (
        *rows(shows, 2),
        *_calls(case, organisation, name),
        *_rides(case, organisation, name),
        *_paused(case, organisation, name),
        (_deed(N_("Phrases"), "phrase", name),),
        (release, *closing),
        *((claim,) if reminders.may_take_over(case, organisation) else ()),
    )


def _paused(case: Case, organisation: str, name: str) -> Rows:
    """Go on or end, for all that is paused; a ride has its own steps."""
    paused = (r for r in case.requests if r.state == "paused" and r.kind != "transport")
    return tuple(
        tuple(
            Button(
                Text(label, {"kind": Text(KINDS[r.kind])}),
                f"desk:outcome:{name}:{key}-{r.number}",
            )
            for key, (_, label) in PAUSED_ENDS.items()
        )
        for r in paused
        if organisation == case.lead
    )


def _calls(case: Case, organisation: str, name: str) -> Rows:
    if "number" not in guarded.pieces(case, organisation):
        return ()
    return rows((_deed(label, "call", name, key) for key, label in CALL_RESULTS.items()), 2)


def _rides(case: Case, organisation: str, name: str) -> Rows:
    ride = case.open_request("transport")
    if ride is None or not known_answers(case, ride, organisation):
        return ()
    if ride.heard is None:
        heard = rows((_deed(label, "ride", name, key) for key, label in HEARD.items()), 2)
        stop = (_deed(RIDE_STEPS["cancelled"], "ride", name, "cancelled"),)
        return heard if ride.state == "paused" else (*heard, stop)
    steps = (_deed(label, "ride", name, k) for k, label in RIDE_STEPS.items() if k != ride.state)
    return rows(steps, 3)


def _deed(label: str, deed: str, name: str, value: str = "") -> Button:
    return Button(Text(label), f"desk:{deed}:{name}" + (f":{value}" if value else ""))
