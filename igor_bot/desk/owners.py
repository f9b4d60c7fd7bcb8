"""Who has a case at a desk, and who is called to it."""

from __future__ import annotations

from dataclasses import replace

from igor_bot.desk.case import Case
from igor_bot.desk.shift import Shift


def without_owner(case: Case, organisation: str) -> Case:
    """Return the case with nobody at this desk who has it."""
    return replace(
        case,
        owners={o: w for o, w in case.owners.items() if o != organisation},
        owner_names={o: n for o, n in case.owner_names.items() if o != organisation},
        reminders={o: n for o, n in case.reminders.items() if o != organisation},
    )


def present(case: Case, organisation: str, shift: Shift) -> bool:
    """Whether the desk has an owner who still works there."""
    desk = shift.area.desk_of(organisation)
    return desk is not None and case.owners.get(organisation) in desk.staff


def attention(case: Case, shift: Shift, organisation: str | None = None) -> tuple[int, ...]:
    """Whom to call to a case: its owner, else whoever is on duty, else all of the desk."""
    where = organisation or case.lead
    if present(case, where, shift):
        return (case.owners[where],)
    staff = shift.desk(where).staff
    signed_on = shift.signed_on.get(where, frozenset())
    return tuple(w for w in staff if w in signed_on) or staff
