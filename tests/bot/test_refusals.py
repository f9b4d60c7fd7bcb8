"""What `run` and `doctor` refuse: one sentence that says what to do, exit code 2, no traceback."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest

from bot.sandbox.faults import Fault
from tests.bot.cli_support import Terminal
from tests.support import TOML

# Before it begins ---------------------------------------------------------------

SECOND_AREA = """
[[area]]
id = "sodermalm"
name = "Another"
time_zone = "Europe/Stockholm"
out_of_hours_phone = "1"
[[area.desk]]
organisation = "social"
chat_id = -5
language = "en"
staff = [1]
"""

SETTINGS: dict[str, tuple[Callable[[str], str], str]] = {
    "not TOML": (lambda t: t + "\n= 3", "not valid TOML"),
    "unknown key": (lambda t: t.replace("vanish_hours", "vanish_ours"), "service.vanish_ours"),
    "unknown table": (lambda t: t + "\n[areas]\nx = 1", "areas"),
    "bad zone": (lambda t: t.replace("Europe/Stockholm", "Europe/Stokholm"), "is not a time zone"),
    "no zone": (lambda t: t.replace("Europe/Stockholm", ""), "is not a time zone"),
    "zone of another kind": (lambda t: t.replace('"Europe/Stockholm"', "1"), "area.0.time_zone"),
    "areas": (lambda t: t + SECOND_AREA, "two areas have the same id"),
    "chats": (lambda t: t.replace("-1001000000002", "-1001000000001"), "the same chat_id"),
    "organisations": (lambda t: t.replace('"police"', '"social"'), "at most one desk"),
    "organisation": (lambda t: t.replace('"police"', '"fire"'), "area.0.desk.1.organisation"),
    "language": (lambda t: t.replace('language = "en"', 'language = "tlh"', 1), "no catalogue"),
    "languages": (lambda t: t.replace('["en", "sv"]', '["en", "tlh"]'), "no catalogue"),
    "no language": (lambda t: t.replace('["en", "sv"]', "[]"), "service.languages"),
    "vanish": (lambda t: t.replace("vanish_hours = 24", "vanish_hours = 35"), "vanish_hours"),
    "retention": (lambda t: t.replace("retention_days = 30", ""), "service.retention_days"),
    "no staff": (lambda t: t.replace("[5003]", "[]"), "area.0.desk.1.staff"),
    "area id": (lambda t: t.replace('"sodermalm"', '"Söder:malm"'), "area.0.id"),
    "alert": (lambda t: t.replace('"backup"', '"everybody"'), "area.0.ladder.1.alert"),
    "empty": (lambda t: "", "service"),
}


@pytest.mark.parametrize("fault", SETTINGS)
@pytest.mark.parametrize("command", ["run", "doctor"])
def test_settings_that_do_not_hold(bare: Terminal, command: str, fault: str) -> None:
    spoil, words = SETTINGS[fault]
    bare.write(spoil(TOML))
    said = bare(command).sentence
    assert words in said
    assert str(bare.config) in said, "it names the file"


def test_settings_that_are_no_text(bare: Terminal) -> None:
    bare.config.write_bytes(b"\xff\xfe")
    assert "not valid TOML" in bare("run").sentence
    bare.config.unlink()
    bare.config.mkdir()
    assert "cannot be read" in bare("run").sentence


@pytest.mark.parametrize("command", ["run", "doctor"])
def test_no_settings(bare: Terminal, command: str) -> None:
    assert "igor-bot init" in bare(command).sentence


ENVIRONMENT: dict[str, tuple[dict[str, str], str]] = {
    "no token": ({"IGOR_TOKEN": ""}, "@BotFather"),
    "no bot token": ({"IGOR_TOKEN": "secret"}, "@BotFather"),
    "token with blanks": ({"IGOR_TOKEN": "1:a b"}, "@BotFather"),
    "clock": ({"IGOR_CLOCK_URL": "http://192.0.2.1/clock"}, "for tests only"),
    "clock, real API": (
        {"IGOR_CLOCK_URL": "http://127.0.0.1:1", "IGOR_API_URL": "https://api.telegram.org"},
        "for tests only",
    ),
    "clock of a name": ({"IGOR_CLOCK_URL": "http://127.0.0.1.example.org/"}, "for tests only"),
    "no clock": ({"IGOR_CLOCK_URL": "http://127.0.0.1:1/clock"}, "No clock answers"),
    "PostgreSQL": ({"IGOR_DATABASE": "postgresql://u:pass-word@host/x"}, "sqlite:///"),
    "a path": ({"IGOR_DATABASE": "igor.db"}, "sqlite:///"),
    "no such folder": ({"IGOR_DATABASE": "sqlite:////nowhere/igor.db"}, "cannot be used"),
    "a device": ({"IGOR_DATABASE": "sqlite:////dev/null"}, "cannot be"),
    "no token file": ({"IGOR_TOKEN_FILE": "/nowhere/token"}, "IGOR_TOKEN_FILE"),
    "no API file": ({"IGOR_API_URL_FILE": "/nowhere/api"}, "IGOR_API_URL_FILE"),
    "no database file": ({"IGOR_DATABASE_FILE": "/nowhere/db"}, "IGOR_DATABASE_FILE"),
    "no key": ({"IGOR_KEY_FILE": "/nowhere/igor.key"}, "igor-bot init"),
    "unreachable": ({"IGOR_API_URL": "http://127.0.0.1:1"}, "Telegram cannot be reached"),
    "no address": ({"IGOR_API_URL": "nonsense"}, "Telegram cannot be reached"),
}


@pytest.mark.parametrize("fault", ENVIRONMENT)
def test_an_environment_that_does_not_hold(bare: Terminal, fault: str) -> None:
    values, words = ENVIRONMENT[fault]
    bare.write()
    for name, value in values.items():
        bare.monkeypatch.setenv(name, value)
    said = bare("run").sentence
    assert words in said
    assert "pass-word" not in said


def test_a_token_file_that_is_no_text(bare: Terminal) -> None:
    bare.write()
    (bare.folder / "token").write_bytes(b"\xff\xfe")
    bare.monkeypatch.setenv("IGOR_TOKEN_FILE", str(bare.folder / "token"))
    assert "IGOR_TOKEN_FILE" in bare("run").sentence


@pytest.mark.parametrize("command", ["run", "doctor"])
def test_key_files_that_do_not_hold(bare: Terminal, command: str) -> None:
    bare.write()
    key = bare.folder / "igor.key"
    key.chmod(0o644)
    assert "chmod 600" in bare(command).sentence
    key.chmod(0o600)
    key.write_text("no key")
    assert "does not hold a key" in bare(command).sentence
    key.unlink()
    assert "igor-bot init" in bare(command).sentence


# Once it has begun ---------------------------------------------------------------


def test_a_wrong_token(terminal: Terminal) -> None:
    terminal.write()
    terminal.monkeypatch.setenv("IGOR_TOKEN", "1:" + "a" * 35)
    assert "refuses the token" in terminal("run").sentence


def test_something_else_answers(terminal: Terminal) -> None:
    terminal.write()
    terminal.monkeypatch.setenv("IGOR_API_URL", os.environ["IGOR_CLOCK_URL"])
    terminal("run").sentence  # noqa: B018 - it checks


def test_no_clock_but_something_else(terminal: Terminal) -> None:
    terminal.write()
    terminal.monkeypatch.setenv("IGOR_CLOCK_URL", os.environ["IGOR_API_URL"])
    assert "No clock answers" in terminal("run").sentence


def test_telegram_fails(terminal: Terminal) -> None:
    terminal.write()
    terminal.world.faults.add(Fault("status_502", "getMe"))
    assert "Telegram cannot be reached" in terminal("run").sentence


def test_a_database_of_another_kind(bare: Terminal) -> None:
    bare.write()
    (bare.folder / "igor.db").write_text("Dear diary, " * 100)
    assert "not a database" in bare("run").sentence


def test_a_lost_key_store(terminal: Terminal) -> None:
    """The data is there, its keys are not: one sentence, and the data stays as it is."""
    terminal.write()
    terminal.world.faults.add(Fault("status_502", "getMe", times=1))
    terminal("run").sentence  # noqa: B018 - it makes the database
    with closing(sqlite3.connect(terminal.folder / "igor.db")) as db:
        row = (1, 0.0, "new", "inbox-2026-01-01", b"sealed" * 9)
        db.execute("INSERT INTO inbox VALUES (?, ?, ?, ?, ?)", row)
        db.commit()
    assert ".keys" in terminal("run").sentence


def test_a_fault_of_ours_is_one_sentence_without_its_words(
    bare: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise RuntimeError("Amina, +46701740605")

    bare.write()
    monkeypatch.setattr("bot.app.read_master_key", fail)
    ended = bare("run")
    assert ended.code == 1
    assert ended.err == (
        "igor-bot: Stopped by a fault (RuntimeError). Nothing is lost: start it again.\n"
    )
