"""The command line: what `init` writes, how it is used, what help says."""

from __future__ import annotations

import socket
import stat
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import cli
from igor_bot.settings import load_book
from igor_bot.store.crypto import read_master_key
from tests.bot.cli_support import Terminal

# init ---------------------------------------------------------------------------------------------


def test_init_yes_writes_settings_and_key(bare: Terminal) -> None:
    ended = bare("init", "--yes")
    assert ended.code == 0
    assert f"Wrote {bare.config}" in ended.out
    book = load_book(bare.config)
    assert book.service.retention_days
    assert [d.organisation for a in book.area for d in a.desk] == ["social"]
    key = bare.folder / "igor.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert len(read_master_key(key)) == 32


@pytest.mark.parametrize("there", [("igor.toml",), ("igor.key",), ("igor.toml", "igor.key")])
def test_init_never_writes_over_what_is_there(bare: Terminal, there: tuple[str, ...]) -> None:
    for name in there:
        (bare.folder / name).write_text(f"my own {name}")
    ended = bare("init", "--yes")
    assert ended.code == 0
    assert ended.out.count("stays as it is") == len(there)
    for name in there:
        assert (bare.folder / name).read_text() == f"my own {name}"
    for name in {"igor.toml", "igor.key"} - set(there):
        assert (bare.folder / name).exists()


def test_init_makes_the_folder_and_follows_igor_key_file(bare: Terminal) -> None:
    config = bare.folder / "deep" / "er" / "igor.toml"
    bare.monkeypatch.setenv("IGOR_CONFIG", str(config))
    bare.monkeypatch.setenv("IGOR_KEY_FILE", str(bare.folder / "elsewhere.key"))
    assert bare("init", "-y", config=False).code == 0
    assert config.exists()
    assert len(read_master_key(bare.folder / "elsewhere.key")) == 32
    assert not (config.parent / "igor.key").exists()


def test_init_asks(tmp_path: Path) -> None:
    answers = 'Stöd "nära"\nUmeå\numea\n+46 90 1\n-100777\n7001, 7002\n'
    config = tmp_path / "igor.toml"
    asked = CliRunner().invoke(cli, ["init", "--config", str(config)], input=answers)
    assert asked.exit_code == 0
    book = load_book(config)
    assert book.service.name == "Stöd 'nära'"
    (area,) = book.area
    assert (area.id, area.name, area.out_of_hours_phone) == ("umea", "Umeå", "+46 90 1")
    assert (area.desk[0].chat_id, area.desk[0].staff) == (-100777, (7001, 7002))
    again = CliRunner().invoke(cli, ["init", "--config", str(config)])
    assert again.exit_code == 0, "nothing to ask: both are there"


def test_init_asks_with_defaults_that_are_the_example(tmp_path: Path) -> None:
    for name, more in (("asked.toml", []), ("example.toml", ["--yes"])):
        command = ["init", "--config", str(tmp_path / name), *more]
        assert CliRunner().invoke(cli, command, input="\n" * 6).exit_code == 0
    read = [tomllib.loads((tmp_path / n).read_text()) for n in ("asked.toml", "example.toml")]
    assert read[0] == read[1]


def test_init_where_nothing_can_be_written(bare: Terminal) -> None:
    (bare.folder / "file").write_text("")
    bare.monkeypatch.setenv("IGOR_CONFIG", str(bare.folder / "file" / "igor.toml"))
    assert "cannot be written" in bare("init", "--yes", config=False).sentence
    bare.monkeypatch.delenv("IGOR_CONFIG")
    bare.monkeypatch.setenv("IGOR_KEY_FILE", str(bare.folder / "none" / "igor.key"))
    assert "cannot be written" in bare("init", "--yes").sentence


# Usage and help -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [["walk"], ["run", "--fast"], ["run", "extra"], ["demo", "--port", "many"], ["run", "-c"]],
)
def test_used_wrongly(bare: Terminal, words: list[str]) -> None:
    ended = bare(*words, config=False)
    assert ended.code == 2
    assert "Traceback" not in ended.err
    assert ended.err


@pytest.mark.parametrize("command", ["init", "run", "demo", "doctor"])
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_shows_an_example(command: str, option: str) -> None:
    shown = CliRunner().invoke(cli, [command, option], terminal_width=200)
    assert shown.exit_code == 0
    assert "Example: " in shown.output
    assert f"igor-bot {command}" in shown.output.partition("Example: ")[2]


def test_help_names_all_commands() -> None:
    shown = CliRunner().invoke(cli, ["--help"], terminal_width=200)
    assert shown.exit_code == 0
    for command in ("init", "run", "demo", "doctor"):
        assert command in shown.output


def test_a_taken_port_is_said(bare: Terminal) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = bare("demo", "--no-browser", "--port", str(port), config=False)
    assert ended.code != 0
    assert str(port) in ended.out + ended.err
    assert "Traceback" not in ended.err
