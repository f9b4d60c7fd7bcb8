"""The command line: igor-bot init | run | demo | doctor."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from bot import example
from bot import log as logs
from igor_bot.errors import KeyLost, SetupError
from igor_bot.settings import CONFIG_NAME, key_path, load, load_book
from igor_bot.store.crypto import write_master_key

cli = typer.Typer(
    help="A discreet chat bot for people who live with violence in a close relationship, and for "
    "the duty workers who help them.\n\nFirst look: igor-bot demo",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # a traceback with local values could hold content
    context_settings={"help_option_names": ["-h", "--help"]},
)

Config = Annotated[
    Path,
    typer.Option(
        "--config", "-c", envvar="IGOR_CONFIG", help="The settings file.", show_default=True
    ),
]
_HERE = Path(CONFIG_NAME)


@cli.command()
def init(
    config: Config = _HERE,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing.")] = False,
) -> None:
    """Write an example igor.toml and a key file, where there are none.

    Example: igor-bot init --yes
    """
    text = example.TOML
    if not config.exists():
        if not yes:
            text = example.asked(typer.prompt)
        try:
            config.parent.mkdir(parents=True, exist_ok=True)
            config.write_text(text, encoding="utf-8")
        except OSError as problem:
            raise SetupError(f"{config} cannot be written: {problem.strerror}.") from None
        typer.echo(f"Wrote {config}: go through it before you start.")
    else:
        typer.echo(f"{config} is there already and stays as it is.")
    key = key_path(config)
    if write_master_key(key):
        typer.echo(f"Wrote {key}: keep a copy in a safe place; without it nothing can be read.")
    else:
        typer.echo(f"{key} is there already and stays as it is.")


@cli.command()
def run(config: Config = _HERE) -> None:
    """Run the bot. Ctrl-C stops it; nothing is lost.

    Example: IGOR_TOKEN_FILE=token igor-bot run --config igor.toml
    """
    from bot.app import run as run_app

    logs.configure()
    settings = load(config)
    # By default the search for cyclic garbage, of which there is little, takes an eighth of the
    # time under load and stops everything for 0.1 s.
    gc.set_threshold(50_000, 10, 20)
    _until_stopped(run_app(settings))


@cli.command()
def demo(
    port: Annotated[int, typer.Option(help="Where the page is served, on loopback.")] = 8099,
    data: Annotated[
        Path | None, typer.Option(help="Keep the data in this folder (default: a temporary one).")
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
) -> None:
    """Try everything in the browser: two phones, a duty desk, no Telegram account.

    Example: igor-bot demo --port 8099 --no-browser
    """
    from bot.demo import demo as run_demo

    raise typer.Exit(asyncio.run(run_demo(port, data, browser)))


@cli.command()
def doctor(config: Config = _HERE) -> None:
    """Check settings, key, database, token and desks; says what to do. Exit code 1 if something
    is wrong.

    Example: igor-bot doctor --config igor.toml
    """
    from bot.doctor import examine

    logs.configure()
    book = load_book(config)
    settings = load(config)
    found = asyncio.run(examine(settings, book))
    for line in found.fine:
        typer.echo(f"fine   {line}")
    for line in found.wrong:
        typer.echo(f"WRONG  {line}")
    raise typer.Exit(1 if found.wrong else 0)


def _until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Run until Ctrl-C or SIGTERM, then close everything in order."""

    async def go() -> None:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(sign, task.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await task

    asyncio.run(go())


def main() -> None:
    """Run the command line; what the operator must change is one sentence and exit code 2."""
    try:
        cli()
    except (Exception, BaseExceptionGroup) as problem:
        _explain(problem)


def _explain(problem: BaseException) -> NoReturn:
    """End with one sentence; a traceback could hold content."""
    while isinstance(problem, BaseExceptionGroup):
        problem = problem.exceptions[0]
    if isinstance(problem, SetupError):
        _stop(str(problem))
    if isinstance(problem, KeyLost):
        _stop("The database and the .keys file beside it do not fit: restore both from one backup.")
    _stop(f"Stopped by a fault ({type(problem).__name__}). Nothing is lost: start it again.", 1)


def _stop(sentence: str, code: int = 2) -> NoReturn:
    sys.stderr.write(f"igor-bot: {sentence}\n")
    sys.exit(code)
