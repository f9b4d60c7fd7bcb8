"""Parsers: how an answer is read, and the kind sentence when it does not fit."""

from __future__ import annotations

import re
from collections.abc import Callable

import phonenumbers

from igor_bot import texts
from igor_bot.errors import Invalid
from igor_bot.flows.engine import Context, Options, Parser
from igor_bot.texts import N_, Text

LONGEST_WORDS = 4096
"""Characters: the longest message that Telegram delivers."""


def _no_options(_: Context) -> Options:
    return {}


def choice(free: bool = True, **labels: str) -> Parser:
    """One of some codes, each with the msgid of its button; with `free` her own words also count.

    A typed label counts as its code, in her language or in English.
    """
    options: Options = {code: Text(label) for code, label in labels.items()}
    return choice_from(lambda _: options, free)


def choice_from(options: Callable[[Context], Options], free: bool = True) -> Parser:
    """Like `choice`, the options depending on the moment."""

    def parse(words: str, context: Context) -> str:
        typed = words.strip()
        folded = typed.casefold()
        for code, label in options(context).items():
            shown = texts.render(label, context.language, context.zone)
            if folded in (code.casefold(), shown.casefold(), label.msgid.casefold()):
                return code
        if not free or not typed:
            raise Invalid(Text(N_("Please press one of the buttons below.")))
        return _bounded(typed, LONGEST_WORDS)

    return Parser(parse, options)


def free_text(longest: int = LONGEST_WORDS) -> Parser:
    """Her own words, at most `longest` characters."""
    return Parser(lambda words, _: _bounded(words.strip(), longest), _no_options)


def clock_time() -> Parser:
    """A time of day such as 18:30, 18.30, 1830, 6:30 pm or 18; stored as "18:30"."""
    shape = re.compile(r"(\d{1,2})(?:[:.h ]?(\d{2}))?\s*([ap]\.?m\.?)?")

    def parse(words: str, _: Context) -> str:
        problem = Invalid(Text(N_("Please write a time, for example 18:30.")))
        match = shape.fullmatch(words.strip().casefold().removeprefix("kl").strip(" ."))
        if match is None:
            raise problem
        hour, minute = int(match[1]), int(match[2] or 0)
        half = (match[3] or "")[:1]
        if half and not 1 <= hour <= 12:
            raise problem
        hour = hour % 12 + 12 * (half == "p") if half else hour
        if hour > 23 or minute > 59:
            raise problem
        return f"{hour:02}:{minute:02}"

    return Parser(parse, _no_options)


def phone_number(**labels: str) -> Parser:
    """A telephone number, stored as "+46701234567"; `labels` are buttons beside it.

    Read by the phonenumbers library; without a country code it is one of the area's region.
    """
    options: Options = {code: Text(label) for code, label in labels.items()}

    def parse(words: str, context: Context) -> str:
        if words in options:
            return words
        number = _valid(words, context.region) or _valid(f"+{words.strip()}", None)
        if number is None:
            raise Invalid(
                Text(N_("I can't read that number. Please write it like {example}."), _example())
            )
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    return Parser(parse, lambda _: options, frozenset({"contact"}))


def _valid(words: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    """The number, None where it is none. Contact cards leave out the plus of a country code."""
    try:
        number = phonenumbers.parse(words, region)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


def readable_number(number: str) -> str:
    """Return a stored number as people write it, such as "+46 70 123 45 67"."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def head_count() -> Parser:
    """How many people, 1 to 12."""

    def parse(words: str, _: Context) -> int:
        digits = words.strip()
        if not digits.isdecimal() or len(digits) > 4 or not 1 <= int(digits) <= 12:
            raise Invalid(Text(N_("Please write how many with a number, from 1 to 12.")))
        return int(digits)

    counts: Options = {str(n): texts.verbatim(str(n)) for n in range(1, 6)}
    return Parser(parse, lambda _: counts)


def place(longest: int = 150, **labels: str) -> Parser:
    """Where: her own words or a shared location; `labels` are buttons beside it.

    Short enough for the pop-up of 200 characters in which the owner sees it.
    """
    options: Options = {code: Text(label) for code, label in labels.items()}
    inner = free_text(longest)
    return Parser(inner.parse, lambda _: options, frozenset({"location", "venue"}))


def _example() -> dict[str, object]:
    return {"example": texts.phone("070 123 45 67")}


def _bounded(words: str, longest: int) -> str:
    if not words:
        raise Invalid(Text(N_("Please write a few words.")))
    if len(words) > longest:
        raise Invalid(
            Text(
                N_("That is too long for one message. Please keep it under {n} characters."),
                {"n": longest},
            )
        )
    return words
