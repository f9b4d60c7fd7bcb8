"""Quick exit: from everywhere, before everything else, whatever is broken."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from bot.sandbox.faults import Fault
from bot.sandbox.model import Call
from igor_bot import discretion
from igor_bot.store.store import Store
from tests.bot.nursery import spawn
from tests.bot.scene import ENGLISH, TALK, Fuse, Phone, in_talk
from tests.support import Stage, stage

COVER = discretion.COVER[:20]
ENTER = ("=/start", "welcome:gate:yes")
STATES: dict[str, tuple[str, ...]] = {
    "never written": (),
    "gate": ENTER[:1],
    "kept words": (*ENTER, "=I am afraid of him"),
    "menu": ENTER,
    "talk begun": (*ENTER, TALK[0]),
    "danger": (*ENTER, TALK[0], "talk:danger:yes"),
    "words": (*ENTER, *TALK),
    "sent": (*ENTER, *TALK, "=please talk", "talk:near:no"),
    "call": (*ENTER, "go:callback", "callback:danger:no", "=070 174 06 05"),
    "ride": (*ENTER, "go:transport", "transport:danger:no", "transport:when:now", "=the square"),
    "support": (*ENTER, "go:support", "support:kind:advice", "support:reach:chat"),
    "information": (*ENTER, "go:information", "information:page:numbers"),
    "others": (*ENTER, "go:others", "others:who:friend"),
    "privacy": (*ENTER, "go:privacy", "privacy:what:seen"),
    "cover": (*ENTER, "=x"),
    "cover pressed": (*ENTER, "=x", "cover:week"),
}
WAYS = ("x", " X ", "/exit", "/EXIT", "/exit@sandbox_notes_bot", "button")


@pytest.fixture
async def english(tmp_path: Path) -> Stage:
    async with stage(tmp_path, toml=ENGLISH) as set_stage:
        await set_stage.start()
        yield set_stage


def calls_to(set_stage: Stage, phone: Phone, since: int) -> list[Call]:
    """What the bot did in her chat since then."""
    found = list(set_stage.world.calls)[since:]
    return [c for c in found if c.params.get("chat_id") == phone.id]


def leave(phone: Phone, way: str) -> None:
    """Quick exit, typed or pressed."""
    if way == "button" and "exit" in phone.buttons:
        phone.press("exit")
    else:
        phone.say("x" if way == "button" else way)


async def deleted_twice(set_stage: Stage, phone: Phone, since: int, batches: int = 1) -> list[Call]:
    """Wait for the deletion and its repetition; returns the calls to her chat since then."""

    def done() -> bool:
        found = calls_to(set_stage, phone, since)
        both = [c for c in found if c.method == "deleteMessages"]
        return len(both) >= 2 * batches and any(c.method == "sendMessage" for c in found)

    await set_stage.until(done, "deleted twice, and the cover")
    return calls_to(set_stage, phone, since)


def assert_only_cover(phone: Phone) -> None:
    """Nothing is left but one message of the harmless bot."""
    assert [t[: len(COVER)] for t in phone.texts] == [COVER]
    assert len(phone.shown) == 1, "her own messages are left"


async def test_from_every_state_and_by_every_way(english: Stage) -> None:
    async def play(name: str, way: str) -> None:
        phone = Phone(english, english.world.add_person(name, language="en").id)
        await phone.do(*STATES[name])
        if name == "menu":  # whatever else was under way
            await english.until(lambda: "go:talk" in phone.buttons)
        known = {m.id for m in phone.shown}
        since = len(english.world.calls)
        leave(phone, way)
        after = await deleted_twice(english, phone, since)
        assert after[0].method == "deleteMessages", f"{name}, {way}: {after[0].method} came first"
        assert known <= set(after[0].params["message_ids"])
        assert_only_cover(phone)

    every = [(name, WAYS[(n + k) % len(WAYS)]) for n, name in enumerate(STATES) for k in (0, 3)]
    await asyncio.gather(*(play(name, way) for name, way in every))


async def test_both_sides_250_messages_in_batches_of_100_repeated_once(english: Stage) -> None:
    phone, desk, thread = await in_talk(english)
    for n in range(120):
        phone.say(f"hers {n}")
        desk.reply(thread, f"his {n}")
    await english.until(lambda: phone.texts[-1] == "his 119", "all replies")
    known = [m.id for m in phone.shown]
    assert len(known) > 240
    since = len(english.world.calls)
    phone.say("x")
    after = await deleted_twice(english, phone, since, batches=3)
    assert [c.method for c in after[:3]] == ["deleteMessages"] * 3
    batches = [c.params["message_ids"] for c in after if c.method == "deleteMessages"]
    assert len(batches) == 6
    assert all(len(b) <= 100 for b in batches)
    assert sorted(map(tuple, batches[:3])) == sorted(map(tuple, batches[3:]))
    assert set(known) <= {n for b in batches[:3] for n in b}
    assert_only_cover(phone)


async def test_twice_in_a_row_leaves_one_cover(english: Stage) -> None:
    phone = Phone(english, english.world.add_person("Amina", language="en").id)
    await phone.enter()
    phone.say("x")
    phone.say("x")
    await english.until(lambda: [c[:11] for c in phone.texts] == [COVER[:11]] * 1, "one cover")
    since = len(english.world.calls)
    phone.say("x")
    await deleted_twice(english, phone, since)
    assert_only_cover(phone)


@pytest.mark.parametrize("kind", ["slow", "timeout_before", "too_many", "status_500", "cut_before"])
async def test_overtakes_what_is_being_sent(english: Stage, kind: str) -> None:
    """After an answer that never came the id is unknown to anybody: these are sure failures."""
    phone = Phone(english, english.world.add_person("Amina", language="en").id)
    await phone.enter()
    fault = Fault(kind, "sendMessage", 99, phone.id, seconds=1 if kind == "slow" else 30)
    english.world.faults.add(fault)
    phone.press("go:talk")
    await english.until(lambda: fault.times < 99, "the question is on its way")
    since = len(english.world.calls)
    phone.say("x")
    methods = lambda: [c.method for c in calls_to(english, phone, since) if c.ok]  # noqa: E731
    await english.until(methods, "the first call that succeeds")
    english.world.faults.clear()
    assert methods() == ["deleteMessages"]
    await deleted_twice(english, phone, since)
    await english.until(lambda: len(phone.shown) == 1, "what arrived late is deleted")
    assert_only_cover(phone)


async def test_overtakes_a_turn_of_the_same_batch(english: Stage) -> None:
    phone = Phone(english, english.world.add_person("Amina", language="en").id)
    await phone.enter()
    since = len(english.world.calls)
    phone.press("go:talk")
    phone.say("x")
    phone.say("are you there")
    await deleted_twice(english, phone, since)
    await english.until(lambda: english.world.queue_size == 0, "all is read")
    assert all(t.startswith(COVER) for t in phone.texts), phone.texts


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another process holds the database."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


async def test_while_the_database_is_locked(english: Stage) -> None:
    phone = Phone(english, english.world.add_person("Amina", language="en").id)
    await phone.enter()
    since = len(english.world.calls)
    with locked(english.folder / "igor.db"):
        phone.say("written while nothing could be stored")
        phone.say("x")
        after = await deleted_twice(english, phone, since)
        assert_only_cover(phone)
        assert after[0].method == "deleteMessages"
    await english.until(lambda: english.world.queue_size == 0, "the exit is stored", seconds=20)
    phone.say("hello")
    await english.until(lambda: len(phone.texts) > 1, "she is answered again", seconds=20)
    assert all(t.startswith(COVER) for t in phone.texts), "an exit that came late is an exit"
    found = calls_to(english, phone, since)
    assert sum(c.method == "deleteMessages" for c in found) == 2, "each exit is handled once"
    assert sum(c.method == "sendMessage" for c in found) == 2


async def test_while_the_store_is_gone(english: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = Phone(english, english.world.add_person("Amina", language="en").id)
    await phone.enter()

    async def fail(*args: object) -> list[int]:
        raise OperationalError("INSERT", {}, sqlite3.OperationalError("disk I/O error"))

    monkeypatch.setattr(Store, "receive", fail)
    (english.folder / "igor.db").rename(english.folder / "gone.db")
    since = len(english.world.calls)
    leave(phone, "button")
    after = await deleted_twice(english, phone, since)
    assert after[0].method == "deleteMessages"
    assert_only_cover(phone)


async def test_nothing_is_sent_until_she_returns(english: Stage) -> None:
    phone, desk, thread = await in_talk(english)
    since = len(english.world.calls)
    phone.say("x")
    await deleted_twice(english, phone, since)
    await english.until(lambda: any("do not write" in t for t in desk.texts(thread)), "the desk")
    reply = desk.reply(thread, "a word for later")
    await english.until(lambda: "✍" in reply.reactions.values(), "it is held")
    english.world.clock.move(3600)
    await english.until(lambda: english.world.clock.waited_for, "the clock is followed")
    assert_only_cover(phone)
    await phone.do("=hello", "cover:week")
    assert not any("later" in t for t in phone.texts)
    await phone.do("=/start")
    assert "a word for later" not in phone.texts, "before the gate"
    await phone.do("welcome:gate:yes")
    await english.until(lambda: "a word for later" in phone.texts, "what was held")
    await english.until(lambda: "👌" in reply.reactions.values(), "it is delivered")


@pytest.mark.parametrize("calls", range(5))
async def test_killed_in_the_middle_of_an_exit(tmp_path: Path, calls: int) -> None:
    """Whatever was done of it: after the restart nothing earlier is there, and nothing comes."""
    async with stage(tmp_path, toml=ENGLISH) as set_stage:
        await spawn(set_stage)
        phone, desk, thread = await in_talk(set_stage)
        reply = desk.reply(thread, "something secret")
        await set_stage.until(lambda: "👌" in reply.reactions.values(), "it is written down")
        fuse = Fuse(set_stage, random.Random(calls))
        if calls == 0:
            fuse.next_update()
        else:
            fuse.light(calls, calls)
        phone.say("x")
        assert set_stage.process is not None
        await set_stage.process.wait()
        await set_stage.kill()
        await spawn(set_stage)
        await set_stage.until(lambda: "something secret" not in phone.texts, "it is deleted")
        await set_stage.until(
            lambda: phone.shown and all(m.body["text"].startswith(COVER) for m in phone.shown),
            f"only covers: {phone.texts}",
        )
        reply = desk.reply(thread, "too late")
        await set_stage.until(lambda: "✍" in reply.reactions.values(), "it is held")
        assert all(t.startswith(COVER) for t in phone.texts)


async def test_killed_before_anything_could_be_deleted(tmp_path: Path) -> None:
    """Telegram refuses the deletion, and the process is killed: the next one deletes."""
    async with stage(tmp_path, toml=ENGLISH) as set_stage:
        await spawn(set_stage)
        phone, desk, thread = await in_talk(set_stage)
        await set_stage.until(lambda: set_stage.world.queue_size == 0, "all is read")
        set_stage.world.faults.add(Fault("status_500", "deleteMessages", 99))
        phone.say("x")
        left = "do not write"
        await set_stage.until(lambda: any(left in t for t in desk.texts(thread)), "it is stored")
        assert len(phone.shown) > 5
        await set_stage.kill()
        set_stage.world.faults.clear()
        await spawn(set_stage)
        await set_stage.until(
            lambda: all(m.body["text"].startswith(COVER) for m in phone.shown), "it is deleted"
        )
        assert len(phone.shown) == 1
