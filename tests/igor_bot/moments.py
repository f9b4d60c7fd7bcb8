"""What tests of decisions share: settings, a shift, a context, a case in the making."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from bot.house import House
from igor_bot import texts
from igor_bot.desk import cases
from igor_bot.desk.case import Case
from igor_bot.desk.effects import Worker
from igor_bot.desk.shift import Shift
from igor_bot.flows.engine import Context
from igor_bot.person import Person, Submit
from igor_bot.settings import Area, Book
from igor_bot.texts import Text
from tests.support import TOML

NOW = datetime(2026, 11, 20, 1, 10, tzinfo=UTC).timestamp()
"""02:10 in Stockholm."""
CHAT_ID = 7_766_554_433
"""Stands for everything that Telegram knows of her: it may appear nowhere."""
BOOK = Book.model_validate(tomllib.loads(TOML))
LANGUAGES = BOOK.service.languages
ZONE = ZoneInfo("Europe/Stockholm")

_names = count(1)

SARA = Worker(5001, "Sara", "social")
ELIN = Worker(5002, "Elin", "social")
JONAS = Worker(5003, "Jonas", "police")


def area(**changes: Any) -> Area:
    """The area of the tests, with some settings changed."""
    return Area.model_validate({**tomllib.loads(TOML)["area"][0], **changes})


def shift(
    now: float = NOW,
    signed_on: Mapping[str, Iterable[int]] | None = None,
    where: Area | None = None,
) -> Shift:
    """A moment at the desks; each new pseudonym is a fresh one such as K-0042."""
    on_duty = {organisation: frozenset(w) for organisation, w in (signed_on or {}).items()}
    return Shift(where or BOOK.area[0], now, on_duty, lambda: f"K-{next(_names) % 10_000:04}")


def house(book: Book = BOOK) -> House:
    """The house with the settings of the tests."""
    return House(book)


def desk_context(organisation: str = "social") -> Context:
    """A desk's language and zone."""
    return house().desk_context(BOOK.area[0], organisation, NOW)


def opened(kind: str = "talk", at: float = NOW, /, **answers: Any) -> Case:
    """A case that was opened with one request."""
    sent = Submit(kind, answers, call_words=("window", "river") if kind == "callback" else ("", ""))
    case, _ = cases.submit(None, sent, Person(CHAT_ID, "en", "open"), "her", shift(at), "case-1")
    return case


def ride(**answers: Any) -> Case:
    """A case with a ride, with sensible answers beneath `answers`."""
    usual = {
        "danger": "no",
        "when": "now",
        "pickup": "By the church",
        "number": "+46701740605",
        "people": 2,
        "send": "send",
    }
    return opened("transport", **{**usual, **answers})


def shown(lines: Iterable[Text], language: str = "en") -> str:
    """Lines as somebody reads them."""
    return "\n".join(texts.render(line, language, ZONE) for line in lines)
