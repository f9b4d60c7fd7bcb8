"""What may be shown when, what vanishes when, and the cover. Pure."""

from __future__ import annotations

import re
from datetime import timedelta

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
# commas, all in small letters. Parts of words count. Think of how people really write.
DISTRESS = N_(
    "help me, kill, suicide, knife, gun, strangle, choke, hits me, hit me, hurts me, "
    "afraid, scared, threaten, bleeding, rape, call the police"
)


def is_distress(words: str, lists: tuple[str, ...]) -> bool:
    """Whether `words` hold any of the words of `lists` (each comma separated, small letters)."""
    typed = f" {words.casefold()} "
    marks = (mark.strip() for one in lists for mark in one.split(","))
    return any(mark and mark in typed for mark in marks)


# The cover: after quick exit the chat is the library's opening hours.
COVER = N_("The library is open today 10–19. Ask me about our hours at any time.")
COVER_PAGES: dict[str, str] = {
    "today": N_("Today: 10–19. The reading room closes half an hour earlier."),
    "week": N_("Monday to Thursday 10–19, Friday 10–18, Saturday 11–16, Sunday closed."),
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
