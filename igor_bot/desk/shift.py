"""What a deed needs to know besides the case: the area, the time, who is on duty."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from igor_bot.desk import ladder
from igor_bot.settings import Area, Desk
from igor_bot.texts import N_, Text

ORGANISATIONS: dict[str, str] = {
    "social": N_("social services in {area}"),
    "police": N_("the police in {area}"),
}
ROLES: dict[str, str] = {
    "social": N_("A social worker"),
    "police": N_("An officer"),
}


@dataclass(frozen=True, slots=True)
class Shift:
    """The moment at an area's desks. `now`: unix seconds; `signed_on`: who is on duty where."""

    area: Area
    now: float
    signed_on: Mapping[str, frozenset[int]]
    new_name: Callable[[], str]
    """A fresh pseudonym such as K-7F3Q."""

    def desk(self, organisation: str) -> Desk:
        """Return the area's desk of `organisation`; a case never names one that is not there."""
        desk = self.area.desk_of(organisation)
        if desk is None:
            raise KeyError(organisation)
        return desk

    def climb(self, organisation: str, started_at: float, step: int) -> ladder.Now:
        """Return what is due on the ladder of this desk. Only the desk on which a case opened
        tells the person: she is promised one answer, not two."""
        rungs = [
            ladder.Rung(r.after_s, r.alert)
            for r in self.area.ladder
            if organisation == self.area.first_desk.organisation or r.alert != "tell_person"
        ]
        staff = self.desk(organisation).staff
        signed_on = self.signed_on.get(organisation, frozenset())
        return ladder.climb(rungs, started_at, step, self.now, staff, signed_on)

    def next_time(self, clock_time: str) -> float:
        """Return when the area's clocks next show `clock_time` (such as "18:30")."""
        here = datetime.fromtimestamp(self.now, self.area.time_zone)
        hour, minute = (int(part) for part in clock_time.split(":"))
        then = here.replace(hour=hour, minute=minute, second=0, microsecond=0)
        if then <= here:  # by the wall clock, so that nights with a change of time stay right
            again = then.replace(fold=1).timestamp()  # in autumn an hour is shown twice
            if again > self.now:
                return again
            then = (here + timedelta(days=1)).replace(
                hour=hour, minute=minute, second=0, microsecond=0
            )
        return then.timestamp()


def organisation_name(organisation: str, area_name: str) -> Text:
    """Return what an organisation is called in a sentence."""
    return Text(ORGANISATIONS[organisation], {"area": area_name})
