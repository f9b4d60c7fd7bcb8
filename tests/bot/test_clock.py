"""The clocks: the machine's, and one that tests move."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from bot.clock import MovedClock, SystemClock
from bot.sandbox.server import serve
from bot.sandbox.world import World


@pytest.fixture
async def world() -> World:
    return World(limits=False)


@pytest.fixture
async def moved(world: World) -> AsyncIterator[MovedClock]:
    """A clock that follows the sandbox's."""
    async with serve(world) as running:
        clock = MovedClock(f"{running.control_url}/clock")
        await clock.start()
        watching = asyncio.create_task(clock.watch())
        yield clock
        watching.cancel()
        await clock.close()


async def shows(clock: MovedClock, world: World) -> None:
    """Wait until the moved clock shows the sandbox's time."""
    async with asyncio.timeout(5):
        while abs(clock.now() - world.clock.now()) > 1:
            await clock.wait_until(clock.now() + 3600)


async def test_the_machines_clock_shows_its_time() -> None:
    assert abs(SystemClock().now() - time.time()) < 1


async def waited(monkeypatch: pytest.MonkeyPatch, at: float) -> float:
    """How long the machine's clock sleeps for `at`."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    with monkeypatch.context() as patched:
        patched.setattr(asyncio, "sleep", sleep)
        await SystemClock().wait_until(at)
    (seconds,) = slept
    return seconds


async def test_the_machines_clock_waits_a_minute_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a clock that was put right meanwhile is noticed."""
    now = time.time()
    assert await waited(monkeypatch, now - 100) == 0
    assert 20 < await waited(monkeypatch, now + 30) <= 30
    assert await waited(monkeypatch, now + 86_400) == 60


@pytest.mark.parametrize("by", [86_400.0, -86_400.0])
async def test_a_move_is_followed(moved: MovedClock, world: World, by: float) -> None:
    before = moved.now()
    assert abs(before - world.clock.now()) < 1
    world.clock.move(by)
    await shows(moved, world)
    assert abs(moved.now() - before - by) < 5


async def test_moves_in_a_row_are_followed(moved: MovedClock, world: World) -> None:
    before = moved.now()
    for by in (100, 200, -50, 3600, -7200, 5) * 4:
        world.clock.move(by)
        await moved.wait_until(moved.now() + 0.01)
    await shows(moved, world)
    assert abs(moved.now() - before + 3345 * 4) < 5


async def test_all_who_wait_are_woken_by_a_move(moved: MovedClock, world: World) -> None:
    ends = [moved.now() + s for s in (1000, 2000, 3000)]
    waits = [asyncio.create_task(moved.wait_until(at)) for at in ends]
    await asyncio.sleep(0)
    assert not any(w.done() for w in waits)
    began = time.monotonic()
    world.clock.move(2500)
    async with asyncio.timeout(5):
        await asyncio.gather(*waits)
    assert time.monotonic() - began < 2
    assert ends[1] <= moved.now() < ends[2]


async def test_what_is_over_is_not_waited_for(moved: MovedClock) -> None:
    async with asyncio.timeout(1):
        await moved.wait_until(moved.now() - 5)
        await moved.wait_until(moved.now() + 0.01)


async def test_waiting_ends_at_the_time_when_nothing_moves(moved: MovedClock) -> None:
    at = moved.now() + 0.05
    async with asyncio.timeout(2):
        while moved.now() < at:
            await moved.wait_until(at)


async def test_nobody_answers() -> None:
    clock = MovedClock("http://127.0.0.1:1/clock")
    with pytest.raises(httpx.HTTPError):
        await clock.start()
    await clock.close()


@pytest.mark.parametrize("answer", ["not JSON", "{}", '{"now": "late"}', "500"])
async def test_a_clock_that_fails_for_a_while_is_followed_again(
    moved: MovedClock, world: World, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    """The watcher asks again; the last known time goes on."""
    failures = 2
    seen = asyncio.Event()
    ask = httpx.AsyncClient.get

    async def fail(client: httpx.AsyncClient, url: Any, **about: Any) -> httpx.Response:
        nonlocal failures
        if failures:
            failures -= 1
            if answer == "500":
                raise httpx.ReadError("cut")
            return httpx.Response(200, text=answer)
        seen.set()
        return await ask(client, url, **about)

    monkeypatch.setattr(httpx.AsyncClient, "get", fail)
    world.clock.move(10)
    async with asyncio.timeout(5):
        await seen.wait()
    world.clock.move(86_400)
    await shows(moved, world)
