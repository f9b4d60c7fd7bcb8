"""Everything that is shown to people: marked for translation, rendered in the reader's language."""

from __future__ import annotations

import gettext
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import cache
from pathlib import Path

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_skeleton, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES = Path(__file__).resolve().parent.parent / "locales"
SOURCE_LANGUAGE = "en"
# Telegram strips U+202A-202E and keeps the isolates; without them a phone number in Arabic or
# Persian text is shown reversed.
_LRI, _FSI, _PDI = "\u2066", "\u2068", "\u2069"


def N_(msgid: str) -> str:
    """Mark `msgid` for translation; it is translated when rendered."""
    return msgid


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence to translate: `msgid` with `{names}` filled from `values` when rendered.

    A value is a str (shown as it is), an int, an aware datetime or a Dated (shown as a local
    time), or another Text (translated first). With `plural` and an int value `n` the form follows n.
    """

    msgid: str
    values: Mapping[str, object] = field(default_factory=dict)
    plural: str | None = None


@dataclass(frozen=True, slots=True)
class Dated:
    """A time to show, with its day where it is not on the day of `now`."""

    at: datetime
    now: datetime


_VERBATIM = "{words}"


def verbatim(words: str) -> Text:
    """Return somebody's own words as a Text that is never translated."""
    return Text(_VERBATIM, {"words": words})


def phone(number: str) -> str:
    """Return `number` isolated, so that it reads left to right in every language."""
    return f"{_LRI}{number}{_PDI}"


def languages() -> list[str]:
    """Return the codes of all catalogues that are there, English (the source) among them."""
    found = {path.parent.parent.name for path in LOCALES.glob("*/LC_MESSAGES/igor.po")}
    return sorted(found | {SOURCE_LANGUAGE})


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    path = LOCALES / language / "LC_MESSAGES" / "igor.po"
    if language == SOURCE_LANGUAGE or not path.exists():
        return gettext.NullTranslations()
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@cache
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return Locale.parse(SOURCE_LANGUAGE)


@cache
def _right_to_left(language: str) -> bool:
    return _locale(language).text_direction == "rtl"


def name_of(language: str) -> str:
    """Return what a language calls itself, such as "svenska"."""
    return _locale(language).get_display_name(language) or language


def clock(when: datetime, language: str, zone: tzinfo) -> str:
    """Return the local time of `when` as the reader writes it, such as 02:14.

    English is shown as in Britain: a desk that works by the 24-hour clock reads no AM and PM.
    """
    locale = _locale("en_GB" if language == SOURCE_LANGUAGE else language)
    return format_time(when.astimezone(zone), "short", locale=locale)


def _day(when: Dated, language: str, zone: tzinfo) -> str:
    """The day such as "Fri ", or "20 Nov " where it is a week away; nothing for today."""
    day, today = when.at.astimezone(zone).date(), when.now.astimezone(zone).date()
    if day == today:
        return ""
    locale = _locale("en_GB" if language == SOURCE_LANGUAGE else language)
    skeleton = "E" if abs((day - today).days) < 7 else "MMMd"
    return f"{format_skeleton(skeleton, day, locale=locale)} "


def render(text: Text, language: str, zone: tzinfo) -> str:
    """Return `text` in `language`, times in `zone`; what has no translation stays English."""
    if text.msgid is _VERBATIM or text.msgid == _VERBATIM:
        return str(text.values["words"])
    catalogue = _catalogue(language)
    count = text.values.get("n")
    if text.plural is not None and isinstance(count, int):
        pattern = catalogue.ngettext(text.msgid, text.plural, count)
    else:
        pattern = catalogue.gettext(text.msgid) if text.msgid else ""
    if not text.values:
        return pattern
    right_to_left = _right_to_left(language)
    shown = {k: _show(v, language, zone, right_to_left) for k, v in text.values.items()}
    return pattern.format_map(shown)


def _show(value: object, language: str, zone: tzinfo, right_to_left: bool) -> object:
    if isinstance(value, Text):
        return render(value, language, zone)
    if isinstance(value, Dated):
        shown = _day(value, language, zone) + clock(value.at, language, zone)
    elif isinstance(value, datetime):
        shown = clock(value, language, zone)
    elif isinstance(value, str):
        shown = value
    else:
        return value
    return f"{_FSI}{shown}{_PDI}" if right_to_left else shown
