"""The rules of the house: who may import whom, what is pure, how long a file may be."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parent.parent
LONGEST_FILE, LONGEST_FUNCTION = 320, 46
COMPUTE_ONLY = {"phonenumbers", "icalendar"}
"""Libraries that only compute: the pure modules may use them."""
HELPERS = {f"igor_bot.{name}" for name in ("texts", "errors", "states", "messages", "person")}
NOT_PURE = {"asyncio", "io", "os", "pathlib", "random", "secrets", "socket", "sqlite3", "subprocess",
            "tempfile", "threading", "time", "urllib"}  # fmt: skip
"""Of the standard library: what talks to the world, or answers differently each time."""


@cache
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("igor_bot", "bot", include_external_packages=True, cache_dir=None)


def pure_modules() -> set[str]:
    flows = {m for m in graph().modules if m.startswith("igor_bot.flows")}
    desk = {f"igor_bot.desk.{name}" for name in ("duty", "ladder", "sharing")}
    return flows | desk | {"igor_bot.discretion"}


def test_the_contracts_of_imports_hold() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as l; l()"]
    done = subprocess.run([*command, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "kept" in done.stdout.lower()


def test_what_the_service_knows_never_imports_what_talks_to_the_world() -> None:
    chains = graph().find_shortest_chains("igor_bot", "bot", as_packages=True)
    assert not chains, "bot may import igor_bot, never the other way round"


@pytest.mark.parametrize("module", sorted(pure_modules() | HELPERS - {"igor_bot.texts"}))
def test_pure_modules_import_only_what_is_pure(module: str) -> None:
    allowed = pure_modules() | HELPERS | COMPUTE_ONLY
    for imported in graph().find_modules_directly_imported_by(module):
        standard = imported in sys.stdlib_module_names and imported not in NOT_PURE
        assert standard or imported in allowed, f"{module} imports {imported}"


@pytest.mark.parametrize("module", sorted(pure_modules() | HELPERS))
def test_pure_modules_ask_no_clock_and_open_nothing(module: str) -> None:
    allowed = {"open"} if module == "igor_bot.texts" else set()  # it reads the catalogues
    forbidden = {"now", "today", "utcnow", "monotonic", "perf_counter", "open", "print", "input"}
    for node in ast.walk(ast.parse(source(module))):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            assert name not in forbidden - allowed, f"{module}:{node.lineno} calls {name}()"


def test_the_store_knows_no_conversation() -> None:
    for module in graph().modules:
        if module.startswith("igor_bot.store"):
            imported = graph().find_modules_directly_imported_by(module)
            assert not [m for m in imported if m.startswith("igor_bot.flows")], module


def test_nothing_is_written_to_standard_output_by_the_service() -> None:
    for module in graph().modules:
        if module.startswith("igor_bot"):
            calls = (n for n in ast.walk(ast.parse(source(module))) if isinstance(n, ast.Call))
            assert not [c.lineno for c in calls if getattr(c.func, "id", "") == "print"], module


# How long ----------------------------------------------------------------------------------------------


def test_files_stay_short() -> None:
    long = {p: n for p in ours() if (n := len((ROOT / p).read_text().splitlines())) >= LONGEST_FILE}
    assert not long


def test_functions_stay_short() -> None:
    long = [
        f"{path}:{node.lineno} {node.name} {length}"
        for path in ours()
        if "migrations" not in path  # a migration is a list of columns, and is never changed
        for node in ast.walk(ast.parse((ROOT / path).read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) >= LONGEST_FUNCTION
    ]
    assert not long


def ours() -> Iterator[str]:
    """The program's files: those that git knows, or would if they were added."""
    command = ["git", "ls-files", "-co", "--exclude-standard", "--", "*.py"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if listed.returncode != 0:
        pytest.skip("no git here")
    for path in listed.stdout.splitlines():
        if not path.startswith("tests/") and (ROOT / path).exists():
            yield path


def source(module: str) -> str:
    path = ROOT / Path(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return file.read_text(encoding="utf-8")
