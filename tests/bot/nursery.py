"""Bot processes that start at once: each is forked from one that has imported everything.

A restart costs a second, nearly all of it imports; the tests that kill would only wait for them.
`python -m tests.bot.nursery` reads orders from standard input, a JSON object a line.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import os
import signal
import subprocess
import sys
from functools import cache
from pathlib import Path

from tests.support import Stage


class Child:
    """A forked bot, as asyncio's Process looks to those who kill it."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._handle = os.pidfd_open(pid)
        self._ended = asyncio.Event()
        asyncio.get_running_loop().add_reader(self._handle, self._end)

    def _end(self) -> None:
        asyncio.get_running_loop().remove_reader(self._handle)
        os.close(self._handle)
        self.returncode = -signal.SIGKILL
        self._ended.set()

    def send_signal(self, number: int) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    async def wait(self) -> int:
        """Return once it has ended."""
        await self._ended.wait()
        return self.returncode or 0


@cache
def _nursery() -> subprocess.Popen[str]:
    """The one process that the others are forked from; it ends with this one's pipe."""
    return subprocess.Popen(
        [sys.executable, "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )


async def spawn(stage: Stage) -> None:
    """As Stage.spawn, at once; where the machine cannot, as Stage.spawn."""
    if not hasattr(os, "pidfd_open"):
        await stage.spawn()
        return
    nursery = _nursery()
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    order = {"folder": str(stage.folder), "env": stage.environment}
    nursery.stdin.write(json.dumps(order) + "\n")
    nursery.stdin.flush()
    pid = int(await asyncio.to_thread(nursery.stdout.readline))
    child = stage.process = Child(pid)  # type: ignore[assignment]
    await stage._until_polling(lambda: child.returncode is not None)


def _live(folder: Path, environment: dict[str, str]) -> None:
    """Be a bot: never returns."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.update(environment)
    os.dup2(os.open(folder / "bot.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 2)
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    os.dup2(0, 1)
    sys.argv = ["igor-bot", "run", "--config", str(folder / "igor.toml")]
    from bot.cli import main

    with contextlib.suppress(SystemExit):
        main()
    os._exit(0)


def _serve() -> None:
    for module in ("bot.app", "bot.cli", "igor_bot.store.schema"):
        importlib.import_module(module)

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the dead
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _live(Path(order["folder"]), order["env"])
        print(pid, flush=True)


if __name__ == "__main__":
    _serve()
