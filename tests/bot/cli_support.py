"""The command line in tests: called in this process, on a sandbox that another thread serves."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog

from bot.cli import main
from bot.sandbox.server import serve
from bot.sandbox.world import World
from igor_bot.store.crypto import write_master_key
from tests.support import ELIN, JONAS, POLICE, SARA, SOCIAL, STAFF, TOML


@dataclass
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """What it said on standard error: exactly one sentence of an operator's words."""
        assert self.code == 2, self
        assert self.err.startswith("igor-bot: "), self.err
        assert self.err.count("\n") == 1, self.err
        assert self.err.endswith(".\n"), self.err
        assert "Traceback" not in self.err + self.out
        return self.err.removeprefix("igor-bot: ").strip()


@dataclass
class Terminal:
    """Calls commands in a folder with a sandbox at hand."""

    folder: Path
    world: World
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    @property
    def config(self) -> Path:
        """The settings file."""
        return self.folder / "igor.toml"

    def write(self, toml: str = TOML) -> None:
        """Write settings and a key."""
        self.config.write_text(toml, encoding="utf-8")
        write_master_key(self.folder / "igor.key")

    def __call__(self, command: str, *options: str, config: bool = True) -> Ended:
        """Call a command and return how it ended."""
        words = [command, *options, *(("--config", str(self.config)) if config else ())]
        self.monkeypatch.setattr(sys, "argv", ["igor-bot", *words])
        self.capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        return Ended(code, *self.capsys.readouterr())


@contextmanager
def served(world: World) -> Iterator[tuple[str, str]]:
    """Serve a sandbox from another thread; yields the roots of the Bot API and the controls."""
    ready = threading.Event()
    served: list[tuple[str, str]] = []
    ends: list[Callable[[], object]] = []

    async def run() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        ends.append(lambda: loop.call_soon_threadsafe(stop.set))
        async with serve(world) as running:
            served.append((running.api_url, running.control_url))
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield served[0]
    finally:
        ends[0]()
        thread.join(10)


def peopled() -> World:
    """A sandbox with the stage's two desks."""
    world = World(limits=False)
    for number, name in STAFF.items():
        world.add_person(name, user_id=number)
    world.add_group("Social services", [SARA, ELIN], chat_id=SOCIAL)
    world.add_group("Police", [JONAS], chat_id=POLICE)
    return world


@contextmanager
def own_logs() -> Iterator[None]:
    """What a command sets up for its log ends with the test."""
    names = list(logging.root.manager.loggerDict)
    levels = {name: logging.getLogger(name).level for name in names}
    before = structlog.get_config()
    try:
        yield
    finally:
        structlog.configure(**before)
        for name in logging.root.manager.loggerDict:
            logging.getLogger(name).setLevel(levels.get(name, logging.NOTSET))
