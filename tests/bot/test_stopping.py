"""The program as a process: it ends when told to, and there is one on a store."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox.faults import Fault
from tests.bot.cli_support import Terminal
from tests.bot.nursery import spawn
from tests.bot.scene import ENGLISH, Phone
from tests.support import Stage, stage

SECONDS = 5.0


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Stage]:
    """A stage with the bot as a process that was really started."""
    async with stage(tmp_path, toml=ENGLISH) as set_stage:
        await set_stage.spawn()
        yield set_stage


async def ended(process: asyncio.subprocess.Process) -> int:
    """The exit code, within seconds."""
    async with asyncio.timeout(SECONDS):
        return await process.wait()


def log(set_stage: Stage) -> str:
    """What the process wrote to standard error."""
    return (set_stage.folder / "bot.log").read_text(encoding="utf-8")


async def refuse_a_second(running: Stage) -> None:
    """A second run on the same store is refused; the first one is not harmed."""
    second = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", "--config", str(running.folder / "igor.toml"),
        env={**os.environ, **running.environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await second.communicate()
    assert second.returncode == 2
    assert out == b""
    said = err.decode()
    assert said.startswith("igor-bot: Another igor-bot is running on ")
    assert said.count("\n") == 1


async def test_a_second_run_is_refused_sigterm_ends_the_first_the_next_goes_on(
    running: Stage,
) -> None:
    phone = Phone(running, running.world.add_person("Amina", language="en").id)
    await refuse_a_second(running)
    await phone.enter()
    process = running.process
    assert process is not None
    process.send_signal(signal.SIGTERM)
    assert await ended(process) == 0
    assert "Traceback" not in log(running)
    running.world.updates.held.clear()
    before = phone.newest_id
    phone.say("are you there")
    await spawn(running)
    await running.until(lambda: phone.newest_id > before, "an answer to what came meanwhile")


async def test_sigint_ends_it_while_a_message_cannot_be_sent(running: Stage) -> None:
    phone = Phone(running, running.world.add_person("Amina", language="en").id)
    running.world.faults.add(Fault("status_500", "sendMessage", times=10_000))
    phone.say("/start")
    await running.until(lambda: any(c.method == "sendMessage" for c in running.world.calls))
    process = running.process
    assert process is not None
    process.send_signal(signal.SIGINT)
    assert await ended(process) == 0
    assert "Traceback" not in log(running)
    running.world.faults.clear()
    running.world.updates.held.clear()
    await spawn(running)
    await running.until(lambda: phone.texts, "what was not sent is sent after the restart")


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_run_in_order(terminal: Terminal, sign: signal.Signals) -> None:
    """In this process: the signal comes once the bot polls."""
    terminal.write()

    polled = threading.Event()

    def when_it_polls() -> None:
        for _ in range(1000):
            if terminal.world.updates.held.is_set():
                polled.set()
                break
            time.sleep(0.01)
        os.kill(os.getpid(), sign)

    watching = threading.Thread(target=when_it_polls)
    watching.start()
    began = time.monotonic()
    done = terminal("run")
    watching.join()
    assert polled.is_set(), "it came as far as polling"
    assert done.code == 0
    assert "Traceback" not in done.err
    assert "running" in done.err
    assert time.monotonic() - began < SECONDS
