"""What is broken, on the way in and on the way out, harms nobody else and loses nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot import private_chat
from bot.doctor import examine
from bot.sandbox.faults import Fault
from bot.telegram import Telegram
from igor_bot.settings import load, load_book
from tests.bot.scene import ENGLISH, Desk, Phone, in_minutes, in_talk
from tests.support import SOCIAL, Stage, stage

POISON = "a word that no turn survives"
SORRY = "Something went wrong on our side"
NUMBERS = range(1, 6)


@pytest.fixture
async def english(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path, toml=ENGLISH) as set_stage:
        await set_stage.start()
        yield set_stage


@pytest.fixture
def _poisonous(monkeypatch: pytest.MonkeyPatch) -> None:
    """A turn raises whenever the marked word is said."""
    real = private_chat.event_of

    def raising(update: Any, *rest: Any) -> Any:
        if update.message is not None and update.message.text == POISON:
            raise ZeroDivisionError
        return real(update, *rest)

    monkeypatch.setattr(private_chat, "event_of", raising)


def phones(set_stage: Stage, count: int) -> list[Phone]:
    """So many people."""
    add = set_stage.world.add_person
    return [Phone(set_stage, add(f"P{n}", language="en").id) for n in range(count)]


def rows(set_stage: Stage, query: str) -> int:
    """A number that the database holds, read beside the bot."""
    path = f"file:{set_stage.folder / 'igor.db'}?mode=ro"
    with closing(sqlite3.connect(path, uri=True)) as database:
        return int(database.execute(query).fetchone()[0] or 0)


def faults_counted(set_stage: Stage) -> int:
    """How many jobs could not be handled."""
    return rows(set_stage, "SELECT sum(count) FROM alarm WHERE kind = 'fault'")


# On the way in -----------------------------------------------------------------------------------


async def test_unparsable_updates_harm_nobody_of_the_same_batch(english: Stage) -> None:
    people = phones(english, 20)
    for number, phone in enumerate(people):
        phone.say("/start")
        if number in (0, 7, 19):
            english.world.faults.add(Fault("unparsable_update"))
    await english.until(lambda: all(p.from_bot for p in people), "everybody is answered")
    assert all(len(p.from_bot) == 1 for p in people)
    await english.until(lambda: faults_counted(english) == 3, "they are counted")
    assert rows(english, "SELECT count(*) FROM inbox WHERE state = 'quarantined'") == 3


async def test_a_broken_update_of_a_person_is_not_met_by_silence(english: Stage) -> None:
    (phone,) = phones(english, 1)
    await phone.enter()
    chat = {"id": phone.id, "type": "private", "first_name": "A"}
    english.world.updates.add("message", {"message_id": "?", "date": "?", "chat": chat, "text": 1})
    await english.until(lambda: SORRY in phone.texts[-1], "she is told")
    assert "exit" in phone.buttons
    await phone.do("=please talk to me")
    assert "welcome:kept:send" in phone.buttons, "and goes on"


@pytest.mark.usefixtures("_poisonous")
async def test_a_turn_that_raises_harms_nobody_else(english: Stage) -> None:
    people = phones(english, 12)
    for phone in people:
        await phone.enter()
    for number, phone in enumerate(people):
        phone.say(POISON if number in (3, 8) else "please talk to me")
    await english.until(lambda: all("exit" in p.buttons for p in people))
    await english.until(lambda: all(len(p.from_bot) > 2 for p in people), "all are answered")
    await english.until(lambda: faults_counted(english) == 2, "they are counted")
    assert [n for n, p in enumerate(people) if SORRY in p.texts[-1]] == [3, 8]
    assert sum("welcome:kept:send" in p.buttons for p in people) == 10, "the others go on"
    assert all(len(p.from_bot) == 3 for p in people), "nobody is answered twice"


@pytest.mark.usefixtures("_poisonous")
async def test_what_was_set_aside_is_counted_shown_and_not_tried_for_ever(english: Stage) -> None:
    (phone,) = phones(english, 1)
    await phone.enter()
    await phone.do(f"={POISON}")
    await english.stop()
    await english.start()
    await phone.do("=are you there")
    assert sum(SORRY in t for t in phone.texts) == 1
    assert faults_counted(english) == 1
    config = english.folder / "igor.toml"
    found = await examine(load(config), load_book(config))
    assert any("could not be handled" in line for line in found.wrong), found.wrong


@pytest.mark.parametrize("restarted", [False, True])
async def test_lower_update_ids_after_a_quiet_week(english: Stage, restarted: bool) -> None:
    (phone,) = phones(english, 1)
    await phone.enter()
    await english.until(lambda: english.world.queue_size == 0, "all is confirmed")
    if restarted:
        await english.stop()
    english.world.updates.restart_ids(1000)
    if restarted:
        await english.start()
    await phone.do("go:talk", "talk:danger:no", "=please talk")
    await Desk(english).case("please talk")


async def test_an_update_id_of_long_ago_comes_again(english: Stage) -> None:
    """Ids are chosen at random: after 48 hours one that was used may stand for another update."""
    (phone,) = phones(english, 1)
    await phone.enter()
    await english.until(lambda: english.world.queue_size == 0, "all is confirmed")
    first = english.world.seen_update_ids[0]
    await english.stop()
    english.world.clock.move(50 * 3600)
    await english.start()
    await english.until(lambda: rows(english, "SELECT count(*) FROM inbox") == 0, "ids are freed")
    english.world.updates.restart_ids(first)
    await phone.do("=/start")


async def test_duplicate_updates_are_handled_once(english: Stage) -> None:
    phone, desk, thread = await in_talk(english)
    english.world.faults.add(Fault("duplicate_updates", times=50))
    for number in NUMBERS:
        phone.say(f"number {number}")
    await english.until(lambda: "She: number 5" in desk.texts(thread), "all are passed on")
    passed = [t for t in desk.texts(thread) if t.startswith("She: number")]
    assert passed == [f"She: number {n}" for n in NUMBERS]
    assert len(english.world.seen_update_ids) > len(set(english.world.seen_update_ids))


async def test_late_updates_are_handled(english: Stage) -> None:
    phone, desk, thread = await in_talk(english)
    english.world.faults.add(Fault("late_updates", times=2, seconds=3600))
    for number in NUMBERS:
        phone.say(f"number {number}")
    await english.until(lambda: "She: number 5" in desk.texts(thread), "those in time")
    english.world.clock.move(3601)
    await in_minutes(english, lambda: "She: number 2" in desk.texts(thread), "and the late ones")
    passed = sorted(t for t in desk.texts(thread) if t.startswith("She: number"))
    assert passed == [f"She: number {n}" for n in NUMBERS]


@pytest.mark.parametrize("kind", ["broken_json", "status_500", "status_502", "cut_after", "down"])
async def test_trouble_while_polling_loses_nothing(english: Stage, kind: str) -> None:
    (phone,) = phones(english, 1)
    await phone.enter()
    fault = english.world.faults.add(Fault(kind, "getUpdates", times=2))
    phone.say("/start")
    if kind == "down":
        english.world.faults.remove(fault)
    await english.until(lambda: "welcome:gate:yes" in phone.buttons, "she is answered")
    assert len(phone.from_bot) == 3


# On the way out ----------------------------------------------------------------------------------

SURE = ("too_many", "cut_before", "timeout_before", "status_500", "status_502")
AMBIGUOUS = ("timeout_after", "broken_json", "cut_after")


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call is given up after a moment, as it is after 20 seconds."""
    monkeypatch.setattr(Telegram.call, "__defaults__", (None, 0.3))


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize("kind", [*SURE, *AMBIGUOUS])
async def test_trouble_while_sending_loses_nothing_and_keeps_order(
    english: Stage, kind: str
) -> None:
    phone, desk, thread = await in_talk(english)
    for chat in (SOCIAL, phone.id):
        english.world.faults.add(Fault(kind, "sendMessage", times=2, chat_id=chat))
    for number in NUMBERS:
        phone.say(f"hers {number}")
        desk.reply(thread, f"answer {number}")

    def passed() -> list[str]:
        return [t for t in desk.texts(thread) if t.startswith("She: hers")]

    def answers() -> list[str]:
        return [t for t in phone.texts if t.startswith("answer")]

    await in_minutes(english, lambda: passed()[-1:] == ["She: hers 5"], "her words")
    await english.until(lambda: answers()[-1:] == ["answer 5"], "the answers")
    plain = [t.removesuffix("\n↻") for t in passed()]
    doubled = 2 if kind in AMBIGUOUS else 0
    assert plain == ["She: hers 1"] * doubled + [f"She: hers {n}" for n in NUMBERS]
    assert answers() == ["answer 1"] * doubled + [f"answer {n}" for n in NUMBERS]
    if kind in AMBIGUOUS:
        assert passed()[0] == "She: hers 1", "the first one is no repetition"
        assert all(t.endswith("↻") for t in passed()[1:3]), "staff see what may be a double"
    if kind == "too_many":
        assert not any("↻" in t for t in passed()), "refused is not ambiguous"
