"""Flood limits on the sandbox's clock, and faults to order."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from conftest import make_bot
from telegram import Bot, Update
from telegram.error import NetworkError, RetryAfter, TelegramError, TimedOut

from bot.sandbox.errors import SandboxError
from bot.sandbox.faults import Fault
from bot.sandbox.model import Chat, User
from bot.sandbox.server import Running
from bot.sandbox.world import World

pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")


@pytest.fixture
async def hasty(running: Running) -> AsyncIterator[Bot]:
    """A bot that gives up soon."""
    async with make_bot(running) as warm:
        assert await warm.get_me()
    bot = make_bot(running, read_timeout=0.3)
    yield bot
    await bot.shutdown()


@dataclass
class StillClock:
    """Stands until moved, so that a slow machine changes nothing."""

    unix: float = 2_000_000_000

    def now(self) -> float:
        return self.unix


def limited(world: World) -> StillClock:
    """Switch the limits on, under a clock that stands still."""
    clock = world.limits.clock = StillClock()
    world.limits.on = True
    return clock


def wait_of(refused: pytest.ExceptionInfo[RetryAfter]) -> float:
    wait = refused.value.retry_after
    return wait if isinstance(wait, int) else wait.total_seconds()


async def test_five_at_once_then_one_a_second(world: World, bot: Bot, ada: User) -> None:
    clock = limited(world)
    for number in range(5):
        await bot.send_message(ada.id, str(number))
    with pytest.raises(RetryAfter) as refused:
        await bot.send_message(ada.id, "6")
    assert wait_of(refused) == 1
    clock.unix += 1
    sent = await bot.send_message(ada.id, "6")
    await bot.send_chat_action(ada.id, "typing")
    await bot.delete_message(ada.id, sent.message_id)


async def test_twenty_a_minute_in_a_group(world: World, bot: Bot, desk: Chat) -> None:
    clock = limited(world)
    topic = await bot.create_forum_topic(desk.id, "K-1")
    card = await bot.send_message(desk.id, "0", message_thread_id=topic.message_thread_id)
    for number in range(18):
        await bot.edit_message_text(f"edit {number}", desk.id, card.message_id)
    clock.unix += 50
    with pytest.raises(RetryAfter) as refused:
        await bot.edit_message_text("one more", desk.id, card.message_id)
    assert wait_of(refused) == 10
    await bot.delete_message(desk.id, card.message_id)
    clock.unix += 10
    await bot.send_message(desk.id, "again")


async def test_thirty_a_second_in_all(world: World, bot: Bot) -> None:
    limited(world)
    people = [world.add_person(f"P{number}") for number in range(40)]
    for person in people:
        world.say(person.id, person.id, "/start")
    sends = [bot.send_message(person.id, "x") for person in people]
    answers = await asyncio.gather(*sends, return_exceptions=True)
    refused = [one for one in answers if isinstance(one, RetryAfter)]
    assert len(refused) == 10


async def test_a_refusal_names_its_wait_twice(running: Running, world: World, ada: User) -> None:
    world.faults.add(Fault("too_many", "sendMessage", seconds=7))
    url = f"{running.api_url}/bot{world.token}/sendMessage"
    async with httpx.AsyncClient() as client:
        answer = await client.post(url, data={"chat_id": ada.id, "text": "x"})
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "7"
    assert answer.json() == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 7",
        "parameters": {"retry_after": 7},
    }


FAULTS = [
    ("timeout_before", TimedOut, False),
    ("timeout_after", TimedOut, True),
    ("cut_before", NetworkError, False),
    ("cut_after", NetworkError, True),
    ("status_500", NetworkError, False),
    ("status_502", NetworkError, False),
    ("too_many", RetryAfter, False),
    ("broken_json", TelegramError, True),
]


@pytest.mark.parametrize(("kind", "error", "effect"), FAULTS, ids=[row[0] for row in FAULTS])
async def test_faults_on_the_wire(
    world: World, hasty: Bot, ada: User, kind: str, error: type[Exception], effect: bool
) -> None:
    before = len(world.chat_view(ada.id))
    world.faults.add(Fault(kind, "sendMessage", chat_id=ada.id))
    with pytest.raises(error):
        await hasty.send_message(ada.id, "x")
    assert len(world.chat_view(ada.id)) == before + effect
    assert (await hasty.send_message(ada.id, "next")).text == "next"


async def test_a_fault_after_the_effect(world: World, bot: Bot, ada: User) -> None:
    world.faults.add(Fault("status_500", after=True))
    with pytest.raises(NetworkError):
        await bot.send_message(ada.id, "x")
    assert world.chat_view(ada.id)[-1]["text"] == "x"


async def test_faults_hit_only_what_they_name(world: World, bot: Bot, ada: User) -> None:
    eva = world.add_person("Eva")
    world.say(eva.id, eva.id, "hi")
    world.faults.add(Fault("status_500", "sendMessage", times=2, chat_id=ada.id))
    assert await bot.send_message(eva.id, "x")
    assert await bot.get_updates()
    for _ in range(2):
        with pytest.raises(NetworkError):
            await bot.send_message(ada.id, "x")
    assert await bot.send_message(ada.id, "x")
    assert not world.faults


async def test_down_refuses_everything(world: World, bot: Bot, ada: User) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await world.updates.held.wait()
    world.faults.add(Fault("down"))
    with pytest.raises(NetworkError):
        await poll
    with pytest.raises(NetworkError):
        await bot.send_message(ada.id, "x")
    world.faults.clear()
    assert await bot.send_message(ada.id, "x")


async def test_slow_answers_late_but_well(world: World, bot: Bot, ada: User) -> None:
    world.faults.add(Fault("slow", "sendMessage", seconds=0.05))
    started = asyncio.get_running_loop().time()
    await bot.send_message(ada.id, "x")
    assert asyncio.get_running_loop().time() - started >= 0.05


async def test_duplicate_updates(world: World, bot: Bot, ada: User) -> None:
    world.faults.add(Fault("duplicate_updates"))
    world.say(ada.id, ada.id, "once")
    twice = await bot.get_updates()
    assert [one.update_id for one in twice] == [twice[0].update_id] * 2
    assert world.seen_update_ids == [twice[0].update_id] * 2


async def test_late_updates(world: World, bot: Bot, ada: User) -> None:
    world.faults.add(Fault("late_updates", seconds=60))
    world.say(ada.id, ada.id, "late")
    world.say(ada.id, ada.id, "in time")
    first = await bot.get_updates()
    assert [one.effective_message.text for one in first] == ["in time"]
    poll = asyncio.create_task(bot.get_updates(offset=first[0].update_id + 1, timeout=30))
    await world.updates.held.wait()
    world.clock.move(61)
    assert [one.effective_message.text for one in await poll] == ["late"]


async def test_an_unparsable_update(world: World, running: Running) -> None:
    world.faults.add(Fault("unparsable_update"))
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{running.api_url}/bot{world.token}/getUpdates")
    [update] = answer.json()["result"]
    with pytest.raises((TypeError, ValueError, KeyError, AttributeError)):
        Update.de_json(update, None)


def test_no_other_faults(world: World) -> None:
    with pytest.raises(SandboxError):
        world.faults.add(Fault("earthquake"))
