"""The desk under Telegram's limits: alerts go before chat, nothing is lost, order is kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.pacing import GROUP_BUDGET, RESERVED
from bot.sandbox.faults import Fault
from tests.bot.scene import ENGLISH, Desk, Phone, in_talk
from tests.support import SOCIAL, Stage, stage

CHAT = 30


@pytest.fixture
async def limited(tmp_path: Path) -> AsyncIterator[Stage]:
    """Telegram's limits are on."""
    async with stage(tmp_path, limits=True, toml=ENGLISH) as set_stage:
        await set_stage.start()
        yield set_stage


@pytest.fixture
async def unlimited(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path, toml=ENGLISH) as set_stage:
        await set_stage.start()
        yield set_stage


def sent_to_desk(set_stage: Stage) -> int:
    """Calls that count in the desk's minute and went through, ever."""
    counted = ("sendMessage", "editMessageText", "editMessageReplyMarkup", "createForumTopic")
    calls = set_stage.world.calls
    return sum(c.ok and c.method in counted and c.params.get("chat_id") == SOCIAL for c in calls)


def refused(set_stage: Stage) -> list[str]:
    """The methods that met a 429."""
    return [c.method for c in set_stage.world.calls if c.code == 429]


async def pass_time(set_stage: Stage, done: object, minutes: int = 10) -> None:
    """Let minutes go by until `done()`, each after the bot has sent what it may."""
    assert callable(done)
    for _ in range(minutes * 4):
        try:
            await set_stage.until(done, "", seconds=0.15)
            return
        except AssertionError:
            set_stage.world.clock.move(15)
    await set_stage.until(done, f"not after {minutes} minutes on the clock")


def relayed(desk: Desk, thread: int) -> list[str]:
    """Her words in the topic, in the order they stand there."""
    return [t.removeprefix("She: ") for t in desk.texts(thread) if t.startswith("She: ")]


async def chat_away(set_stage: Stage, phone: Phone) -> None:
    """She writes until the desk's minute has nothing left for chat."""
    for n in range(CHAT):
        phone.say(f"word {n}")
    allowed = GROUP_BUDGET - RESERVED
    await set_stage.until(lambda: sent_to_desk(set_stage) >= allowed, "the minute is used up")


async def enter(set_stage: Stage, name: str) -> Phone:
    """Somebody past the gate."""
    phone = Phone(set_stage, set_stage.world.add_person(name, language="en").id)
    await phone.enter()
    return phone


async def test_a_new_request_reaches_a_desk_whose_minute_is_used_up(limited: Stage) -> None:
    phone, desk, thread = await in_talk(limited)
    fresh = await enter(limited, "Fatima")
    await fresh.do("go:talk", "talk:danger:no")
    await chat_away(limited, phone)
    assert len(relayed(desk, thread)) < CHAT, "chat waits"
    began = limited.world.clock.now()
    fresh.say("it is me")
    await limited.until(lambda: desk.thread_of("it is me"), "topic and card", seconds=4)
    assert limited.world.clock.now() - began < 2
    assert len(relayed(desk, thread)) < CHAT, "chat still waits"
    await pass_time(limited, lambda: len(relayed(desk, thread)) >= CHAT)
    assert relayed(desk, thread) == [f"word {n}" for n in range(CHAT)], "nothing lost, in order"


async def test_chat_alone_is_never_refused(limited: Stage) -> None:
    phone, desk, thread = await in_talk(limited)
    await chat_away(limited, phone)
    await pass_time(limited, lambda: len(relayed(desk, thread)) >= CHAT)
    assert relayed(desk, thread) == [f"word {n}" for n in range(CHAT)]
    to_desk = [c for c in limited.world.calls if c.params.get("chat_id") == SOCIAL]
    assert not [c for c in to_desk if c.code == 429]


async def test_many_requests_in_one_minute_all_arrive(limited: Stage) -> None:
    people = await asyncio.gather(*(enter(limited, f"Person {n}") for n in range(16)))
    desk = Desk(limited)
    await asyncio.gather(*(p.do("go:talk", "talk:danger:no") for p in people))
    for n, phone in enumerate(people):
        phone.say(f"request {n:02}.")
    wanted = [f"request {n:02}." for n in range(16)]
    await pass_time(limited, lambda: all(desk.thread_of(words) for words in wanted))
    assert "createForumTopic" in refused(limited) or "sendMessage" in refused(limited)
    assert len(desk.threads) == 16, "a topic each, none twice"
    for words in wanted:
        thread = desk.thread_of(words)
        assert thread is not None
        assert sum("claim" in desk.deeds(post) for post in desk.posts(thread)) == 1, "one card"


@pytest.mark.parametrize("method", ["createForumTopic", "sendMessage"])
async def test_a_refused_alert_arrives_once_the_time_is_over(unlimited: Stage, method: str) -> None:
    phone = await enter(unlimited, "Amina")
    desk = Desk(unlimited)
    unlimited.world.faults.add(Fault("too_many", method, 2, SOCIAL, seconds=20))
    await phone.ask_to_talk("please talk")
    await unlimited.until(lambda: refused(unlimited), "it is refused")
    assert desk.thread_of("please talk") is None
    await pass_time(unlimited, lambda: desk.thread_of("please talk"), minutes=2)
    assert refused(unlimited) == [method] * 2
    assert len(desk.threads) == 1


@pytest.mark.parametrize("method", ["sendMessage", "editMessageText"])
async def test_refused_chat_keeps_its_order(unlimited: Stage, method: str) -> None:
    phone, desk, thread = await in_talk(unlimited)
    fault = Fault("too_many", method, 3, SOCIAL, seconds=20)
    unlimited.world.faults.add(fault)
    if method == "editMessageText":
        desk.press(thread, "release")  # the card is edited
        await unlimited.until(lambda: method in refused(unlimited), "the edit is refused")
    for n in range(8):
        phone.say(f"word {n}")
    await unlimited.until(lambda: refused(unlimited), "it is refused")
    await pass_time(unlimited, lambda: len(relayed(desk, thread)) >= 8, minutes=2)
    assert relayed(desk, thread) == [f"word {n}" for n in range(8)]
    if method == "editMessageText":
        await pass_time(unlimited, lambda: "claim" in desk.deeds(desk.card(thread)), minutes=3)
    assert fault.times <= 0


async def test_refused_replies_reach_her_in_order(unlimited: Stage) -> None:
    phone, desk, thread = await in_talk(unlimited)
    unlimited.world.faults.add(Fault("too_many", "sendMessage", 3, phone.id, seconds=20))
    replies = [f"reply {n}" for n in range(5)]
    for words in replies:
        desk.reply(thread, words)
    await unlimited.until(lambda: refused(unlimited), "it is refused")
    await pass_time(unlimited, lambda: phone.texts[-1] == "reply 4", minutes=2)
    assert [t for t in phone.texts if t.startswith("reply")] == replies


async def test_a_private_chats_limit_is_obeyed(limited: Stage) -> None:
    """More than Telegram allows to one chat at once: all of it arrives, in order."""
    phone, desk, thread = await in_talk(limited)
    replies = [f"reply {n}" for n in range(12)]
    for words in replies:
        desk.reply(thread, words)
    await pass_time(limited, lambda: phone.texts[-1] == "reply 11", minutes=3)
    assert [t for t in phone.texts if t.startswith("reply")] == replies


async def test_the_first_alert_of_a_restart_while_reactions_wait(unlimited: Stage) -> None:
    """What is no message (a reaction) leaves the desk's lane at once; the alert beside it, that
    still makes its topic, is not harmed by that."""
    phone, desk, thread = await in_talk(unlimited)
    fresh = await enter(unlimited, "Fatima")
    await fresh.do("go:talk", "talk:danger:no")
    await unlimited.stop()
    await unlimited.start()
    unlimited.world.faults.add(Fault("slow", "createForumTopic", 1, SOCIAL, seconds=0.5))
    fresh.say("it is me")
    slow = "createForumTopic"
    await unlimited.until(lambda: not unlimited.world.faults, f"{slow} is on its way")
    reply = desk.reply(thread, "a reply")  # its reaction is all that the desk's own lane sends
    await unlimited.until(lambda: reply.reactions, "a reaction")
    await unlimited.until(lambda: desk.thread_of("it is me"), "the card")
    await unlimited.until(lambda: "a reply" in phone.texts, "the reply")
