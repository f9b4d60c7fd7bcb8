"""What every turn needs at hand: settings, texts of the moment, the chats' numbers and words."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from igor_bot import discretion, states, texts
from igor_bot.desk.case import Case, standing
from igor_bot.desk.shift import Shift, organisation_name
from igor_bot.flows.engine import AreaView, Context, PublicNumber
from igor_bot.person import Person
from igor_bot.settings import Area, Book
from igor_bot.texts import N_, Text

# Translators: everyday words for agreeing on a call, separated by commas. Harmless if overheard.
CALL_WORDS = N_(
    "window, river, garden, lamp, bread, bicycle, winter, button, kitchen, paper, forest, candle, "
    "summer, pocket, island, ladder, blanket, mirror, harbour, orange"
)
_PSEUDONYM = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Letters and digits that cannot be taken for each other."""


def new_pseudonym() -> str:
    """Return a fresh name for a case on a desk, such as K-7F3Q."""
    return "K-" + "".join(secrets.choice(_PSEUDONYM) for _ in range(4))


@dataclass
class House:
    """The settings and what is worked out from them once."""

    book: Book
    signed_on: dict[int, set[int]] = field(default_factory=dict)
    """Desk chat id -> workers on duty; kept as the duty table has it."""
    down: set[int] = field(default_factory=set)
    """Desks' chats that cannot be reached."""
    told_down: set[tuple[int, str]] = field(default_factory=set)
    """(desk's chat, person) of those who know that it cannot be reached."""
    names: dict[int, str] = field(default_factory=dict)
    """Workers' first names, as their colleagues see them."""

    @property
    def default_language(self) -> str:
        """The first enabled language."""
        return self.book.service.languages[0]

    def language_of(self, code: str | None) -> str:
        """Guess a language from a Telegram client's code such as "sv" or "en-GB"."""
        wanted = (code or "").replace("-", "_").lower()
        for language in self.book.service.languages:
            if language.lower() == wanted:
                return language
        short = wanted.partition("_")[0]
        enabled = self.book.service.languages
        return next((c for c in enabled if c.partition("_")[0] == short), self.default_language)

    @cached_property
    def _areas(self) -> tuple[AreaView, ...]:
        return tuple(
            AreaView(
                a.id,
                a.name,
                a.out_of_hours_phone,
                organisation_name(a.first_desk.organisation, a.name),
                a.promise_s,
            )
            for a in self.book.area
        )

    @cached_property
    def _numbers(self) -> dict[str, PublicNumber]:
        return {
            n.id: PublicNumber(n.label, n.number, n.source, n.checked)
            for n in self.book.numbers.values()
        }

    @cached_property
    def _values(self) -> Mapping[str, object]:
        numbers = {key: texts.phone(n.number) for key, n in self._numbers.items()}
        return {**numbers, "service": self.book.service.name, "n": self.book.service.vanish_hours}

    @cached_property
    def _distress(self) -> tuple[str, ...]:
        text = Text(discretion.DISTRESS)
        return tuple(texts.render(text, c, UTC) for c in self.book.service.languages)

    def context(self, person: Person, now: float, case: Case | None) -> Context:
        """Return what the moment adds to a person's conversation."""
        area = self.book.area_of(person.area) or self.book.area[0]
        return Context(
            now=datetime.fromtimestamp(now, UTC),
            zone=area.time_zone,
            language=person.language,
            languages=self.book.service.languages,
            region=area.region,
            areas=self._areas,
            requests=_choices(case),
            values=self._values,
            numbers=self._numbers,
            distress=self._distress,
            call_words=self._call_words(person.language),
        )

    def desk_context(self, area: Area, organisation: str, now: float) -> Context:
        """Return language and zone of a desk."""
        desk = area.desk_of(organisation) or area.first_desk
        return Context(datetime.fromtimestamp(now, UTC), area.time_zone, desk.language)

    def shift(self, area: Area, now: float) -> Shift:
        """Return the moment at an area's desks."""
        signed_on: dict[str, frozenset[int]] = {
            d.organisation: frozenset(self.signed_on.get(d.chat_id, ())) for d in area.desk
        }
        return Shift(area, now, signed_on, new_pseudonym)

    def area_of(self, area_id: str) -> Area:
        """Return an area; the first one where the settings no longer know it, so that a case
        of an area that was taken away still reaches somebody."""
        return self.book.area_of(area_id) or self.book.area[0]

    def zone_of(self, person: Person) -> ZoneInfo:
        """Return a person's time zone."""
        return (self.book.area_of(person.area) or self.book.area[0]).time_zone

    def name_of(self, worker: int) -> str:
        """Return what colleagues call a worker."""
        return self.names.get(worker, f"{worker % 10_000}")

    def _call_words(self, language: str) -> tuple[str, str]:
        words = texts.render(Text(CALL_WORDS), language, UTC).split(",")
        first, second = secrets.SystemRandom().sample([w.strip() for w in words], 2)
        return first, second


def _choices(case: Case | None) -> tuple[tuple[str, Text], ...]:
    requests = standing(case).requests if case else ()
    return tuple((number, states.standing(kind, state)) for number, kind, state in requests)
