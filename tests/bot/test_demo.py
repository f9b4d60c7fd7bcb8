"""The demo's supervisor, with a stand-in for the bot: nothing is left behind, all is said plainly."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from bot import demo, supervisor
from igor_bot import settings

OBEDIENT = """
import sys, time
if "run" in sys.argv: time.sleep(600)
"""
STUBBORN = """
import signal, sys, time
if "run" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("up", flush=True)
    time.sleep(600)
"""
BROKEN = """
import sys
if "run" in sys.argv: sys.exit("igor.toml: something is wrong with it.")
"""
UNREADY = "import sys; sys.exit('The key file cannot be written.')"


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def use(source: str) -> None:
        script = tmp_path / "stand_in.py"
        script.write_text(source)
        monkeypatch.setattr(supervisor, "PROGRAM", (sys.executable, str(script)))

    return use


@asynccontextmanager
async def running(
    capsys: pytest.CaptureFixture[str], data: Path | None = None
) -> AsyncIterator[tuple[httpx.AsyncClient, asyncio.Task[int]]]:
    task = asyncio.create_task(demo.demo(0, data, open_browser=False))
    said = ""
    async with asyncio.timeout(20):
        while "Ctrl-C" not in said and not task.done():
            await asyncio.sleep(0.01)
            said += capsys.readouterr().out
    url = next(word for word in said.split() if word.startswith("http"))
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        try:
            yield client, task
        finally:
            if not task.done():
                os.kill(os.getpid(), signal.SIGTERM)
                await task


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_page_cast_and_switches(
    stand_in: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in(OBEDIENT)
    async with running(capsys) as (client, task):
        page = await client.get("/")
        assert "igor-bot" in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert (await client.get("/page/main.js")).status_code == 200
        cast = (await client.get("/demo/cast")).json()
        assert [p["language"] for p in cast["phones"]] == ["sv", "en"]
        first = (await client.get("/demo/status")).json()
        assert first["running"]
        assert first["restarts"] == 0
        killed = (await client.post("/demo/kill")).json()["result"]
        assert killed == {"running": False, "pid": None, "restarts": 0, "error": ""}
        assert not alive(first["pid"])
        again = (await client.post("/demo/start")).json()["result"]
        assert again["running"]
        assert again["restarts"] == 1
        twice = (await client.post("/demo/start")).json()["result"]
        assert twice["pid"] == again["pid"]
        os.kill(os.getpid(), signal.SIGINT)
        assert await task == 0
    assert not alive(again["pid"])


async def test_a_bot_that_hangs_is_killed(
    stand_in: Callable[[str], None],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(supervisor, "PATIENCE", 0.3)
    stand_in(STUBBORN)
    async with running(capsys) as (client, _):
        pid = (await client.get("/demo/status")).json()["pid"]
        assert alive(pid)
    assert not alive(pid)


async def test_a_bot_that_dies_says_why(
    stand_in: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in(BROKEN)
    async with running(capsys) as (client, _):
        status = (await client.get("/demo/status")).json()
        while not status["error"]:
            status = (await client.get("/demo/status")).json()
        assert status["error"] == "igor.toml: something is wrong with it."
        assert not status["running"]
    assert "The bot stopped by itself: igor.toml" in capsys.readouterr().out


async def test_a_bot_that_cannot_be_set_up(
    stand_in: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in(UNREADY)
    assert await demo.demo(0, None, open_browser=False) == 1
    assert capsys.readouterr().out == (
        "The bot could not be set up: The key file cannot be written.\n"
    )


async def test_stopped_during_set_up(
    stand_in: Callable[[str], None], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    mark = tmp_path / "mark"
    stand_in(
        "import os, pathlib, time\n"
        f"pathlib.Path({str(mark)!r}).write_text(str(os.getpid())); time.sleep(600)"
    )
    task = asyncio.create_task(demo.demo(0, None, open_browser=False))
    async with asyncio.timeout(20):
        while not mark.exists() or not mark.read_text():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        os.kill(os.getpid(), signal.SIGTERM)
        assert await task == 0
    assert capsys.readouterr().out == ""
    assert not alive(int(mark.read_text()))


async def test_a_set_up_without_end(
    stand_in: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "SETUP_PATIENCE", 0.2)
    stand_in("import time; time.sleep(600)")
    said = await supervisor.complete({}, "init")
    assert said is not None
    assert said.startswith("`igor-bot init` did not end")


async def test_taken_port(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert await demo.demo(port, None, open_browser=False) == 2
    out = capsys.readouterr().out
    assert out.startswith(f"Port {port} on this computer is taken")
    assert out.count("\n") == 1


async def test_a_real_services_folder_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "igor.toml").write_text("[service]\n")
    assert await demo.demo(0, tmp_path, open_browser=False) == 2
    assert "was not written by the demo" in capsys.readouterr().out
    assert (tmp_path / "igor.toml").read_text() == "[service]\n"


async def test_a_folder_that_cannot_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "file"
    file.touch()
    assert await demo.demo(0, file, open_browser=False) == 2
    assert "cannot be used for the demo's data" in capsys.readouterr().out


async def test_kept_data_and_temporary_data(
    stand_in: Callable[[str], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in(OBEDIENT)
    kept = tmp_path / "kept"
    for _ in range(2):  # the second time finds the first one's igor.toml
        async with running(capsys, kept):
            pass
    assert (kept / "igor.toml").exists()
    assert kept.stat().st_mode & 0o777 == 0o700


def test_settings_are_valid(tmp_path: Path) -> None:
    demo.write_settings(tmp_path)
    book = settings.load_book(tmp_path / "igor.toml")
    assert [d.chat_id for d in book.area[0].desk] == [-1001000000001, -1001000000002]
    assert book.area[0].promise_s == 300


def test_environment_without_the_callers_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IGOR_PAGER_PASSWORD", "secret")
    monkeypatch.setenv("HTTPS_PROXY", "http://elsewhere")
    env = demo.bot_environment(tmp_path, "42:SANDBOX", "http://127.0.0.1:1", "http://127.0.0.1:2")
    assert "secret" not in env.values()
    assert "HTTPS_PROXY" not in env
    assert env["IGOR_CLOCK_URL"] == "http://127.0.0.1:2/clock"
