"""The bot as a process beside the demo: started, killed, started again, never left behind."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

PATIENCE = 5.0
SETUP_PATIENCE = 60.0
PR_SET_PDEATHSIG = 1
PROGRAM = (sys.executable, "-m", "bot")

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(slots=True)
class Supervisor:
    """One bot process at a time; `say` is told, in a sentence, when it ends by itself."""

    say: Callable[[str], None]
    command: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    process: asyncio.subprocess.Process | None = None
    starts: int = 0
    error: str = ""
    _wanted: bool = False
    _watch: asyncio.Task[None] | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def running(self) -> bool:
        """Whether the bot's process is alive."""
        return self.process is not None and self.process.returncode is None

    def status(self) -> dict[str, Any]:
        """What the page shows: running, pid, restarts, and why it ended by itself."""
        pid = self.process.pid if self.running and self.process else None
        restarts = max(0, self.starts - 1)
        return {"running": self.running, "pid": pid, "restarts": restarts, "error": self.error}

    async def start(self) -> None:
        """Start the bot unless it runs."""
        async with self._turn:
            if self.running:
                return
            self.process = await _spawn(self.env, *self.command)
            self.starts += 1
            self.error = ""
            self._wanted = True
            self._watch = asyncio.create_task(self._follow(self.process))

    async def kill(self) -> None:
        """End the bot as kill -9 does, in the middle of whatever it does."""
        async with self._turn:
            self._wanted = False
            await self._end(signal.SIGKILL, PATIENCE)

    async def stop(self) -> None:
        """Ask the bot to end; kill it when it has not within a few seconds."""
        async with self._turn:
            self._wanted = False
            await self._end(signal.SIGTERM, PATIENCE)
            await self._end(signal.SIGKILL, PATIENCE)

    async def _end(self, how: signal.Signals, patience: float) -> None:
        if self.process is None or self._watch is None or not self.running:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, how)  # its own session: helpers it started end with it
        await asyncio.wait({self._watch}, timeout=patience)

    async def _follow(self, process: asyncio.subprocess.Process) -> None:
        last = await _last_line(process)
        code = await process.wait()
        if self._wanted and process is self.process:
            self.error = last.removeprefix("igor-bot: ") or f"it ended with exit code {code}."
            self.say(f"The bot stopped by itself: {self.error}")


async def complete(env: dict[str, str], *command: str) -> str | None:
    """Run one `igor-bot` command to its end; None when it went well, else its last sentence."""
    process = await _spawn(env, *command)
    try:
        async with asyncio.timeout(SETUP_PATIENCE):
            last = await _last_line(process)
            code = await process.wait()
    except TimeoutError:
        return f"`igor-bot {command[0]}` did not end within {SETUP_PATIENCE:.0f} seconds."
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    return (
        None
        if code == 0
        else last.removeprefix("igor-bot: ")
        or f"`igor-bot {command[0]}` ended with exit code {code}."
    )


async def _spawn(env: dict[str, str], *command: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *PROGRAM,
        *command,
        env=env,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,  # Ctrl-C in the terminal reaches only the demo, which then ends it
        preexec_fn=_end_with_parent if _libc else None,
    )


def _end_with_parent() -> None:
    # Runs in the child: should the demo itself be killed with -9, the kernel ends the bot too.
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


async def _last_line(process: asyncio.subprocess.Process) -> str:
    """Read all that the process writes, so that it never blocks; the last line is the answer."""
    lines: deque[str] = deque([""], maxlen=1)
    rest = b""
    while process.stdout and (piece := await process.stdout.read(65536)):
        *whole, rest = (rest + piece).split(b"\n")
        rest = rest[-4096:]
        lines.extend(t for line in whole if (t := line.decode("utf-8", "replace").strip()))
    return rest.decode("utf-8", "replace").strip() or lines[-1]
