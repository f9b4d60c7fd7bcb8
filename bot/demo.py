"""`igor-bot demo`: a Telegram of our own, the real bot beside it, and one page that shows both."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import signal
import sys
import tempfile
import webbrowser
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.sandbox.server import serve
from bot.sandbox.world import World
from bot.supervisor import Supervisor, complete

PAGE = Path(__file__).parent / "sandbox" / "page"
MARK = "# Written by igor-bot demo"
PRIVATE = 0o700
# Nothing from outside the page's own address is loaded, and nothing is sent anywhere else.
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; "
POLICY += "img-src 'self'; media-src 'self'; connect-src 'self'; base-uri 'none'"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody of the demo: a person with a phone, or a duty worker."""

    id: int
    name: str
    language: str


@dataclass(frozen=True, slots=True)
class DemoDesk:
    """A desk of the demo and who works there."""

    chat_id: int
    name: str
    organisation: str
    language: str
    staff: tuple[Actor, ...]


PHONES = (Actor(100001, "Amina", "sv"), Actor(100002, "Grace", "en"))
DESKS = (
    DemoDesk(
        -1001000000001,
        "Social services",
        "social",
        "en",
        (Actor(5001, "Sara", "sv"), Actor(5002, "Elin", "sv")),
    ),
    DemoDesk(-1001000000002, "Police", "police", "en", (Actor(5003, "Jonas", "sv"),)),
)


async def demo(port: int, data: Path | None, open_browser: bool) -> int:
    """Run the demo on loopback `port` until Ctrl-C or SIGTERM, and return the exit code.

    `data` is the folder to keep the bot's files in; None takes a temporary one that is deleted
    at the end. A taken port, or a folder that holds somebody's real settings, is said in one
    sentence, code 2; a bot that cannot be set up, code 1.
    """
    try:
        with _folder(data) as folder:
            return await _play(port, folder, "kept" if data else "deleted at the end", open_browser)
    except OSError as problem:
        _say(_refusal(problem, port))
    except _Foreign as problem:
        _say(str(problem))
    return 2


class _Foreign(Exception):
    """Raised when the folder for the demo's data holds settings that the demo did not write."""


async def _play(port: int, folder: Path, fate: str, open_browser: bool) -> int:
    write_settings(folder)
    supervisor, world = Supervisor(_say), people_world()
    async with (
        _stop_signal() as stop,
        serve(world, control_port=port, control_routes=routes(supervisor)) as running,
    ):
        url = running.control_url
        supervisor.env = bot_environment(folder, world.token, running.api_url, url)
        if not await _set_up(supervisor, folder, stop):
            return 0 if stop.is_set() else 1
        await _run(supervisor, url, f"{folder}, {fate}", stop, open_browser)
    return 0


async def _set_up(supervisor: Supervisor, folder: Path, stop: asyncio.Event) -> bool:
    """Let `igor-bot init` make the key; whether it did, before somebody stopped the demo."""
    config = str(folder / "igor.toml")
    supervisor.command = ("run", "--config", config)
    making = asyncio.create_task(complete(supervisor.env, "init", "--yes", "--config", config))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({making, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not making.done():
        making.cancel()
        await asyncio.wait({making})
        return False
    failed = making.result()
    if failed is not None:
        _say(f"The bot could not be set up: {failed}")
    return failed is None


async def _run(
    supervisor: Supervisor, url: str, place: str, stop: asyncio.Event, open_browser: bool
) -> None:
    """Keep the bot beside the page until `stop`."""
    await supervisor.start()
    try:
        _say(f"igor-bot demo: open {url}/ in a browser.")
        _say(f"The bot's files are in {place}.")
        _say("Ctrl-C ends everything.")
        if open_browser and _has_display():
            await asyncio.to_thread(webbrowser.open, f"{url}/")
        await stop.wait()
    finally:
        await supervisor.stop()


def people_world() -> World:
    """A world with the demo's two people, its desks and their staff; limits on, as on Telegram."""
    world = World()
    for person in PHONES:
        world.add_person(person.name, language=person.language, user_id=person.id)
    for desk in DESKS:
        for worker in desk.staff:
            world.add_person(worker.name, language=worker.language, user_id=worker.id)
        members = [worker.id for worker in desk.staff]
        world.add_group(f"{desk.name}, duty desk", members, chat_id=desk.chat_id)
    return world


def write_settings(folder: Path) -> None:
    """Write the demo's igor.toml into `folder`; raises _Foreign when another's is there."""
    config = folder / "igor.toml"
    if config.exists():
        if not config.read_text(encoding="utf-8").startswith(MARK):
            raise _Foreign(
                f"{config} was not written by the demo; choose an empty folder with --data, so "
                "that the demo never touches a real service's data."
            )
        return
    config.write_text(_settings(), encoding="utf-8")


def _settings() -> str:
    desks = "".join(
        f'[[area.desk]]\norganisation = "{desk.organisation}"\nchat_id = {desk.chat_id}\n'
        f'language = "{desk.language}"\nstaff = {[worker.id for worker in desk.staff]}\n\n'
        for desk in DESKS
    )
    rungs = ((0, "on_duty"), (120, "backup"), (300, "tell_person"))
    ladder = "".join(f'[[area.ladder]]\nafter_s = {s}\nalert = "{whom}"\n\n' for s, whom in rungs)
    return (
        f'{MARK}\n\n[service]\nname = "Stödet"\nlanguages = ["sv", "en"]\nvanish_hours = 24\n'
        'retention_days = 30\n\n[[area]]\nid = "sodermalm"\nname = "Södermalm"\n'
        'time_zone = "Europe/Stockholm"\nout_of_hours_phone = "+46 8 000 00 00"\n\n'
        f"{desks}{ladder}"
    )


def bot_environment(folder: Path, token: str, api_url: str, control_url: str) -> dict[str, str]:
    """The environment of the demo's bot: the caller's without its secrets and proxies."""
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("IGOR_") and not name.lower().endswith("_proxy")
    }
    return env | {
        "IGOR_TOKEN": token,
        "IGOR_API_URL": api_url,
        "IGOR_CLOCK_URL": f"{control_url}/clock",
        "IGOR_KEY_FILE": str(folder / "igor.key"),
        "IGOR_DATABASE": f"sqlite:///{folder / 'igor.db'}",
    }


def routes(supervisor: Supervisor) -> list[BaseRoute]:
    """The page and its switches, to be served beside the sandbox's control side."""

    async def page(_: Request) -> Response:
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
        return FileResponse(PAGE / "index.html", headers=headers)

    async def cast(_: Request) -> Response:
        return JSONResponse(
            {"phones": [asdict(p) for p in PHONES], "desks": [asdict(d) for d in DESKS]}
        )

    async def status(_: Request) -> Response:
        return JSONResponse(supervisor.status())

    async def kill(_: Request) -> Response:
        await supervisor.kill()
        return JSONResponse({"ok": True, "result": supervisor.status()})

    async def start(_: Request) -> Response:
        await supervisor.start()
        return JSONResponse({"ok": True, "result": supervisor.status()})

    return [
        Route("/", page),
        Route("/demo/cast", cast),
        Route("/demo/status", status),
        Route("/demo/kill", kill, methods=["POST"]),
        Route("/demo/start", start, methods=["POST"]),
        Mount("/page", StaticFiles(directory=PAGE)),
    ]


@contextlib.contextmanager
def _folder(data: Path | None) -> Iterator[Path]:
    if data is None:
        with tempfile.TemporaryDirectory(prefix="igor-demo-", ignore_cleanup_errors=True) as name:
            yield Path(name)
        return
    data.mkdir(PRIVATE, parents=True, exist_ok=True)
    yield data.resolve()


@contextlib.asynccontextmanager
async def _stop_signal() -> AsyncIterator[asyncio.Event]:
    """An event that Ctrl-C, SIGTERM or a closed terminal sets, instead of ending the process."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for one in signals:
        loop.add_signal_handler(one, stop.set)
    try:
        yield stop
    finally:
        for one in signals:
            loop.remove_signal_handler(one)


def _refusal(problem: OSError, port: int) -> str:
    """What to do about it; whatever is neither the port nor the folder is raised again."""
    if problem.errno in (errno.EADDRINUSE, errno.EACCES) and problem.filename is None:
        return (
            f"Port {port} on this computer is taken or not allowed ({problem.strerror}); close "
            f"what uses it, or choose another: igor-bot demo --port {port + 1}"
        )
    if problem.filename is None:
        raise problem
    return f"{problem.filename} cannot be used for the demo's data: {problem.strerror}."


def _has_display() -> bool:
    # Without one, webbrowser may start a text browser inside this terminal.
    other = sys.platform in ("darwin", "win32")
    return other or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _say(sentence: str) -> None:
    print(sentence, flush=True)
