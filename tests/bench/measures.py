"""What is measured: a fresh sandbox and a fresh bot each time; times are taken in the sandbox."""

from __future__ import annotations

import asyncio
import gc
import resource
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from bot.sandbox.server import Running, serve
from bot.sandbox.world import World

from . import scripts, settings
from .bots import IGOR, Bot, Process, machine_cpu_s, started
from .crowd import Crowd, Person, Sample
from .scripts import Act

Figures = dict[str, float | None]
PATIENCE_S = 30.0
CHAT = 25
"""Lines that one person writes to her desk: more than a group's minute takes."""


@dataclass(frozen=True)
class Size:
    """How large the load is, and how long it is watched."""

    people: int = 500
    warm_s: float = 2.0
    watch_s: float = 8.0
    per_second: float = 300.0
    known: int = 10_000
    cases: int = 100_000
    areas: int = 4
    quiet_s: float = 3.0


class BenchError(Exception):
    """The bench itself went wrong: its numbers would mean nothing."""


@asynccontextmanager
async def sandbox(
    bot: Bot, people: int, *, limits: bool = False, areas: int = 1
) -> AsyncIterator[tuple[Running, Crowd]]:
    """A sandbox with desks and a crowd that stands ready."""
    gc.collect()  # what the run before left behind is not to be paid for in this one
    world = World(limits=limits)
    world.record_calls = False
    async with serve(world) as running:
        world.add_person("Sara", user_id=settings.STAFF)
        for number in range(areas):
            world.add_group(f"Desk {number}", [settings.STAFF], chat_id=settings.DESK - number)
        yield running, Crowd(world, people, bot.script)


@asynccontextmanager
async def folder_from(prepared: Path | None = None, areas: int = 1) -> AsyncIterator[Path]:
    """A folder for one run: settings and an empty store, or a copy of a prepared one."""
    with TemporaryDirectory(prefix="igor-bench-") as name:
        folder = Path(name)
        if prepared is None:
            settings.write(folder, areas)
        else:
            shutil.copytree(prepared, folder, dirs_exist_ok=True)
        yield folder


# Under load ----------------------------------------------------------------------------------------


async def under_load(bot: Bot, size: Size, prepared: Path | None = None) -> Figures:
    """Everybody at once, each goes on when answered; then the same people at a steady rate."""
    async with (
        folder_from(prepared) as folder,
        sandbox(bot, size.people) as (running, crowd),
        started(bot, running, folder) as process,
    ):
        await _polling(running)
        crowd.start()
        await asyncio.sleep(size.warm_s)
        figures = await _closed_loop(crowd, process, size)
        figures |= await _at_a_rate(crowd, size)
        crowd.stop()
        with suppress(BenchError):
            await _until(lambda: not crowd.waiting, "everything was answered")
    if crowd.lost:
        raise BenchError(f"{len(crowd.lost)} acts went wrong, the first: {crowd.lost[0]}")
    return figures | {"unanswered": float(crowd.waiting)}


async def _closed_loop(crowd: Crowd, process: Process, size: Size) -> Figures:
    began, busy, own, cpu = monotonic(), machine_cpu_s(), _own_cpu_s(), process.cpu_s()
    await asyncio.sleep(size.watch_s)
    ended, busy, own = monotonic(), machine_cpu_s() - busy, _own_cpu_s() - own
    used = (process.cpu_s() or 0) - (cpu or 0)
    crowd.pace(size.per_second)
    with suppress(BenchError):
        await _until(lambda: crowd.all_since(ended), "the answers that were waited for")
    updates = sum(began <= at < ended for at in crowd.arrived)
    return {
        "updates_s": updates / (ended - began),
        **_spread("answer", crowd.answers, began, ended),
        "cpu_ms": None if cpu is None else used * 1000 / max(updates, 1),
        "memory_mb": process.memory_mb(),
        "sandbox_busy": own / (ended - began),
        "others_busy": max(busy - own - used, 0) / (ended - began),
        **_spread("exit", crowd.exits, 0, ended),
        **_spread("alert", crowd.alerts, 0, ended),
    }


async def _at_a_rate(crowd: Crowd, size: Size) -> Figures:
    """Somebody acts at a fixed rate, whatever has been answered."""
    began = monotonic()
    await asyncio.sleep(size.watch_s / 2)
    return _spread("rate_answer", crowd.answers, began, monotonic())


async def _polling(running: Running) -> None:
    try:
        await asyncio.wait_for(running.world.updates.held.wait(), PATIENCE_S)
    except TimeoutError:
        raise BenchError("the bot did not begin to poll; see its bot.log") from None


def _own_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _spread(name: str, samples: Sequence[Sample], began: float, ended: float) -> Figures:
    """Percentiles in milliseconds of what began in a span of time."""
    took = sorted(one * 1000 for since, one in samples if began <= since < ended)
    figures: Figures = {f"{name}_n": float(len(took))}
    for key, share in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1.0)):
        at = min(int(len(took) * share), len(took) - 1)
        figures[f"{name}_{key}"] = took[at] if took else None
    return figures


# A desk whose minute is used up --------------------------------------------------------------------


async def alert_in_a_full_desk(size: Size) -> Figures:
    """Limits on: one person's chat uses up each desk's minute, then two others ask for help."""
    areas = size.areas
    bot = Bot(IGOR.name, lambda number: scripts.comes_to_ask(number, areas))
    async with (
        folder_from(areas=areas) as folder,
        sandbox(bot, 3 * areas, limits=True, areas=areas) as (running, crowd),
        started(IGOR, running, folder),
    ):
        await _polling(running)
        crowd.start()
        await _until(lambda: not crowd.waiting, "everybody stood before the last question")
        people = list(crowd.people.values())
        for person in people[:areas]:
            _does(crowd, person, [scripts.asking(person.number)])
            _does(crowd, person, [Act("write", f"Line {n}.") for n in range(CHAT)])
        await _quiet(crowd, size.quiet_s)
        began = monotonic()
        for person in people[areas:]:
            _does(crowd, person, [scripts.asking(person.number)])
        await _until(lambda: not crowd.asked, "the desks were alerted")
    return _spread("full_alert", crowd.alerts, began, monotonic())


def _does(crowd: Crowd, person: Person, acts: Sequence[Act]) -> None:
    person.script = iter(acts)
    for _ in acts:
        crowd.act(person)


async def _quiet(crowd: Crowd, seconds: float) -> None:
    """Wait until nothing more reaches the desks: their minute is used up."""
    before = -1
    while (now := crowd.posts.total()) != before:
        before = now
        await asyncio.sleep(seconds)


async def _until(holds: Callable[[], bool], what: str) -> None:
    end = monotonic() + PATIENCE_S
    while not holds():
        if monotonic() > end:
            raise BenchError(f"not within {PATIENCE_S:.0f} s: {what}")
        await asyncio.sleep(0.02)


# Cold start ----------------------------------------------------------------------------------------


async def cold_start(prepared: Path | None = None) -> float:
    """Seconds from starting the process to the answer to an update that was waiting."""
    async with folder_from(prepared) as folder, sandbox(IGOR, 1) as (running, crowd):
        crowd.start()
        began = monotonic()
        async with started(IGOR, running, folder):
            await _until(lambda: bool(crowd.arrived), "the bot answered after its start")
    return crowd.arrived[0] - began
