"""A unit of work: all of it or nothing, and what is written is read back as it was."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from igor_bot.flows.engine import Place
from igor_bot.person import Person, Said
from igor_bot.store import tables as t
from igor_bot.store.store import StoreError
from igor_bot.store.work import Topic, Work
from tests.igor_bot.store.conftest import HER, NOW, Home, a_case, open_case, somebody

MINE = f"p/{HER}"
DESK = "d/-100"


class Broken(Exception):
    """Something fails in the middle of a turn."""


async def counts(home: Home) -> dict[str, int]:
    """The number of rows of each table."""
    async with home.store.reading() as db:
        tables = t.metadata.sorted_tables
        return {
            table.name: int((await db.execute(select(func.count()).select_from(table))).scalar())
            for table in tables
        }


async def everything(work: Work, case_id: str = "c2") -> None:
    """Write something of each kind, by way of the work and directly."""
    known = somebody(work, "another", 78)
    known.question.asked(5)
    open_case(work, known, a_case(case_id))  # every try makes a fresh id: see carry_out
    work.put_topic(Topic(case_id, "social", -100, "K-2222"))
    work.put(DESK, "post", {"params": {}}, "service")
    work.done(1)
    work.message("another", 8, NOW)
    work.link(DESK, 1, MINE, 2, "c2")
    work.due(NOW, "ladder", "c2", "social", 0)
    work.duty(-100, 5001, "Sara", True)
    await work.alarm("fault", "Incoming")
    await work.due_done(1)
    await work.messages_gone(HER, [4])
    await work.drop_prompts(HER)
    values = {"kind": "x", "subject": "direct", "since": NOW, "count": 1}
    await work.execute(insert(t.alarm).values(**values))


async def before(home: Home) -> None:
    """What is there before the turn that fails."""
    await home.store.receive([{"update_id": 1}], NOW)
    async with home.store.work(NOW) as work:
        open_case(work, somebody(work), a_case())
        work.due(NOW, "ladder", "c1", "social", 0)
        work.message(HER, 4, NOW)
        work.put(MINE, "prompt", {"params": {}}, "service")


def fail_at_once(work: Work) -> None:
    raise Broken


def fail_in_the_last_row(work: Work) -> None:
    work.duty(-100, 5002, None, True)  # type: ignore[arg-type]


@pytest.mark.parametrize("fail", [fail_at_once, fail_in_the_last_row])
async def test_all_or_nothing(home: Home, fail: Callable[[Work], None]) -> None:
    await before(home)
    was = await counts(home)
    with pytest.raises((Broken, StoreError)):  # noqa: PT012
        async with home.store.work(NOW) as work:
            await everything(work)
            fail(work)
    assert await counts(home) == was
    await home.again()
    assert await counts(home) == was
    assert await home.store.unhandled() == [{"update_id": 1}]
    async with home.store.work(NOW) as work:  # and the next turn is not harmed
        assert await work.person("another") is None
        assert [i.lane for i in await work.waiting()] == [MINE]
        await everything(work, "c3")
    assert await counts(home) != was


async def test_a_cancelled_work_is_rolled_back(home: Home) -> None:
    with pytest.raises(asyncio.CancelledError):  # noqa: PT012
        async with home.store.work(NOW) as work:
            await work.alarm("fault", "Incoming")
            raise asyncio.CancelledError
    assert (await counts(home))["alarm"] == 0


# Round trips ------------------------------------------------------------------------------------


async def test_a_person_comes_back_as_she_was(home: Home) -> None:
    person = Person(
        77, "en", "open", Place("talk", "words", {"danger": "no"}), None,
        (Said("text", 3, "hej 🕊", ""),), "sodermalm", "friend", NOW, ("hint",),
    )  # fmt: skip
    async with home.store.work(NOW) as work:
        known = work.add_person(HER, person, "person-1")
        known.question.asked(12)
        known.question.arrived(11, 400)
    store = await home.again()
    async with store.work(NOW) as work:
        found = await work.person(HER)
        assert found is not None
        assert found.person == person
        assert (found.key_id, found.case_id, found.changed) == ("person-1", None, False)
        question = found.question
        assert (question.item, question.sent_item, question.message_id) == (12, 11, 400)
        assert question.pending
        assert await work.person("nobody") is None


async def test_only_who_has_changed_is_written(home: Home) -> None:
    async with home.store.work(NOW) as work:
        somebody(work)
    async with home.store.work(NOW) as work:
        known = await work.person(HER)
        assert known is not None
        known.person = replace(known.person, language="en")
    async with home.store.work(NOW) as work:
        known = await work.person(HER)
        assert known is not None
        assert known.person.language == "sv"
        known.person, known.changed = replace(known.person, language="en"), True
    async with (await home.again()).work(NOW) as work:
        known = await work.person(HER)
        assert known is not None
        assert known.person.language == "en"


async def test_a_case_comes_back_with_its_person_and_topics(home: Home) -> None:
    case = replace(a_case(), guarded=(("social", "+46 70"),), owners={"social": 5001})
    topic = Topic("c1", "social", -100, "K-7F3Q", 12, 34)
    async with home.store.work(NOW) as work:
        open_case(work, somebody(work), case)
        work.put_topic(topic)
    async with (await home.again()).work(NOW) as work:
        known = await work.person(HER)
        assert known is not None
        assert known.case_id == "c1"
        assert await work.case("c1") == case
        assert work.topic("c1", "social") == topic
        assert work.topic("c1", "police") is None
        assert await work.case("none") is None
        work.put_case(replace(case, closed_at=NOW))
    async with home.store.work(NOW) as work:
        found = await work.case("c1")
        assert found is not None
        assert found.closed_at == NOW
    async with home.store.reading() as db:
        assert (await db.execute(select(t.case.c.closed_at))).scalar() == NOW


async def test_a_topic_is_found_by_thread_or_pseudonym_on_its_own_desk(home: Home) -> None:
    topic = Topic("c1", "social", -100, "K-7F3Q", 12, None)
    async with home.store.work(NOW) as work:
        work.put_topic(topic)
    async with home.store.work(NOW) as work:
        assert await work.find_topic(-100, thread_id=12) == topic
        assert await work.find_topic(-100, pseudonym="K-7F3Q") == topic
        assert await work.find_topic(-100, thread_id=13) is None
        assert await work.find_topic(-200, thread_id=12) is None
        assert await work.find_topic(-200, pseudonym="K-7F3Q") is None
        work.put_topic(replace(topic, card_id=34))
    async with home.store.work(NOW) as work:
        assert await work.find_topic(-100, pseudonym="K-7F3Q") == replace(topic, card_id=34)


async def test_links_lead_there_and_nowhere_else(home: Home) -> None:
    async with home.store.work(NOW) as work:
        work.link(MINE, 3, DESK, 30, "c1")
        work.link(DESK, 31, MINE, 4, "c1")
    async with (await home.again()).work(NOW) as work:
        assert await work.linked(MINE, 3) == (DESK, 30)
        assert await work.linked(DESK, 31) == (MINE, 4)
        assert await work.linked(DESK, 30) is None
        assert await work.linked(MINE, 31) is None


async def due_rows(home: Home) -> list[tuple[Any, ...]]:
    async with home.store.reading() as db:
        columns = (t.due.c.at, t.due.c.kind, t.due.c.case_id, t.due.c.organisation, t.due.c.step)
        return [tuple(row) for row in await db.execute(select(*columns).order_by(t.due.c.id))]


async def test_due_rows(home: Home) -> None:
    async with home.store.work(NOW) as work:
        work.due(NOW + 1, "ladder", "c1", "social", 0)
        work.due(NOW + 2, "ladder", "c1", "police", 1)
        work.due(NOW + 3, "first_words", "c1", "social", 0)
        work.due(NOW + 4, "ladder", "c2", "social", 2)
    await home.again()
    rows = await due_rows(home)
    assert rows[0] == (NOW + 1, "ladder", "c1", "social", 0)
    async with home.store.work(NOW) as work:
        work.due(NOW + 5, "ladder", "c1", "social", 9)  # of this very work: it goes as well
        work.due(NOW + 6, "first_words", "c1", "social", 9)
        await work.forget_due("c1", "ladder", "social")
    assert [row[0] - NOW for row in await due_rows(home)] == [2, 3, 4, 6]
    async with home.store.work(NOW) as work:
        await work.forget_due("c1")
    assert [row[2] for row in await due_rows(home)] == ["c2"]
    async with home.store.work(NOW) as work:
        due_id = (await work.execute(select(t.due.c.id))).scalar()
        await work.due_later(due_id, NOW + 300)
    assert [row[0] - NOW for row in await due_rows(home)] == [300]
    async with home.store.work(NOW) as work:
        await work.due_done(due_id)
    assert await due_rows(home) == []


async def test_duty_is_one_row_a_worker_and_desk(home: Home) -> None:
    async with home.store.work(NOW) as work:
        work.duty(-100, 5001, "Sara", True)
        work.duty(-200, 5001, "Sara", True)
    async with home.store.work(NOW) as work:
        work.duty(-100, 5001, "Sara B", False)
    await home.again()
    async with home.store.reading() as db:
        rows = [tuple(row) for row in await db.execute(select(t.duty).order_by(t.duty.c.chat_id))]
    assert rows == [(-200, 5001, "Sara", 1), (-100, 5001, "Sara B", 0)]


async def test_messages_are_kept_once_and_go(home: Home) -> None:
    async with home.store.work(NOW) as work:
        work.message(HER, 4, NOW)
        work.message(HER, 5, NOW)
        work.message("another", 4, NOW)
    async with home.store.work(NOW) as work:
        work.message(HER, 4, NOW)
        await work.messages_gone(HER, [5, 6])
    async with home.store.reading() as db:
        rows = [
            tuple(row) for row in await db.execute(select(t.message).order_by(t.message.c.person))
        ]
    assert sorted(rows) == [("another", 4, NOW), (HER, 4, NOW)]
