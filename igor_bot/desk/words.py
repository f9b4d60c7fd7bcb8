"""Her words on their way to a desk: numbers are taken out for the owner alone, and what the card
cuts short is posted whole. Pure but for the settings' types."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from igor_bot import discretion, texts
from igor_bot.desk.case import Case
from igor_bot.desk.effects import Post
from igor_bot.desk.shift import Shift
from igor_bot.flows import FLOWS
from igor_bot.texts import Text

LONGEST_WORDS, LONGEST_ANSWER = 400, 150
"""UTF-16 units on the card of what she writes about, and of any other answer."""
LONGEST_PART = 1900
"""Characters of an answer in a post: a message takes 4096 UTF-16 units."""
_SPOT = re.compile(r"-?\d+\.\d+, -?\d+\.\d+\)?$")
"""Coordinates, alone or behind the name of a place; a number looks different."""


def keep(case: Case, organisation: str, pieces: Iterable[str]) -> Case:
    """Keep numbers or coordinates that were said to `organisation`, for its owner."""
    new = dict.fromkeys((organisation, piece) for piece in pieces if piece)
    return replace(case, guarded=(*case.guarded, *(p for p in new if p not in case.guarded)))


def moved(case: Case, organisation: str, spot: str) -> Case:
    """Put a live location's newest coordinates in the place of the last ones told."""
    there = [n for n, (o, p) in enumerate(case.guarded) if o == organisation and _SPOT.search(p)]
    if not there or not spot:
        return case
    pieces = list(case.guarded)
    pieces[there[-1]] = (organisation, spot)
    return replace(case, guarded=tuple(dict.fromkeys(pieces)))


def masked(case: Case, organisation: str, words: str, shift: Shift) -> tuple[Case, str]:
    """Return `words` without telephone numbers, and the case that keeps them."""
    shown, numbers = discretion.mask_numbers(words, shift.area.region)
    return keep(case, organisation, numbers), shown


def masked_answers(
    case: Case, kind: str, answers: Mapping[str, Any], shift: Shift
) -> tuple[Case, dict[str, Any]]:
    """The same for answers; those that are guarded as a whole stay as they are."""
    shown = dict(answers)
    for key, value in answers.items():
        step = FLOWS[kind].step(key)
        if isinstance(value, str) and step is not None and not step.guarded:
            case, shown[key] = masked(case, case.lead, value, shift)
    return case, shown


def cut(key: str, value: str) -> str:
    """Return an answer as long as the card takes it."""
    room = LONGEST_WORDS if key == "words" else LONGEST_ANSWER
    units = value.encode("utf-16-le", "surrogatepass")
    if len(units) <= 2 * room:
        return value
    return units[: 2 * room].decode("utf-16-le", "ignore") + "…"


def whole(organisation: str, kind: str, answers: Mapping[str, Any]) -> tuple[Post, ...]:
    """Return posts with the whole of every answer that is too long for the card."""
    posts = []
    for key, value in answers.items():
        step = FLOWS[kind].step(key)
        if step is None or step.guarded or not isinstance(value, str):
            continue
        if cut(key, value) != value:
            for start in range(0, len(value), LONGEST_PART):
                part = texts.verbatim(value[start : start + LONGEST_PART])
                line = Text("{label}: {answer}", {"label": Text(step.label), "answer": part})
                posts.append(Post(organisation, (line,), silent=True))
    return tuple(posts)
