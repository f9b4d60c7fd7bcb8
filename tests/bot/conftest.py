"""Fixtures: a terminal to call commands in, with a sandbox or without."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bot.cli_support import Terminal, own_logs, peopled, served


@pytest.fixture
def terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Terminal]:
    world = peopled()
    with own_logs(), served(world) as (api_url, control_url):
        monkeypatch.setenv("IGOR_TOKEN", world.token)
        monkeypatch.setenv("IGOR_API_URL", api_url)
        monkeypatch.setenv("IGOR_CLOCK_URL", f"{control_url}/clock")
        yield Terminal(tmp_path, world, monkeypatch, capsys)


@pytest.fixture
def bare(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Terminal]:
    """Without a sandbox: what is refused before anything is called."""
    monkeypatch.setenv("IGOR_TOKEN", "1:token")
    monkeypatch.setenv("IGOR_API_URL", "http://127.0.0.1:1")
    with own_logs():
        yield Terminal(tmp_path, peopled(), monkeypatch, capsys)
