"""A case and its requests as the service remembers them; sealed as one with the case's key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from igor_bot.desk import sharing
from igor_bot.person import Standing
from igor_bot.states import OVER
from igor_bot.texts import Dated


@dataclass(frozen=True, slots=True)
class Request:
    """Something asked for in a case. Times are unix seconds."""

    number: int
    kind: str
    answers: Mapping[str, Any]
    asked_at: float
    answered_at: Mapping[str, float] = field(default_factory=dict)
    """When each answer after sending came."""
    wanted_at: float | None = None
    """The moment she chose, for a call or a ride."""
    state: str = "open"
    heard: str | None = None
    """For a ride: that the owner has heard her, or why not."""
    changes: tuple[tuple[float, str], ...] = ()
    """Changes asked for in the chat, unverified."""
    call_words: tuple[str, str] = ("", "")

    @property
    def over(self) -> bool:
        """Whether nothing more is to come of it."""
        return self.state in OVER


@dataclass(frozen=True, slots=True)
class Case:
    """One person's matter with one area. Keyed by organisation: names, owners, claimed, spoke."""

    id: str
    area: str
    person: str
    language: str
    opened_at: float
    names: Mapping[str, str]
    """The pseudonym on each desk that may see the case; the first is where it opened."""
    requests: tuple[Request, ...] = ()
    owners: Mapping[str, int] = field(default_factory=dict)
    owner_names: Mapping[str, str] = field(default_factory=dict)
    claimed_at: Mapping[str, float] = field(default_factory=dict)
    spoke_at: Mapping[str, float] = field(default_factory=dict)
    reminders: Mapping[str, int] = field(default_factory=dict)
    """How often each owner was reminded of the first words."""
    waiting_since: Mapping[str, float] = field(default_factory=dict)
    alerted_from: Mapping[str, float] = field(default_factory=dict)
    """When the ladder of each desk was started last."""
    promised_at: float | None = None
    told_at: float | None = None
    """When she was told that nobody could answer."""
    distress_at: float | None = None
    left_at: float | None = None
    blocked: bool = False
    seen_at: float = 0.0
    guarded: tuple[tuple[str, str], ...] = ()
    """(organisation she told, number or coordinates) from her words, for its owner alone."""
    hinted: tuple[str, ...] = ()
    talking_with: str = ""
    """The organisation her next words go to."""
    outcome: str | None = None
    closed_at: float | None = None

    @property
    def lead(self) -> str:
        """The organisation on whose desk the case opened."""
        return next(iter(self.names))

    @property
    def urgent(self) -> bool:
        """Whether she answered danger with anything but no, or wrote words of distress."""
        dangers = (r.answers.get("danger") for r in self.requests if not r.over)
        return self.distress_at is not None or any(d not in (None, "no") for d in dangers)

    def open_request(self, kind: str) -> Request | None:
        """Return the newest request of `kind` that is under way, or None."""
        return next((r for r in reversed(self.requests) if r.kind == kind and not r.over), None)

    def with_request(self, request: Request) -> Case:
        """Return the case with `request` in the place of the one with its number."""
        others = tuple(request if r.number == request.number else r for r in self.requests)
        known = any(r.number == request.number for r in self.requests)
        return replace(self, requests=others if known else (*others, request))


def standing(case: Case) -> Standing:
    """Return what the conversation may know of the case."""

    def state(request: Request) -> str:
        theirs = sharing.passes_to_police(request.kind, request.answers)
        taken = case.lead in case.owners or (theirs and "police" in case.owners)
        return "taken" if taken and request.state == "open" else request.state

    under_way = (r for r in case.requests if not r.over)
    return Standing(
        case.talking_with in case.owners,
        tuple((str(r.number), r.kind, state(r)) for r in under_way),
        case.lead in case.owners,
    )


def known_answers(case: Case, request: Request, organisation: str) -> Mapping[str, Any]:
    """Return the answers of a request that a desk may see."""
    return sharing.visible(organisation, case.lead, request.kind, request.answers)


def sees(case: Case, request: Request, organisation: str) -> bool:
    """Whether a desk may know of a request at all."""
    return organisation == case.lead or bool(known_answers(case, request, organisation))


def concerns(case: Case, organisation: str) -> bool:
    """Whether a desk has anything to do: for a ride that is over, or not theirs, it has not."""
    under_way = (r for r in case.requests if not r.over)
    theirs = any(known_answers(case, r, organisation) for r in under_way)
    return case.closed_at is None and (organisation == case.lead or theirs)


def settled(case: Case) -> Case:
    """Return the case with her next words going to a desk that still has something to do."""
    talking = concerns(case, case.talking_with)
    return case if talking else replace(case, talking_with=case.lead)


def dated(at: float, now: float) -> Dated:
    """Return unix seconds as a time that names its day where that is not today."""
    return Dated(moment(at), moment(now))


def moment(at: float) -> datetime:
    """Return unix seconds as an aware datetime."""
    return datetime.fromtimestamp(at, UTC)


def to_json(case: Case) -> dict[str, Any]:
    """Return plain data, fit for JSON."""
    return asdict(case)


def from_json(data: Mapping[str, Any]) -> Case:
    """Return the case that `to_json` wrote out."""
    requests = tuple(
        Request(
            **{
                **r,
                "changes": tuple((at, words) for at, words in r["changes"]),
                "call_words": tuple(r["call_words"]),
            }
        )
        for r in data["requests"]
    )
    guarded = tuple((organisation, piece) for organisation, piece in data["guarded"])
    lists = {"guarded": guarded, "hinted": tuple(data["hinted"]), "requests": requests}
    return Case(**{**data, **lists})
