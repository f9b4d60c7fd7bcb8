"""The bots that are measured, each in a process of its own, pinned to one core where that can be."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.sandbox.server import Running

from .scripts import Script, of_echo, of_igor

CONFIG = "igor.toml"


@dataclass(frozen=True)
class Bot:
    """A bot: its name in the table, and what people do with it."""

    name: str
    script: Callable[[int], Script]
    module: str = ""

    def command(self, running: Running, folder: Path) -> list[str]:
        """How its process is started."""
        if not self.module:
            return [sys.executable, "-m", "bot", "run", "--config", str(folder / CONFIG)]
        return [sys.executable, "-m", self.module, running.api_url, running.world.token]


IGOR = Bot("igor-bot", of_igor)
TELEGRAM_BOT = Bot("bare python-telegram-bot echo", of_echo, "tests.bench.echo_telegram_bot")
AIOGRAM = Bot("bare aiogram echo", of_echo, "tests.bench.echo_aiogram")


def rivals() -> list[Bot]:
    """Return the echoes that can be measured here."""
    there = importlib.util.find_spec("aiogram") is not None
    return [TELEGRAM_BOT, *([AIOGRAM] if there else [])]


def pin(pid: int, last: bool) -> None:
    """Keep a process on the last core, or (the sandbox, pid 0) on all others."""
    if not hasattr(os, "sched_setaffinity"):
        return
    cores = sorted(_CORES)
    if len(cores) > 1:
        os.sched_setaffinity(pid, {cores[-1]} if last else set(cores[:-1]))


_CORES = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()


@dataclass(frozen=True)
class Process:
    """A running bot."""

    pid: int

    def cpu_s(self) -> float | None:
        """Seconds of processor time used so far, None where /proc does not tell."""
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return None

    def memory_mb(self) -> float | None:
        """Resident memory now, in MB of a million bytes, None where /proc does not tell."""
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) * 1024 / 1e6
        return None


def machine_cpu_s() -> float:
    """Seconds of processor time that all programs together have used, 0 where nobody tells."""
    with contextlib.suppress(OSError):
        fields = [int(one) for one in Path("/proc/stat").read_text().split("\n")[0].split()[1:]]
        idle = fields[3] + fields[4]
        return (sum(fields[:8]) - idle) / os.sysconf("SC_CLK_TCK")
    return 0.0


@asynccontextmanager
async def started(bot: Bot, running: Running, folder: Path) -> AsyncIterator[Process]:
    """Run a bot against the sandbox; it is ended with the block."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("IGOR_")}
    with (folder / "bot.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *bot.command(running, folder),
            env={**clean, "IGOR_TOKEN": running.world.token, "IGOR_API_URL": running.api_url},
            stdout=log,
            stderr=log,
        )
    pin(process.pid, last=True)
    try:
        yield Process(process.pid)
        if process.returncode is not None:
            raise RuntimeError(f"{bot.name} stopped by itself; see {folder / 'bot.log'}")
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()  # it has been measured; how it stops is for the tests
        await process.wait()
