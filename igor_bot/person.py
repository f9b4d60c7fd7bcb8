"""A person as the service remembers her, and what she has done just now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from igor_bot.flows.engine import Answers, Place
from igor_bot.messages import Say

Stage = Literal["new", "gate", "open", "left", "blocked"]
"""new: language not chosen; gate: asked whether she can read; open; left: under the cover."""


@dataclass(frozen=True, slots=True)
class Said:
    """Something she sent: her words, or an attachment by its message id in her chat.

    `words` is text or caption. `guarded` holds the number of a contact card or the coordinates
    of a location, which only the owner may see.
    """

    kind: str
    message_id: int
    words: str = ""
    guarded: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """All that is stored of a person; sealed as one."""

    chat_id: int
    language: str
    stage: Stage = "new"
    place: Place | None = None
    parked: Place | None = None
    kept: tuple[Said, ...] = ()
    area: str | None = None
    role: str | None = None
    seen_at: float = 0.0
    told: tuple[str, ...] = ()
    """Hints that are given once."""

    @property
    def reachable(self) -> bool:
        """Whether content may be written to her now: she is in, past the gate."""
        return self.stage == "open"


def to_json(person: Person) -> dict[str, Any]:
    """Return plain data, fit for JSON."""
    return asdict(person)


def from_json(data: Mapping[str, Any]) -> Person:
    """Return the person that `to_json` wrote out."""
    return Person(
        **{
            **data,
            "place": _place(data["place"]),
            "parked": _place(data["parked"]),
            "kept": tuple(Said(**said) for said in data["kept"]),
            "told": tuple(data["told"]),
        }
    )


def _place(data: Mapping[str, Any] | None) -> Place | None:
    return Place(**{**data, "given": tuple(data["given"])}) if data else None


# What she did. ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Started:
    """/start, or the first opening of the chat."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button. `current`: it stood on the message that holds the current question;
    `pending`: that question is still on its way to her."""

    data: str
    current: bool
    pending: bool = False


@dataclass(frozen=True, slots=True)
class Wrote:
    """Words or an attachment."""

    said: Said


@dataclass(frozen=True, slots=True)
class Corrected:
    """She edited an earlier message; `relayed_to`: the organisation that has seen it, if any."""

    said: Said
    relayed_to: str = ""

    @property
    def by_itself(self) -> bool:
        """Whether her phone did it, not she: a live location moves every few seconds."""
        return self.said.kind in ("location", "venue")


@dataclass(frozen=True, slots=True)
class Exited:
    """Quick exit, by whichever way."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """She blocked the bot, or deleted her account."""


Event = Started | Pressed | Wrote | Corrected | Exited | Blocked


# What follows for others than herself. --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Submit:
    """Send a request to the desk."""

    kind: str
    answers: Answers
    kept: tuple[Said, ...] = ()
    call_words: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Add:
    """An answer given after sending."""

    kind: str
    key: str
    value: Any


@dataclass(frozen=True, slots=True)
class Relay:
    """Pass on what she wrote to the case's topic. `acknowledge`: with a reaction; `to`: the
    organisation that saw what is corrected, empty for whoever she is talking with."""

    said: Said
    corrected: bool = False
    acknowledge: bool = False
    to: str = ""


@dataclass(frozen=True, slots=True)
class Speaks:
    """She changed her language: the desk sees which one."""

    language: str


@dataclass(frozen=True, slots=True)
class Distress:
    """Her words hold a sign of distress: the case goes up in the queue, silently."""


@dataclass(frozen=True, slots=True)
class AskStop:
    """She asks to stop a request: it pauses until the owner has heard her."""

    number: str


@dataclass(frozen=True, slots=True)
class AskChange:
    """She asks to change a request; unverified until the owner has heard her."""

    number: str
    words: str


@dataclass(frozen=True, slots=True)
class Returned:
    """She is back and past the gate: what was held may come."""


@dataclass(frozen=True, slots=True)
class Left:
    """She left by quick exit, or (`blocked`) blocked the bot: nobody writes."""

    blocked: bool = False


@dataclass(frozen=True, slots=True)
class Vanish:
    """Delete every message of the chat that can be deleted; with `cover` leave the cover."""

    cover: bool = True


Effect = (
    Say | Submit | Add | Relay | Speaks | Distress | AskStop | AskChange | Returned | Left | Vanish
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the conversation may know of the person's open case. `claimed`: a duty worker reads
    her words; `taken_up`: somebody at the desk that gets her requests has the case."""

    claimed: bool
    requests: tuple[tuple[str, str, str], ...] = field(default=())
    """(number, kind, state) of each request that is under way."""
    taken_up: bool = False

    def has(self, kind: str) -> bool:
        """Whether a request of this kind is under way."""
        return any(k == kind for _, k, _ in self.requests)
