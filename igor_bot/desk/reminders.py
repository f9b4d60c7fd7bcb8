"""What a desk is reminded of besides the ladder: a chosen time, an owner who has not written."""

from __future__ import annotations

from dataclasses import replace

from igor_bot.desk.case import Case, concerns, dated, sees
from igor_bot.desk.cases import Outcome, numbered, without_absent
from igor_bot.desk.effects import Card, Due, Post
from igor_bot.desk.owners import attention, present
from igor_bot.desk.shift import Shift
from igor_bot.states import KINDS
from igor_bot.texts import N_, Text

TAKE_OVER_AFTER = 2
"""From this reminder of the first words on, another worker may take over."""
FIRST_WORDS_S = 300.0
"""A claim pauses the reminders this long (seconds), until the first words are sent."""


def agreed_time(case: Case, organisation: str, number: int, shift: Shift) -> Outcome:
    """Remind the desk of a time that was chosen."""
    request = numbered(case, str(number))
    if request is None or request.wanted_at is None or case.closed_at is not None:
        return case, ()
    if not sees(case, request, organisation):  # she has taken back what she agreed to
        return case, ()
    why = Text(
        N_("{kind} wished for at {time}."),
        {"kind": Text(KINDS[request.kind]), "time": dated(request.wanted_at, shift.now)},
    )
    return case, (Post(organisation, (why,), mention=attention(case, shift, organisation)),)


def owner_silent(case: Case, organisation: str, shift: Shift) -> Outcome:
    """Remind the owner who claimed and has not written yet; the second time everybody is
    called, and whoever can may take over."""
    if organisation not in case.owners or organisation in case.spoke_at:
        return case, ()
    if not concerns(case, organisation):
        return case, ()
    if not present(case, organisation, shift):
        case, effects = without_absent(case, organisation, shift)
        return case, tuple(effects)
    again = first_words(case, organisation, shift)
    if case.left_at is not None:  # nobody writes to her now; she may come back
        return case, (again,)
    count = case.reminders.get(organisation, 0) + 1
    case = replace(case, reminders={**case.reminders, organisation: count})
    known = {
        "name": case.names[organisation],
        "time": dated(case.claimed_at[organisation], shift.now),
    }
    why = Text(N_("{name}: claimed {time}, and nothing has been written to her yet."), known)
    owner = case.owners[organisation]
    if not may_take_over(case, organisation):
        return case, (Post(organisation, (why,), mention=(owner,)), again)
    everybody = tuple(dict.fromkeys((owner, *shift.desk(organisation).staff)))
    told = (why, Text(N_("Anybody at the desk can take it over with the card's button.")))
    return case, (Post(organisation, told, mention=everybody), Card(organisation), again)


def may_take_over(case: Case, organisation: str) -> bool:
    """Whether an owner has been silent for so long that another may claim the case."""
    return case.reminders.get(organisation, 0) >= TAKE_OVER_AFTER


def first_words(case: Case, organisation: str, shift: Shift) -> Due:
    """When the owner is reminded who has not written: where only a call at a chosen time is
    wished for, not before that time."""
    under_way = [r for r in case.requests if not r.over]
    times = [r.wanted_at for r in under_way if r.kind == "callback" and r.wanted_at is not None]
    only_later = bool(times) and len(times) == len(under_way)
    start = max(shift.now, min(times)) if only_later else shift.now
    return Due("first_words", start + FIRST_WORDS_S, organisation)
