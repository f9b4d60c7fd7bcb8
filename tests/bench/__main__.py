"""`python -m tests.bench`: igor-bot beside bare echo bots against the sandbox, in one run.

Prints a Markdown table for the README. Example: python -m tests.bench --rounds 3 --json bench.json
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from . import measures, seed, settings, table
from .bots import AIOGRAM, IGOR, pin, rivals
from .measures import BenchError, Figures, Size


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rounds", type=int, default=3, help="how often all is measured (3)")
    parser.add_argument("--people", type=int, default=500, help="how many write at once (500)")
    parser.add_argument("--quick", action="store_true", help="seconds, not minutes: rough figures")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write all figures there too")
    parser.add_argument("--only-load", action="store_true", help="leave out all but the load")
    return parser.parse_args()


def _size(arguments: argparse.Namespace) -> Size:
    size = Size(people=arguments.people)
    if arguments.quick:
        size = replace(size, warm_s=0.4, watch_s=1.2, known=100, cases=200, areas=1, quiet_s=0.7)
    return replace(size, per_second=min(size.per_second, size.people * 4.0))


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


async def _run(arguments: argparse.Namespace) -> table.Rounds:
    size = _size(arguments)
    bots = [IGOR, *rivals()]
    if AIOGRAM not in bots:
        _say("aiogram is not installed here: its echo is left out.")
    rounds: table.Rounds = {bot.name: [] for bot in bots}
    with TemporaryDirectory(prefix="igor-bench-") as name:
        stores = Path(name)
        if not arguments.only_load:
            await _prepare(stores, size)
        for number in range(arguments.rounds):
            for bot in bots:
                _say(f"round {number + 1}: {bot.name}")
                figures = await measures.under_load(bot, size)
                if bot is IGOR and not arguments.only_load:
                    figures |= await _alone(stores, size)
                rounds[bot.name].append(figures)
    print(table.markdown(rounds, bots, size))
    return rounds


async def _prepare(stores: Path, size: Size) -> None:
    _say(f"filling a store with {size.known} people, and one with {size.cases} cases")
    for name, fill, count in (
        ("known", seed.people, size.known),
        ("cases", seed.cases, size.cases),
    ):
        (stores / name).mkdir()
        settings.write(stores / name)
        await fill(stores / name, count)


async def _alone(stores: Path, size: Size) -> Figures:
    """What only igor-bot has."""
    known = await measures.under_load(IGOR, size, stores / "known")
    return {
        "known_memory_mb": known["memory_mb"],
        **await measures.alert_in_a_full_desk(size),
        "cold_s": await measures.cold_start(),
        "cold_full_s": await measures.cold_start(stores / "cases"),
    }


def main() -> int:
    """Measure, print, write; returns the exit code."""
    arguments = _arguments()
    gc.set_threshold(50_000, 20, 100)  # the sandbox only grows: looking for garbage is in vain
    pin(0, last=False)
    try:
        rounds = asyncio.run(_run(arguments))
    except BenchError as problem:
        _say(f"The bench went wrong: {problem}")
        return 1
    if arguments.json:
        found = {"machine": table.machine(), "people": arguments.people, "rounds": rounds}
        arguments.json.write_text(json.dumps(found, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
