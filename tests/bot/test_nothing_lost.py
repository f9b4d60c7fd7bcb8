"""Nothing is lost and order holds, whatever the moment at which the process is killed."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from bot.sending import AT_ONCE
from tests.bot.crowd import AREAS, EACH, PEOPLE, Crowd, settings
from tests.bot.nursery import spawn
from tests.bot.scene import ENGLISH, Desk, Fuse, Phone, on_update
from tests.support import Stage, stage

KILLS = 21
IN_THE_WAY_IN = 9
"""How many of them come before the numbered messages."""


@contextlib.asynccontextmanager
async def always_running(
    set_stage: Stage, fuse: Fuse, most: Callable[[], int]
) -> AsyncIterator[None]:
    """The process is started again as soon as it has been killed, and its next end prepared
    until it has been killed `most()` times."""

    async def watch() -> None:
        while True:
            assert set_stage.process is not None
            await set_stage.process.wait()
            set_stage.world.updates.held.clear()
            await spawn(set_stage)
            if len(fuse.kills) < most():
                fuse.light(20, 160)

    await spawn(set_stage)
    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching


async def test_200_people_talk_while_the_process_is_killed_again_and_again(tmp_path: Path) -> None:
    chance = random.Random(20)
    async with stage(tmp_path, toml=settings()) as set_stage:
        fuse = Fuse(set_stage, chance)
        people = [set_stage.world.add_person(f"P{n}", language="en").id for n in range(PEOPLE)]
        crowd = Crowd(set_stage, [Phone(set_stage, n) for n in people])
        most = lambda: KILLS if crowd.cases else IN_THE_WAY_IN  # noqa: E731
        async with always_running(set_stage, fuse, most):
            fuse.light(100, 300)
            await crowd.walk_in()
            await crowd.claim_all()
            fuse.light(20, 160)
            await crowd.exchange(chance)
            await crowd.until(crowd.arrived, "everything, both ways", minutes=True)
            doubles = crowd.doubles()
        messages = 2 * EACH * PEOPLE
        print(f"{messages} messages, {len(fuse.kills)} kills, {doubles.total()} doubles: {doubles}")
        assert len(fuse.kills) >= 20
        assert max(doubles.values(), default=0) <= AT_ONCE + AREAS, (
            "more doubled than was being sent"
        )
        for way in (crowd.to_desk, crowd.to_person):
            for phone in crowd.phones:
                numbers = way(phone)
                assert numbers == sorted(numbers), f"out of order: {numbers}"


async def test_killed_between_every_two_steps_of_one_conversation(tmp_path: Path) -> None:
    async with stage(tmp_path, toml=ENGLISH) as set_stage:
        phone = Phone(set_stage, set_stage.world.add_person("Amina", language="en").id)
        desk = Desk(set_stage)
        for deed in ("=/start", "welcome:gate:yes", "go:talk", "talk:danger:no", "=it is bad"):
            await spawn(set_stage)
            await phone.do(deed)
            await set_stage.kill()
        await spawn(set_stage)
        thread = await desk.case("it is bad")
        await set_stage.kill()
        desk.press(thread, "claim")
        await spawn(set_stage)
        await set_stage.until(lambda: "has your request" in phone.texts[-1], "she is told")
        await set_stage.kill()
        phone.say("are you there")
        desk.reply(thread, "yes, I am here")
        await spawn(set_stage)
        await set_stage.until(lambda: "She: are you there" in desk.texts(thread), "her words")
        await set_stage.until(lambda: "yes, I am here" in phone.texts, "the answer")


async def test_killed_while_each_update_is_handed_out(tmp_path: Path) -> None:
    """The update has left Telegram and is in no store yet: it is handed out again."""
    async with stage(tmp_path, toml=ENGLISH) as set_stage:
        fuse = Fuse(set_stage, random.Random(1))
        phone = Phone(set_stage, set_stage.world.add_person("Amina", language="en").id)
        await spawn(set_stage)
        handed: list[int] = []
        on_update(set_stage, handed.append)
        for deed in ("=/start", "=yes"):
            fuse.next_update()
            acting = asyncio.create_task(phone.do(deed))
            assert set_stage.process is not None
            await set_stage.process.wait()
            assert len(phone.from_bot) == len(set(handed)) - 1, "the killed process had answered"
            await set_stage.kill()
            await spawn(set_stage)
            await acting
        await set_stage.until(lambda: "go:talk" in phone.buttons, "the menu")
        assert len(handed) == len(set(handed)) + 2
