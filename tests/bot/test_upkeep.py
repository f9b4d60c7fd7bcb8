"""What is due, on a moved clock and over restarts: vanishing, the ladder, old ids and keys."""

from __future__ import annotations

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
from tests.support import Stage, stage

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


async def followed(set_stage: Stage) -> None:
    """Wait until the bot shows the sandbox's time: it has looked at what is due since."""
    world = set_stage.world
    since = len(world.calls)
    probe = Phone(set_stage, world.add_person("Probe", language="en").id)
    await probe.do("=/start")
    assert len(world.calls) > since


def hers(phone: Phone, words: str) -> bool:
    """Whether these words stand in her chat, from whomever."""
    return any(words in m.body.get("text", "") for m in phone.shown)


# Vanishing ----------------------------------------------------------------------------------------


async def test_both_sides_vanish_and_what_is_younger_stays(english: Stage) -> None:
    phone, desk, thread = await in_talk(english, "my old words")
    desk.reply(thread, "an old reply")
    await english.until(lambda: hers(phone, "an old reply"), "the reply")
    english.world.clock.move(VANISH / 2)
    phone.say("my young words")
    desk.reply(thread, "a young reply")
    await english.until(lambda: hers(phone, "a young reply"), "the reply")
    old = [m for m in phone.shown if "young" not in m.body.get("text", "")]
    assert {m.sender is english.world.bot for m in old} == {True, False}, "both sides"
    english.world.clock.move(VANISH / 2 + 1)
    await english.until(lambda: not hers(phone, "old"), "the old ones vanish")
    ids = {m.id for m in phone.shown}
    assert not ids & {m.id for m in old}
    assert hers(phone, "a young reply")
    assert hers(phone, "my young words")
    english.world.clock.move(VANISH / 2 + 1)
    await english.until(lambda: not hers(phone, "young"), "the rest vanishes as well")
    assert any("my old words" in t for t in desk.texts(thread)), "the desk's record stays"


async def test_nothing_vanishes_before_its_time(english: Stage) -> None:
    phone, desk, thread = await in_talk(english)
    shown = {m.id for m in phone.shown}
    english.world.clock.move(VANISH - AHEAD_S - 60)
    other = Phone(english, english.world.add_person("Fatima", language="en").id)
    await other.enter()
    assert shown <= {m.id for m in phone.shown}
    english.world.clock.move(AHEAD_S)
    await english.until(lambda: not shown & {m.id for m in phone.shown}, "ahead of its time")


async def test_what_came_while_the_bot_was_stopped_vanishes_too(english: Stage) -> None:
    phone, desk, thread = await in_talk(english)
    known = {m.id for m in phone.shown}
    await english.stop()
    english.world.clock.move(12 * HOUR)
    said = phone.say("said into an outage")
    await english.start()
    await english.until(lambda: any("an outage" in t for t in desk.texts(thread)), "it arrives")
    english.world.clock.move(13 * HOUR)
    await english.until(lambda: not known & {m.id for m in phone.shown}, "the older ones vanish")
    assert hers(phone, said.body["text"])
    english.world.clock.move(12 * HOUR)
    await english.until(lambda: not hers(phone, "an outage"), "it vanishes")


async def test_overdue_after_an_outage_goes_at_the_start(english: Stage) -> None:
    """34 h and an outage of 12 h still end before the 48 h within which Telegram deletes."""
    phone, desk, thread = await in_talk(english)
    english.world.clock.move(VANISH - HOUR)
    await english.stop()
    english.world.clock.move(13 * HOUR)
    assert hers(phone, "please talk")
    await english.start()
    await english.until(lambda: not phone.shown, "everything is overdue")
    assert rows(english, "SELECT count(*) FROM message") == [(0,)] or not phone.shown


async def test_a_deletion_that_fails_is_tried_again(english: Stage) -> None:
    phone, desk, thread = await in_talk(english)
    fault = Fault("status_500", "deleteMessages", times=1)
    english.world.faults.add(fault)
    english.world.clock.move(VANISH + 1)
    await english.until(lambda: not english.world.faults, "it fails")
    assert hers(phone, "please talk")
    english.world.clock.move(61)
    await english.until(lambda: not hers(phone, "please talk"), "the next look deletes them")


async def test_more_than_a_batch_vanishes(english: Stage) -> None:
    phone, desk, thread = await in_talk(english)
    for n in range(130):
        phone.say(f"word {n}")
    await english.until(lambda: any("word 129" in t for t in desk.texts(thread)), "all arrive")
    english.world.clock.move(VANISH + 1)
    await english.until(lambda: not hers(phone, "word"), "all vanish")
    sizes = [
        len(c.params["message_ids"]) for c in english.world.calls if c.method == "deleteMessages"
    ]
    assert max(sizes) <= 100


# Old ids and keys -----------------------------------------------------------------------------------


async def test_update_ids_are_freed_after_48_hours(english: Stage) -> None:
    phone = Phone(english, english.world.add_person("Amina", language="en").id)
    await phone.enter()
    ids = {row[0] for row in rows(english, "SELECT update_id FROM inbox")}
    assert ids
    english.world.clock.move(47 * HOUR)
    await phone.do("=/start")
    assert ids <= {row[0] for row in rows(english, "SELECT update_id FROM inbox")}
    young = {row[0] for row in rows(english, "SELECT update_id FROM inbox")} - ids
    english.world.clock.move(2 * HOUR)
    left = "SELECT update_id FROM inbox"
    await english.until(lambda: not ids & {row[0] for row in rows(english, left)}, "freed")
    assert young <= {row[0] for row in rows(english, left)}


async def test_retired_keys_are_destroyed(english: Stage) -> None:
    phone = Phone(english, english.world.add_person("Amina", language="en").id)
    await phone.enter()
    keys = "SELECT id, retired_at IS NULL FROM key"

    def kinds() -> list[str]:
        found = rows(english, keys, "igor.db.keys")
        return sorted(k.partition("-")[0] + ("" if fresh else " retired") for k, fresh in found)

    assert kinds() == ["inbox retired", "person", "service"]
    await phone.ask_to_talk("please talk")
    await Desk(english).case("please talk")
    assert kinds() == ["case", "inbox retired", "person retired", "service"]
    english.world.clock.move(71 * HOUR)
    await phone.do("=/start")
    assert "person retired" in kinds()
    english.world.clock.move(2 * HOUR)
    await english.until(lambda: "person retired" not in kinds(), "destroyed")
    assert kinds() == ["case", "inbox retired", "service"], "today's inbox, and the case"
    await english.stop()
    await english.start()
    await phone.do("welcome:gate:yes")


# Due rows -------------------------------------------------------------------------------------------


async def requested(set_stage: Stage) -> tuple[Phone, Desk, int]:
    """A request that nobody has taken."""
    phone = Phone(set_stage, set_stage.world.add_person("Amina", language="en").id)
    await phone.enter()
    await phone.ask_to_talk("please talk")
    desk = Desk(set_stage)
    return phone, desk, await desk.case("please talk")


def due(set_stage: Stage) -> list[tuple[str, int]]:
    """What is to come, kind and rung."""
    return [(r[0], r[1]) for r in rows(set_stage, "SELECT kind, step FROM due ORDER BY at, id")]


async def test_the_ladder_climbs_on_the_moved_clock(english: Stage) -> None:
    phone, desk, thread = await requested(english)
    posts = len(desk.posts(thread))
    english.world.clock.move(100)
    await followed(english)
    assert len(desk.posts(thread)) == posts, "not before its time"
    english.world.clock.move(21)
    await english.until(lambda: len(desk.posts(thread)) > posts, "the next rung")
    before = phone.newest_id
    english.world.clock.move(180)
    await english.until(lambda: phone.newest_id > before, "she is told")
    assert "112" in phone.texts[-1]


async def test_rungs_that_came_due_while_the_bot_was_stopped(english: Stage) -> None:
    phone, desk, thread = await requested(english)
    before = phone.newest_id
    await english.stop()
    english.world.clock.move(301)
    await english.start()
    await english.until(lambda: phone.newest_id > before, "she is told")
    assert "112" in phone.texts[-1]
    told = len([t for t in phone.texts if "112" in t])
    await english.stop()
    await english.start()
    await followed(english)
    assert len([t for t in phone.texts if "112" in t]) == told, "once, over restarts"


async def test_a_rung_over_many_restarts_comes_on_time(english: Stage) -> None:
    phone, desk, thread = await requested(english)
    posts = len(desk.posts(thread))
    for _ in range(3):
        await english.stop()
        english.world.clock.move(35)
        await english.start()
    await followed(english)
    assert len(desk.posts(thread)) == posts, "105 s"
    english.world.clock.move(16)
    await english.until(lambda: len(desk.posts(thread)) > posts, "the second rung")


async def test_a_clock_moved_back_brings_nothing_early_and_nothing_twice(english: Stage) -> None:
    phone, desk, thread = await requested(english)
    english.world.clock.move(121)
    waits = [("ladder", 2)]
    await english.until(lambda: due(english) == waits, f"the second rung: {due(english)}")
    posts = len(desk.posts(thread))
    english.world.clock.move(-HOUR)
    await followed(english)
    assert due(english) == waits
    english.world.clock.move(HOUR)
    await followed(english)
    assert due(english) == waits
    assert len(desk.posts(thread)) == posts
    before = phone.newest_id
    english.world.clock.move(180)
    await english.until(lambda: phone.newest_id > before, "she is told")


async def test_a_claim_takes_the_rungs_away(english: Stage) -> None:
    phone, desk, thread = await in_talk(english)
    assert "ladder" not in [kind for kind, _ in due(english)]
    english.world.clock.move(2 * HOUR)
    await followed(english)
    assert not any("112" in t for t in phone.texts[-1:])


async def test_a_rung_that_fails_is_tried_again_five_minutes_later(
    english: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone, desk, thread = await requested(english)
    posts = len(desk.posts(thread))
    failed: list[int] = []
    climb = cases.climb

    def fail(*args: Any) -> Any:
        if not failed:
            failed.append(1)
            raise RuntimeError("once")
        return climb(*args)

    monkeypatch.setattr(turns.cases, "climb", fail)
    english.world.clock.move(121)
    await english.until(lambda: rows(english, "SELECT 1 FROM alarm WHERE subject='DueNow'"))
    assert failed
    assert len(desk.posts(thread)) == posts
    english.world.clock.move(301)
    await english.until(lambda: len(desk.posts(thread)) > posts, "the second rung after all")
