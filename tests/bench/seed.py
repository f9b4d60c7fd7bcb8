"""Filling a store with people and cases, through the store itself: driving them takes too long."""

from __future__ import annotations

import time
from pathlib import Path

from igor_bot.desk.case import Case, Request
from igor_bot.person import Person
from igor_bot.store.crypto import read_master_key
from igor_bot.store.store import Store, new_id
from igor_bot.store.work import Topic, Work, case_key

from .bots import CONFIG
from .settings import AREA, DESK

FIRST_CHAT = 700_000_000
PART = 5_000
IDS = 10
"""Message ids of the last day that are kept of each person who has written in it."""


async def people(folder: Path, count: int) -> None:
    """Remember people, each with messages of the last hours."""
    await _fill(folder, count, cases=False, recent=count)


async def cases(folder: Path, count: int) -> None:
    """Remember people with a case each; one in fifty has written today."""
    await _fill(folder, count, cases=True, recent=count // 50)


async def _fill(folder: Path, count: int, cases: bool, recent: int) -> None:
    config = folder / CONFIG
    store = await Store.open(config.with_suffix(".db"), read_master_key(folder / "igor.key"))
    now = time.time()
    try:
        for start in range(0, count, PART):
            async with store.work(now) as work:
                for number in range(start, min(start + PART, count)):
                    _person(work, number, now, cases, number < recent)
    finally:
        await store.close()


def _person(work: Work, number: int, now: float, with_case: bool, recent: bool) -> None:
    chat_id = FIRST_CHAT + number
    person_id = work.store.vault.index(chat_id)
    person = Person(chat_id, "en", "open", area=AREA, seen_at=now)
    known = work.add_person(person_id, person, f"person-{new_id()}")
    known.question.asked(number + 1)
    if recent:
        for message_id in range(IDS):
            work.message(person_id, number * IDS + message_id, now - 3600)
    if with_case:
        known.case_id = new_id()
        work.rekey(known, case_key(known.case_id), new=False)
        _case(work, known.case_id, person_id, number, now)


def _case(work: Work, case_id: str, person_id: str, number: int, now: float) -> None:
    name = f"K-{number:06}"
    answers = {"danger": "no", "words": "I would like to talk to somebody.", "near": "no"}
    is_open = number % 100 == 0
    case = Case(
        case_id,
        AREA,
        person_id,
        "en",
        now - 86_400,
        {"social": name},
        (Request(1, "talk", answers, now - 86_400),),
        waiting_since={"social": now - 86_400},
        outcome=None if is_open else "helped",
        closed_at=None if is_open else now - 3600,
    )
    work.put_case(case, new=True)
    work.put_topic(Topic(case_id, "social", DESK, name, number + 2, number + 3))
    if is_open:
        work.due(now + 86_400, "ladder", case_id, "social", 3)
