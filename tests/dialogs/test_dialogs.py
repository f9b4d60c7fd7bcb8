"""Every dialog is played from its first line to its last, over HTTP through the sandbox."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import pacing
from tests.dialogs import desk_lines, desk_sees_lines, person_lines, world_lines
from tests.dialogs.script import Missed, play, read
from tests.dialogs.show import SETTINGS, Show
from tests.support import stage

SCRIPTS = sorted(Path(__file__).parent.glob("*.txt"))
LINES = (person_lines, desk_lines, desk_sees_lines, world_lines)
"""Importing them enters their lines into the grammar."""


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
async def test_dialog(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "GROUP_BUDGET", 10_000)  # the sandbox's limits are off as well
    script, problem = read(path), ""
    async with stage(tmp_path, toml=SETTINGS[script.header.get("settings", "")]) as on_stage:
        show = Show(on_stage)
        show.begin(script.header.get("time", "20:00"))
        await on_stage.start()
        try:
            await play(script, show)
        except Missed as missed:
            problem = f"{script.title}\n{missed}"
        finally:
            show.close()
    if problem:
        pytest.fail(problem, pytrace=False)


def test_there_are_enough() -> None:
    assert len(SCRIPTS) >= 36
