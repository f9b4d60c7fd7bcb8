"""The bench runs; what it measures is nobody's business here."""

import json
import subprocess
import sys
from pathlib import Path


def test_five_people_one_round(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    command = [sys.executable, "-m", "tests.bench", "--quick", "--rounds", "1", "--people", "5"]
    done = subprocess.run([*command, "--json", str(figures)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "igor-bot handles" in done.stdout
    igor = json.loads(figures.read_text())["rounds"]["igor-bot"][0]
    assert igor["updates_s"] > 0
    assert igor["unanswered"] == 0
    assert igor["full_alert_n"] > 0
