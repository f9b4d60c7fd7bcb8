"""What follows from a deed at a desk, for the program to carry out all-or-nothing."""

from __future__ import annotations

from dataclasses import dataclass

from igor_bot.messages import Rows, Say
from igor_bot.person import Said
from igor_bot.texts import Text


@dataclass(frozen=True, slots=True)
class Worker:
    """A duty worker: Telegram user id, the name colleagues know, the organisation."""

    id: int
    name: str
    organisation: str


@dataclass(frozen=True, slots=True)
class Card:
    """Show the case's card anew in the topic of `organisation`; made with the topic where there
    is none yet, and then with sound for the workers in `mention`."""

    organisation: str
    mention: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Post:
    """A post in the case's topic. With `mention` it is an alert: it has sound and goes first."""

    organisation: str
    paragraphs: tuple[Text, ...]
    rows: Rows = ()
    mention: tuple[int, ...] = ()
    silent: bool = False


@dataclass(frozen=True, slots=True)
class PassOn:
    """Put what she sent into the topic; `words` are what the whole desk may read of it."""

    organisation: str
    said: Said
    words: str
    corrected: bool = False
    acknowledge: bool = False


@dataclass(frozen=True, slots=True)
class Write:
    """A message to the person, dropped when she is away. `keep`: it waits instead; `worker`: a
    human wrote it, so it waits too, and a running flow is parked; `quiet`: it also waits until
    she does something, since nobody promised it for now."""

    message: Say
    worker: bool = False
    keep: bool = False
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Popup:
    """What only the presser sees, at most 200 characters; in the language of their desk."""

    organisation: str
    text: Text


@dataclass(frozen=True, slots=True)
class Markup:
    """Other buttons on the post that was pressed, on the desk of `organisation`."""

    organisation: str
    rows: Rows


@dataclass(frozen=True, slots=True)
class Due:
    """Something to do at `at` (unix seconds): kind is ladder, first_words or agreed."""

    kind: str
    at: float
    organisation: str
    step: int = 0


@dataclass(frozen=True, slots=True)
class Forget:
    """Nothing of `kind` is due any more for `organisation` (empty: for any)."""

    kind: str
    organisation: str = ""


@dataclass(frozen=True, slots=True)
class CloseTopics:
    """The case's topics are closed on every desk."""


DeskEffect = Card | Post | PassOn | Write | Popup | Markup | Due | Forget | CloseTopics
