"""What end-to-end tests share: a sandbox, settings on disk, the bot in this process or its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

from bot import app
from bot.sandbox.server import Running, serve
from bot.sandbox.world import World
from igor_bot.settings import load
from igor_bot.store.crypto import write_master_key

SOCIAL, POLICE = -1001000000001, -1001000000002
SARA, ELIN, JONAS = 5001, 5002, 5003
STAFF = {SARA: "Sara", ELIN: "Elin", JONAS: "Jonas"}

TOML = """
[service]
name = "Together"
languages = ["en", "sv"]
vanish_hours = 24
retention_days = 30

[[area]]
id = "sodermalm"
name = "Södermalm"
time_zone = "Europe/Stockholm"
out_of_hours_phone = "+46 8 000 00 00"
[[area.desk]]
organisation = "social"
chat_id = -1001000000001
language = "en"
staff = [5001, 5002]
[[area.desk]]
organisation = "police"
chat_id = -1001000000002
language = "en"
staff = [5003]
[[area.ladder]]
after_s = 0
alert = "on_duty"
[[area.ladder]]
after_s = 120
alert = "backup"
[[area.ladder]]
after_s = 300
alert = "tell_person"
"""


@dataclass
class Stage:
    """A sandbox with two desks and the bot's settings in a folder."""

    world: World
    running: Running
    folder: Path
    bot: asyncio.Task[None] | None = None
    process: asyncio.subprocess.Process | None = None
    environment: dict[str, str] = field(default_factory=dict)

    async def start(self) -> None:
        """Run the bot in this process; returns once it polls."""
        os.environ.update(self.environment)
        self.bot = asyncio.create_task(app.run(load(self.folder / "igor.toml")))
        await self._until_polling(lambda: self.bot is not None and self.bot.done())
        if self.bot.done():
            self.bot.result()

    async def stop(self) -> None:
        """Stop the bot in this process, as Ctrl-C does."""
        if self.bot is not None:
            self.bot.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.bot
            self.bot = None
            self.world.updates.held.clear()

    async def spawn(self) -> None:
        """Run the bot as a process of its own."""
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            "run",
            "--config",
            str(self.folder / "igor.toml"),
            env={**os.environ, **self.environment},
            stderr=(self.folder / "bot.log").open("ab"),
        )
        process = self.process
        await self._until_polling(lambda: process.returncode is not None)

    async def kill(self) -> None:
        """kill -9 the process."""
        if self.process is not None and self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGKILL)
            await self.process.wait()
        self.world.updates.held.clear()

    async def _until_polling(self, ended: Callable[[], bool]) -> None:
        held = asyncio.ensure_future(self.world.updates.held.wait())
        for _ in range(1500):
            if held.done() or ended():
                break
            await asyncio.wait({held}, timeout=0.01)
        held.cancel()

    async def until(self, holds: Callable[[], object], what: str = "", seconds: float = 10) -> None:
        """Wait until `holds()`; the world tells when something changes, nothing sleeps blindly.

        Raises AssertionError naming `what` after `seconds`.
        """
        changes = self.world.subscribe()
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        try:
            while not holds():
                left = end - loop.time()
                if self.bot is not None and self.bot.done():
                    self.bot.result()
                assert left > 0, f"not within {seconds} s: {what or holds}"
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(changes.get(), min(left, 0.2))
        finally:
            self.world.unsubscribe(changes)


@contextlib.asynccontextmanager
async def stage(folder: Path, *, limits: bool = False, toml: str = TOML) -> AsyncIterator[Stage]:
    """Set a stage: the sandbox served, the desks filled, settings and key written."""
    (folder / "igor.toml").write_text(toml, encoding="utf-8")
    write_master_key(folder / "igor.key")
    world = World(limits=limits)
    async with serve(world) as running:
        for number, name in STAFF.items():
            world.add_person(name, user_id=number)
        world.add_group("Social services", [SARA, ELIN], chat_id=SOCIAL)
        world.add_group("Police", [JONAS], chat_id=POLICE)
        environment = {
            "IGOR_TOKEN": world.token,
            "IGOR_API_URL": running.api_url,
            "IGOR_CLOCK_URL": f"{running.control_url}/clock",
        }
        set_stage = Stage(world, running, folder, environment=environment)
        try:
            yield set_stage
        finally:
            await set_stage.stop()
            await set_stage.kill()
