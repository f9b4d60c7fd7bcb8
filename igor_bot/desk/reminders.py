"""What a desk is reminded of besides the ladder: a chosen time, an owner who has not written."""

from __future__ import annotations

from igor_bot.desk.case import Case, moment
from igor_bot.desk.cases import Outcome, attention, known_answers, numbered
from igor_bot.desk.effects import Due, Post
from igor_bot.desk.shift import Shift
from igor_bot.states import KINDS
from igor_bot.texts import N_, Text

FIRST_WORDS_S = 300.0
"""A claim pauses the reminders this long (seconds), until the first words are sent."""


def agreed_time(case: Case, organisation: str, number: int, shift: Shift) -> Outcome:
    """Remind the desk of a time that was chosen."""
    request = numbered(case, str(number))
    if request is None or request.wanted_at is None or case.closed_at is not None:
        return case, ()
    if not known_answers(case, request, organisation):  # she has taken back what she agreed to
        return case, ()
    why = Text(
        N_("{kind} wished for at {time}."),
        {"kind": Text(KINDS[request.kind]), "time": moment(request.wanted_at)},
    )
    return case, (Post(organisation, (why,), mention=attention(case, shift, organisation)),)


def owner_silent(case: Case, organisation: str, shift: Shift) -> Outcome:
    """Remind the owner who claimed and has not written yet."""
    if organisation not in case.owners or organisation in case.spoke_at or case.closed_at:
        return case, ()
    again = first_words(case, organisation, shift)
    if case.left_at is not None:  # nobody writes to her now; she may come back
        return case, (again,)
    claimed = moment(case.claimed_at[organisation])
    why = Text(
        N_("{name}: claimed {time}, and nothing has been written to her yet."),
        {"name": case.names[organisation], "time": claimed},
    )
    return case, (Post(organisation, (why,), mention=(case.owners[organisation],)), again)


def first_words(case: Case, organisation: str, shift: Shift) -> Due:
    """When the owner is reminded who has not written: where only a call at a chosen time is
    wished for, not before that time."""
    under_way = [r for r in case.requests if not r.over]
    times = [r.wanted_at for r in under_way if r.kind == "callback" and r.wanted_at is not None]
    only_later = bool(times) and len(times) == len(under_way)
    start = max(shift.now, min(times)) if only_later else shift.now
    return Due("first_words", start + FIRST_WORDS_S, organisation)
