"""What may be shown when, what vanishes when, and the cover. Pure."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import cache

import phonenumbers

from igor_bot.texts import N_, Text

DELETABLE = timedelta(hours=48)
"""A bot may delete messages in a private chat while they are younger (Bot API, deleteMessage)."""

PRESENT = timedelta(minutes=2)
"""Somebody who was active within this time is taken to hold the phone still."""


def is_quick_exit(words: str) -> bool:
    """Whether typed words mean quick exit: /exit, /exit@name or a lone x, in any case."""
    typed = words.strip().casefold()
    return typed == "x" or re.fullmatch(r"/exit(@\w+)?", typed) is not None


EXIT_DATA = frozenset({"exit", "welcome:gate:not_now"})
"""Callback data that mean quick exit."""


def mask_numbers(words: str, region: str) -> tuple[str, tuple[str, ...]]:
    """Return `words` with telephone numbers taken out, and the numbers as "+46701234567".

    A number is shown to the owner on demand, never where the whole desk reads it.
    """
    found: list[str] = []
    masked, end = [], 0
    for match in phonenumbers.PhoneNumberMatcher(words, region):
        masked += [words[end : match.start], "☎…"]
        end = match.end
        found.append(phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164))
    return "".join([*masked, words[end:]]), tuple(found)


# Translators: words that show that somebody needs help at once, in your language, separated by
# commas, all in small letters. Think of how people really write. Each is found at the beginning
# of a word, so that "threaten" finds "threatened" as well; those of four letters or less, and
# those that end with a full stop, only as whole words. All languages' lists are searched.
DISTRESS = N_(
    "help me., kill, kills, killed, killing, suicid, knife, knives, gun, guns, strangl, choke., "
    "chokes, choked., choking, hits me., hit me., hitting me., hurts me., afraid, scared, threaten, "
    "bleeding, rape, rapes, raped, raping, call the police"
)
_SHORT = 4
"""Letters of a word that is found as a whole only: "kill" stands in "kille"."""


def is_distress(words: str, lists: tuple[str, ...]) -> bool:
    """Whether `words` hold any of the words of `lists` (each comma separated, small letters)."""
    marks = _marks(lists)
    return marks is not None and marks.search(words.casefold()) is not None


@cache
def _marks(lists: tuple[str, ...]) -> re.Pattern[str] | None:
    marks = [mark.strip() for one in lists for mark in one.split(",")]
    found = "|".join(_mark(mark) for mark in marks if mark.strip("."))
    return re.compile(rf"(?<!\w)(?:{found})") if found else None


def _mark(mark: str) -> str:
    whole = mark.endswith(".") or len(mark) <= _SHORT
    return re.escape(mark.removesuffix(".")) + (r"(?!\w)" if whole else "")


# The cover: after quick exit the chat is the library's opening hours.
COVER = N_("The library is open today 10–19. Ask me about our hours at any time.")
COVER_PAGES: dict[str, str] = {
    "today": N_("Today: 10–19. The reading room closes half an hour earlier."),
    "week": N_("Monday to Sunday 10–19."),
    "loans": N_("Loans last four weeks. You can renew twice unless somebody waits for the book."),
    "contact": N_("You find us at the main square. The information desk is happy to help."),
}
COVER_BUTTONS: tuple[tuple[str, str], ...] = (
    ("today", N_("Today")),
    ("week", N_("The week")),
    ("loans", N_("Loans")),
    ("contact", N_("Find us")),
)


def cover_answer(value: str | None) -> Text:
    """What the cover says to a press of `cover:<value>`, or to anything else (None)."""
    return Text(COVER_PAGES.get(value or "", COVER))
