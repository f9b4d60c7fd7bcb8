"""What a person's doings mean for her case: each function returns the case and what follows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from igor_bot import texts
from igor_bot.desk import sharing
from igor_bot.desk import words as her_words
from igor_bot.desk.case import Case, Request, concerns, dated, known_answers, moment, sees, settled
from igor_bot.desk.effects import Card, DeskEffect, Due, Forget, PassOn, Post, Write
from igor_bot.desk.owners import attention, without_owner
from igor_bot.desk.shift import Shift
from igor_bot.messages import EXIT, TO_MENU, Say
from igor_bot.person import Person, Said, Submit
from igor_bot.states import KINDS
from igor_bot.texts import N_, Text

Outcome = tuple[Case, tuple[DeskEffect, ...]]

AGREED_AHEAD_S = 600
"""Seconds before an agreed time at which the desk is reminded of it."""
DISTRESS_AGAIN_S = 600
"""Seconds after an alert for words of distress in which there is no other."""

NOBODY = N_(
    "Sorry, nobody has been able to answer yet. It's not because of you. Your request stays. "
    "Call {phone}, in danger {emergency}."
)
ASKS_STOP = N_(
    "{kind}: from the chat, unverified, she asks to stop it. It is paused. Hear her first."
)
ASKS_CHANGE = N_("{kind}: from the chat, unverified, she asks for a change. Hear her first.")


def submit(
    case: Case | None, sent: Submit, person: Person, owner_of: str, shift: Shift, case_id: str
) -> Outcome:
    """Open a case with the request, or add the request to the open one.

    `owner_of` is the key by which the store knows the person; `case_id` names a new case.
    """
    new = case is None
    case = case or _opened(person, owner_of, shift, case_id)
    case, effects = without_absent(case, case.lead, shift)
    case, answers = her_words.masked_answers(case, sent.kind, sent.answers, shift)
    request = _request(case, replace(sent, answers=answers), shift)
    case = replace(case.with_request(request), seen_at=shift.now)
    if new:
        case, effects = _start(case, case.lead, shift)
    elif case.lead in case.owners:
        why = Text(N_("New request: {kind}."), {"kind": Text(KINDS[request.kind])})
        effects = [Card(case.lead), Post(case.lead, (why,), mention=attention(case, shift))]
    else:  # she is promised an answer anew, so the ladder starts anew
        case, effects = restart(case, case.lead, shift)
    effects += her_words.whole(case.lead, sent.kind, answers)
    if request.wanted_at is not None:
        effects.append(_agreed(request, case.lead))
    for said in sent.kept:
        case, passed = pass_on(case, said, shift, to=case.lead)
        effects += passed
    return case, tuple(effects)


def _opened(person: Person, owner_of: str, shift: Shift, case_id: str) -> Case:
    lead = shift.area.first_desk.organisation
    return Case(
        id=case_id,
        area=shift.area.id,
        person=owner_of,
        language=person.language,
        opened_at=shift.now,
        names={lead: shift.new_name()},
        talking_with=lead,
    )


def _request(case: Case, sent: Submit, shift: Shift) -> Request:
    time = sent.answers.get("time")
    wanted = shift.next_time(str(time)) if sent.answers.get("when") == "later" and time else None
    return Request(
        number=len(case.requests) + 1,
        kind=sent.kind,
        answers=dict(sent.answers),
        asked_at=shift.now,
        wanted_at=wanted,
        call_words=sent.call_words,
    )


def _agreed(request: Request, organisation: str) -> Due:
    assert request.wanted_at is not None
    return Due("agreed", request.wanted_at - AGREED_AHEAD_S, organisation, request.number)


def _start(case: Case, organisation: str, shift: Shift) -> tuple[Case, list[DeskEffect]]:
    """Start the ladder of a desk; its first alert stands on the card itself, since a group
    takes only 20 messages a minute."""
    case = replace(
        case,
        waiting_since={organisation: shift.now, **case.waiting_since},
        alerted_from={**case.alerted_from, organisation: shift.now},
    )
    if organisation == case.lead:
        promise = shift.area.promise_s
        case = replace(
            case, promised_at=None if promise is None else shift.now + promise, told_at=None
        )
    now = shift.climb(organisation, shift.now, 0)
    due = Due("ladder", now.next_at, organisation, now.next_step)
    return case, [Card(organisation, now.alert), due]


def restart(case: Case, organisation: str, shift: Shift) -> tuple[Case, list[DeskEffect]]:
    """Start the ladder of a desk anew, in a topic that is there already."""
    case, effects = _start(case, organisation, shift)
    first = effects[0]
    alert = first.mention if isinstance(first, Card) else ()
    return case, [
        Forget("ladder", organisation),
        Card(organisation),
        Post(organisation, waiting(case, organisation, shift), mention=alert),
        *effects[1:],
    ]


def without_absent(case: Case, organisation: str, shift: Shift) -> tuple[Case, list[DeskEffect]]:
    """An owner who no longer works at the desk counts as none: the others are alerted."""
    desk = shift.area.desk_of(organisation)
    if desk is None or case.owners.get(organisation) in (None, *desk.staff):
        return case, []
    case, effects = restart(without_owner(case, organisation), organisation, shift)
    return case, [Forget("first_words", organisation), *effects]


def climb(
    case: Case, organisation: str, step: int, phone: str, emergency: str, shift: Shift
) -> Outcome:
    """Do what is due on the ladder; nothing once somebody has claimed or the case is closed."""
    if organisation in case.owners or not concerns(case, organisation):
        return case, ()
    now = shift.climb(organisation, case.alerted_from[organisation], step)
    effects: list[DeskEffect] = [Due("ladder", now.next_at, organisation, now.next_step)]
    if now.alert:
        effects.append(Post(organisation, waiting(case, organisation, shift), mention=now.alert))
    if now.tell_person and not case.owners:
        known = {"phone": texts.phone(phone), "emergency": texts.phone(emergency)}
        message = Say((Text(NOBODY, known),), ((TO_MENU, EXIT),), question=True)
        case = replace(case, told_at=shift.now)
        effects += [Write(message, keep=True), Card(organisation)]
    return case, tuple(effects)


def waiting(case: Case, organisation: str, shift: Shift) -> tuple[Text, ...]:
    """What a desk is told of a case that nobody has taken."""
    seen = (r for r in case.requests if not r.over and known_answers(case, r, organisation))
    kinds = [Text(KINDS[r.kind]) for r in seen]
    known = {
        "name": case.names[organisation],
        "kind": kinds[-1] if kinds else "",
        "time": dated(case.waiting_since[organisation], shift.now),
    }
    pattern = N_("{name} ({kind}) has been waiting since {time}. Nobody has taken it yet.")
    return (Text(pattern, known),)


def add(case: Case, kind: str, key: str, value: Any, shift: Shift) -> Outcome:
    """Add an answer given after sending; a ride that the police may drive opens their topic."""
    request = case.open_request(kind)
    if request is None:
        return case, ()
    case, answer = her_words.masked_answers(case, kind, {key: value}, shift)
    request = replace(
        request,
        answers={**request.answers, **answer},
        answered_at={**request.answered_at, key: shift.now},
    )
    case = settled(replace(case.with_request(request), seen_at=shift.now))
    effects: list[DeskEffect] = [*_cards(case), *her_words.whole(case.lead, kind, answer)]
    if key == "danger" and value not in (None, "no"):
        why = (Text(N_("She may be in danger: see the card.")),)
        effects.append(Post(case.lead, why, mention=attention(case, shift)))
    wants_police = sharing.passes_to_police(kind, request.answers)
    if wants_police and "police" not in case.names and shift.area.desk_of("police"):
        case = replace(case, names={**case.names, "police": shift.new_name()})
        case, started = _start(case, "police", shift)
        effects += started
        effects += her_words.whole("police", kind, known_answers(case, request, "police"))
        if request.wanted_at is not None:
            effects.append(_agreed(request, "police"))
    return case, tuple(effects)


def pass_on(
    case: Case,
    said: Said,
    shift: Shift,
    corrected: bool = False,
    acknowledge: bool = False,
    to: str = "",
) -> Outcome:
    """Put what she sent into the topic of whoever she is talking with, numbers taken out; a
    correction goes `to` the organisation that saw what it corrects."""
    where = to or case.talking_with
    if corrected and said.kind in ("location", "venue"):
        return her_words.moved(case, where, said.guarded), ()
    case, effects = without_absent(case, where, shift)
    before = case.guarded
    case, words = her_words.masked(replace(case, seen_at=shift.now), where, said.words, shift)
    case = her_words.keep(case, where, (said.guarded,))
    passed = PassOn(where, said, words, corrected, acknowledge)
    cards = (Card(where),) if case.guarded != before else ()
    return case, (*effects, passed, *cards)


def distress(case: Case, shift: Shift) -> Outcome:
    """Her words hold a sign of distress: the case goes up in the queue, the desk is called."""
    if case.distress_at is not None and shift.now - case.distress_at < DISTRESS_AGAIN_S:
        return case, ()
    case = replace(case, distress_at=shift.now)
    why = Text(N_("Words of distress at {time}."), {"time": moment(shift.now)})
    return case, (
        Post(case.talking_with, (why,), mention=attention(case, shift, case.talking_with)),
        Card(case.lead),
    )


def ask_stop(case: Case, number: str, shift: Shift) -> Outcome:
    """A stop asked for in the chat pauses: who holds the phone can press buttons."""
    request = numbered(case, number)
    if request is None:
        return case, ()
    return _asked(case, replace(request, state="paused", heard=None), ASKS_STOP, "", shift)


def ask_change(case: Case, number: str, words: str, shift: Shift) -> Outcome:
    """A change asked for in the chat is marked as unverified; nothing changes by itself."""
    request = numbered(case, number)
    if request is None:
        return case, ()
    case, shown = her_words.masked(case, case.lead, words, shift)
    if request.kind == "transport":  # it may name a new meeting place: for the owner alone
        case, shown = replace(case, guarded=(*case.guarded, (case.lead, words))), ""
    changes = (*request.changes, (shift.now, shown))
    changed = replace(request, changes=changes, heard=None)
    return _asked(case, changed, ASKS_CHANGE, shown, shift)


def _asked(case: Case, request: Request, why: str, words: str, shift: Shift) -> Outcome:
    """Only the desk that she told reads her words; nothing of the kind was agreed for others."""
    case = replace(case.with_request(request), seen_at=shift.now)
    told = Text(why, {"kind": Text(KINDS[request.kind])})
    posts = [
        Post(
            o,
            (told, texts.verbatim(f"“{words}”")) if words and o == case.lead else (told,),
            mention=attention(case, shift, o),
        )
        for o in case.names
        if sees(case, request, o)
    ]
    return case, (*posts, *_cards(case))


def numbered(case: Case, number: str) -> Request | None:
    """Return the request with this number, or None where it is not under way."""
    return next((r for r in case.requests if str(r.number) == number and not r.over), None)


def left(case: Case, blocked: bool, shift: Shift) -> Outcome:
    """She left: nobody writes, and every desk sees it."""
    case = replace(case, left_at=shift.now, blocked=blocked)
    why = N_("Has blocked the chat {time}.") if blocked else N_("Left {time}, do not write.")
    told = (Text(why, {"time": moment(shift.now)}),)
    return case, (*_to_all(case, told), *_cards(case))


def returned(case: Case, shift: Shift) -> Outcome:
    """She is back and past the gate."""
    if case.left_at is None:
        return replace(case, seen_at=shift.now), ()
    case = replace(case, left_at=None, blocked=False, seen_at=shift.now)
    told = (Text(N_("Is back in the chat {time}."), {"time": moment(shift.now)}),)
    return case, (*_to_all(case, told), *_cards(case))


def speaks(case: Case, language: str, shift: Shift) -> Outcome:
    """She changed her language."""
    case = replace(case, language=language, seen_at=shift.now)
    return case, (Card(case.lead),)


def _to_all(case: Case, told: tuple[Text, ...]) -> tuple[Post, ...]:
    return tuple(Post(o, told) for o in case.names if concerns(case, o))


def _cards(case: Case) -> tuple[Card, ...]:
    return tuple(Card(o) for o in case.names)
