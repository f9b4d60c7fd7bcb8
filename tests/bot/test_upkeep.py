"""What is due, on a moved clock and over restarts: vanishing, the ladder, old ids and keys."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot import turns
from bot.sandbox.faults import Fault
from bot.upkeep import AHEAD_S
from igor_bot.desk import cases
from tests.bot.scene import ENGLISH, Desk, Phone, in_talk
from tests.support import SARA, SOCIAL, Stage, stage

HOUR = 3600.0
VANISH = 24 * HOUR


@pytest.fixture
async def english(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path, toml=ENGLISH) as set_stage:
        await set_stage.start()
        yield set_stage


def rows(set_stage: Stage, query: str, file: str = "igor.db") -> list[Any]:
    """Read beside the running bot."""
    with closing(sqlite3.connect(f"file:{set_stage.folder / file}?mode=ro", uri=True)) as db:
        return db.execute(query).fetchall()


async def move(set_stage: Stage, seconds: float) -> None:
    """Move the clock; returns once the bot shows the new time."""
    clock, asked = set_stage.world.clock, asyncio.Event()
    wait = clock.wait_until

    async def tell(unix: float) -> None:
        if abs(unix - clock.now()) < 2:  # it asks for the next moment of its own time
            asked.set()
        await wait(unix)

    clock.wait_until = tell  # type: ignore[method-assign]
    try:
        clock.move(seconds)
        async with asyncio.timeout(10):
            await asked.wait()
    finally:
        del clock.wait_until


async def settled(set_stage: Stage) -> None:
    """Wait until the bot has done what was due: it answers somebody new."""
    probe = Phone(set_stage, set_stage.world.add_person("Probe", language="en").id)
    await probe.do("=/start")


def hers(phone: Phone, words: str) -> bool:
    """Whether these words stand in her chat, from whomever."""
    return any(words in m.body.get("text", "") for m in phone.shown)


# Vanishing ----------------------------------------------------------------------------------------


async def test_both_sides_vanish_and_what_is_younger_stays(english: Stage) -> None:
    phone, desk, thread = await in_talk(english, "my OLD words")
    desk.reply(thread, "an OLD reply")
    await english.until(lambda: hers(phone, "an OLD reply"), "the reply")
    await move(english, VANISH / 2)
    phone.say("my YOUNG words")
    desk.reply(thread, "a YOUNG reply")
    await english.until(lambda: hers(phone, "a YOUNG reply"), "the reply")
    old = [m for m in phone.shown if "YOUNG" not in m.body.get("text", "")]
    assert {m.sender is english.world.bot for m in old} == {True, False}, "both sides"
    await move(english, VANISH / 2 + 1)
    await english.until(lambda: not hers(phone, "OLD"), "the old ones vanish")
    ids = {m.id for m in phone.shown}
    assert not ids & {m.id for m in old}
    assert hers(phone, "a YOUNG reply")
    assert hers(phone, "my YOUNG words")
    await move(english, VANISH / 2 + 1)
    await english.until(lambda: not hers(phone, "YOUNG"), "the rest vanishes as well")
    assert any("my OLD words" in t for t in desk.texts(thread)), "the desk's record stays"


async def test_nothing_vanishes_before_its_time(english: Stage) -> None:
    phone, _, _ = await in_talk(english)
    shown = {m.id for m in phone.shown}
    await move(english, VANISH - AHEAD_S - 60)
    await settled(english)
    assert shown <= {m.id for m in phone.shown}
    await move(english, AHEAD_S)
    await english.until(lambda: not shown & {m.id for m in phone.shown}, "ahead of its time")


async def test_what_came_while_the_bot_was_stopped_vanishes_too(english: Stage) -> None:
    phone, desk, thread = await in_talk(english)
    known = {m.id for m in phone.shown}
    await english.stop()
    english.world.clock.move(12 * HOUR)
    said = phone.say("said into an outage")
    await english.start()
    await english.until(lambda: any("an outage" in t for t in desk.texts(thread)), "it arrives")
    await move(english, 13 * HOUR)
    await english.until(lambda: not known & {m.id for m in phone.shown}, "the older ones vanish")
    assert hers(phone, said.body["text"])
    await move(english, 12 * HOUR)
    await english.until(lambda: not hers(phone, "an outage"), "it vanishes")


async def test_overdue_after_an_outage_goes_at_the_start(english: Stage) -> None:
    """34 h and an outage of 12 h still end before the 48 h within which Telegram deletes."""
    phone, _, _ = await in_talk(english)
    await move(english, VANISH - HOUR)
    await english.stop()
    english.world.clock.move(13 * HOUR)
    assert hers(phone, "please talk")
    await english.start()
    await english.until(lambda: not phone.shown, "everything is overdue")


async def test_a_deletion_that_fails_is_tried_again(english: Stage) -> None:
    phone, _, _ = await in_talk(english)
    english.world.faults.add(Fault("status_500", "deleteMessages", times=1))
    await move(english, VANISH + 1)
    await english.until(lambda: not english.world.faults, "it fails")
    assert hers(phone, "please talk")
    await move(english, 61)
    await english.until(lambda: not hers(phone, "please talk"), "the next look deletes them")


async def test_more_than_a_batch_vanishes(english: Stage) -> None:
    phone, _, _ = await in_talk(english)
    for n in range(130):
        phone.say(f"part {n}.")
    await english.until(lambda: len(rows(english, "SELECT 1 FROM message")) >= 130, "all stored")
    await move(english, VANISH + 1)
    await english.until(lambda: not hers(phone, "part 1"), "all vanish")
    deletions = [c for c in english.world.calls if c.method == "deleteMessages"]
    assert all(len(c.params["message_ids"]) <= 100 for c in deletions)


# Old ids and keys -----------------------------------------------------------------------------------


def stored(set_stage: Stage) -> set[int]:
    """The update ids that are remembered."""
    return {row[0] for row in rows(set_stage, "SELECT update_id FROM inbox")}


async def test_update_ids_are_freed_after_48_hours(english: Stage) -> None:
    phone = Phone(english, english.world.add_person("Amina", language="en").id)
    await phone.enter()
    ids = stored(english)
    assert ids
    await move(english, 47 * HOUR)
    await phone.do("=/start")
    assert ids <= stored(english)
    young = stored(english) - ids
    await move(english, 2 * HOUR)
    await english.until(lambda: not ids & stored(english), "freed")
    assert young <= stored(english)


async def test_retired_keys_are_destroyed(english: Stage) -> None:
    phone = Phone(english, english.world.add_person("Amina", language="en").id)
    await phone.enter()

    def kinds() -> list[str]:
        found = rows(english, "SELECT id, retired_at IS NULL FROM key", "igor.db.keys")
        return sorted(k.partition("-")[0] + ("" if fresh else " retired") for k, fresh in found)

    assert kinds() == ["inbox retired", "person", "service"]
    await phone.ask_to_talk("please talk")
    await Desk(english).case("please talk")
    assert kinds() == ["case", "inbox retired", "person retired", "service"]
    await move(english, 71 * HOUR)
    await phone.do("=/start")
    assert "person retired" in kinds()
    await move(english, 2 * HOUR)
    await english.until(lambda: "person retired" not in kinds(), "destroyed")
    assert kinds() == ["case", "inbox retired", "service"], "today's inbox, and the case"
    await phone.do("welcome:gate:yes")


# Due rows -------------------------------------------------------------------------------------------


async def requested(set_stage: Stage) -> tuple[Phone, Desk, int]:
    """A request that nobody has taken; Sara is on duty, Elin is the backup."""
    desk = Desk(set_stage)
    set_stage.world.say(SOCIAL, SARA, "/duty on")
    await set_stage.until(lambda: rows(set_stage, "SELECT 1 FROM duty WHERE on_duty"), "on duty")
    phone = Phone(set_stage, set_stage.world.add_person("Amina", language="en").id)
    await phone.enter()
    await phone.ask_to_talk("please talk")
    return phone, desk, await desk.case("please talk")


def due(set_stage: Stage) -> list[tuple[str, int]]:
    """What is to come, kind and rung."""
    return [(r[0], r[1]) for r in rows(set_stage, "SELECT kind, step FROM due ORDER BY at, id")]


async def test_the_ladder_climbs_on_the_moved_clock(english: Stage) -> None:
    phone, desk, thread = await requested(english)
    posts = len(desk.posts(thread))
    await move(english, 100)
    await settled(english)
    assert len(desk.posts(thread)) == posts, "not before its time"
    await move(english, 21)
    await english.until(lambda: len(desk.posts(thread)) > posts, "the next rung")
    before = phone.newest_id
    await move(english, 180)
    await english.until(lambda: phone.newest_id > before, "she is told")
    assert "112" in phone.texts[-1]


async def test_rungs_that_came_due_while_the_bot_was_stopped(english: Stage) -> None:
    phone, _, _ = await requested(english)
    before = phone.newest_id
    await english.stop()
    english.world.clock.move(301)
    await english.start()
    await english.until(lambda: phone.newest_id > before, "she is told")
    assert "112" in phone.texts[-1]
    told = sum("112" in t for t in phone.texts)
    await english.stop()
    await english.start()
    await settled(english)
    assert sum("112" in t for t in phone.texts) == told, "once, over restarts"


async def test_a_rung_over_many_restarts_comes_on_time(english: Stage) -> None:
    _, desk, thread = await requested(english)
    posts = len(desk.posts(thread))
    for _ in range(3):
        await english.stop()
        english.world.clock.move(35)
        await english.start()
    await settled(english)
    assert len(desk.posts(thread)) == posts, "105 s"
    await move(english, 16)
    await english.until(lambda: len(desk.posts(thread)) > posts, "the second rung")


async def test_a_clock_moved_back_brings_nothing_early_and_nothing_twice(english: Stage) -> None:
    phone, desk, thread = await requested(english)
    await move(english, 121)
    waits = [("ladder", 2)]
    await english.until(lambda: due(english) == waits, f"the second rung: {due(english)}")
    posts = len(desk.posts(thread))
    await move(english, -HOUR)
    await settled(english)
    assert due(english) == waits
    await move(english, HOUR)
    await settled(english)
    assert due(english) == waits
    assert len(desk.posts(thread)) == posts
    before = phone.newest_id
    await move(english, 180)
    await english.until(lambda: phone.newest_id > before, "she is told")


async def test_a_claim_takes_the_rungs_away(english: Stage) -> None:
    phone, _, _ = await in_talk(english)
    assert "ladder" not in [kind for kind, _ in due(english)]
    await move(english, 2 * HOUR)
    await settled(english)
    assert not any("112" in t for t in phone.texts[-1:])


async def test_a_rung_that_fails_is_tried_again_five_minutes_later(
    english: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, desk, thread = await requested(english)
    posts = len(desk.posts(thread))
    failed: list[int] = []
    climb = cases.climb

    def fail(*args: Any) -> Any:
        if not failed:
            failed.append(1)
            raise RuntimeError("once")
        return climb(*args)

    monkeypatch.setattr(turns.cases, "climb", fail)
    await move(english, 121)
    await english.until(lambda: rows(english, "SELECT 1 FROM alarm WHERE subject='DueNow'"))
    assert failed
    assert len(desk.posts(thread)) == posts
    await move(english, 301)
    await english.until(lambda: len(desk.posts(thread)) > posts, "the second rung after all")
