"""The figures of all rounds, as one Markdown table with the machine, and as JSON."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from .bots import IGOR, Bot
from .measures import Figures, Size

QUIET = 0.15
"""The part of a core that other programs may use meanwhile."""
Rounds = dict[str, list[Figures]]
"""Bot's name -> what each round measured."""


def medians(rounds: Sequence[Figures]) -> Figures:
    """The median of every figure over the rounds that have it."""
    keys = dict.fromkeys(key for figures in rounds for key in figures)
    found = {key: [v for f in rounds if (v := f.get(key)) is not None] for key in keys}
    return {key: median(values) if values else None for key, values in found.items()}


def ratios(rounds: Rounds, name: str) -> list[float]:
    """igor-bot's updates a second against another bot's, in each round."""
    pairs = zip(rounds[IGOR.name], rounds[name], strict=True)
    return [(a["updates_s"] or 0) / (b["updates_s"] or 1) for a, b in pairs]


def machine() -> dict[str, Any]:
    """What it was measured on, and when."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "cores": max(cores or 1, os.cpu_count() or 1),
        "cpu": _cpu_model(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
    }


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def markdown(rounds: Rounds, bots: Sequence[Bot], size: Size) -> str:
    """One table: a column a bot, a row a figure, and what is promised."""
    found = {bot.name: medians(rounds[bot.name]) for bot in bots}
    lines = [
        "| " + " | ".join(["", *found, "bar"]) + " |",
        "|---" + "|---:" * (len(bots) + 1) + "|",
    ]
    for label, bar, show in _rows(size):
        cells = [show(figures) for figures in found.values()]
        lines.append("| " + " | ".join([label, *cells, bar]) + " |")
    compared = [_compared(rounds, bot.name) for bot in bots if bot is not IGOR]
    return "\n".join([*lines, "", *compared, *_warning(rounds), "", _footnote(rounds)])


def _rows(size: Size) -> list[tuple[str, str, Any]]:
    people, known, cases = size.people, f"{size.known:,}", f"{size.cases:,}"
    answer = "p50 / p90 / p99 / max to the answer, ms"
    rate = f"{size.per_second:.0f} updates/s"
    return [
        (f"{people} at once: updates/s", "2 x", _one("updates_s")),
        (f"{people} at once: {answer}", "p99 < 1000", _four("answer")),
        (f"{rate}: {answer}", "", _four("rate_answer")),
        ("CPU an update, ms", "", _one("cpu_ms", 2)),
        ("memory after it, MB", "", _one("memory_mb")),
        (f"memory, {known} people known, {people} active, MB", "< 200", _one("known_memory_mb")),
        ("x to first delete call, same load, p50 / p99, ms", "p99 < 300", _two("exit")),
        ("request to first alert, same load, p50 / p99, ms", "p99 < 2000", _two("alert")),
        ("… limits on, desk's minute used up, ms", "p99 < 2000", _two("full_alert")),
        ("cold start to first answer, empty store, s", "", _one("cold_s", 2)),
        (f"cold start to first answer, {cases} cases, s", "< 3", _one("cold_full_s", 2)),
        ("sandbox's own core busy", "", _share("sandbox_busy")),
        ("a core's worth of other programs meanwhile", "0", _share("others_busy")),
    ]


def _number(value: float | None, digits: int = 0) -> str:
    return "–" if value is None else f"{value:,.{digits}f}"


def _one(key: str, digits: int = 0) -> Any:
    return lambda figures: _number(figures.get(key), digits)


def _share(key: str) -> Any:
    return lambda figures: _number((figures.get(key) or 0) * 100) + " %"


def _two(name: str) -> Any:
    return lambda figures: _joined(figures, name, ("p50", "p99"))


def _four(name: str) -> Any:
    return lambda figures: _joined(figures, name, ("p50", "p90", "p99", "max"))


def _joined(figures: Figures, name: str, keys: Sequence[str]) -> str:
    values = [figures.get(f"{name}_{key}") for key in keys]
    return "–" if values[0] is None else " / ".join(_number(value) for value in values)


def _compared(rounds: Rounds, name: str) -> str:
    found = ratios(rounds, name)
    spread = f"{min(found):.2f}–{max(found):.2f}"
    return (
        f"igor-bot handles {median(found):.2f} times the updates of a {name} ({spread} by round)."
    )


def _warning(rounds: Rounds) -> list[str]:
    """A machine that others use makes an echo that sends one at a time look far too slow."""
    others = [one.get("others_busy") or 0 for figures in rounds.values() for one in figures]
    if max(others) < QUIET:
        return []
    return [
        "",
        "**Not a quiet machine: other programs ran meanwhile, so these figures say little.**",
    ]


def _footnote(rounds: Rounds) -> str:
    about = machine()
    count = len(rounds[IGOR.name])
    return (
        f"Medians of {count} round{'s' if count > 1 else ''}, the bots in turn in each, on "
        f"{about['cores']} cores ({about['cpu']}, {about['system']}), Python {about['python']}, "
        f"{about['date']}: the bot on one core, the sandbox and the load on the others; times are "
        "taken in the sandbox. Telegram's limits are off where not named. The echoes send one "
        "message back, with their library's defaults (python-telegram-bot: "
        "concurrent_updates=False), and store nothing; igor-bot walks people through its "
        "conversations, answers each press twice (the press and a message), stores and encrypts."
    )
