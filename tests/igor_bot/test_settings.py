"""Settings: what is wrong is said in one clear sentence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from igor_bot.errors import SetupError
from igor_bot.settings import Settings, key_path, load, load_book
from tests.support import TOML

TOKEN = "4242:abc-DEF_1"  # not a real one


def written(folder: Path, toml: str = TOML) -> Path:
    path = folder / "igor.toml"
    path.write_text(toml, encoding="utf-8")
    return path


def loaded(folder: Path, monkeypatch: pytest.MonkeyPatch, **environment: str) -> Settings:
    path = written(folder)
    for name, value in {"TOKEN": TOKEN, **environment}.items():
        monkeypatch.setenv(f"IGOR_{name}", value)
    return load(path)


def sentence(problem: pytest.ExceptionInfo[SetupError]) -> str:
    said = str(problem.value)
    assert said.endswith(".")
    assert "\n" not in said
    assert "Traceback" not in said
    assert "pydantic" not in said.lower()
    assert TOKEN not in said
    assert "input_value" not in said
    return said


def test_all_is_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = loaded(tmp_path, monkeypatch)
    assert settings.token == TOKEN
    assert settings.api_url == "https://api.telegram.org"
    assert settings.database == tmp_path / "igor.db"
    assert settings.key_file == tmp_path / "igor.key"
    assert settings.clock_url is None
    assert settings.book.area[0].promise_s == 300
    assert settings.book.area[0].first_desk.organisation == "social"


def remove(line: str) -> tuple[str, str]:
    return line + "\n", ""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param(*remove("retention_days = 30"), "service.retention_days", id="retention must be chosen"),
        pytest.param("retention_days = 30", "retention_days = 0", "service.retention_days", id="none"),
        pytest.param("vanish_hours = 24", "vanish_hours = 35", "34", id="vanishes too late"),
        pytest.param("vanish_hours = 24", "vanish_hours = 0", "service.vanish_hours", id="at once"),
        pytest.param("vanish_hours = 24", 'vanish_hours = "a day"', "service.vanish_hours", id="words"),
        pytest.param('"en", "sv"]', '"en", "tlh"]', "'tlh'", id="a language that is not there"),
        pytest.param('["en", "sv"]', "[]", "service.languages", id="no language"),
        pytest.param('name = "Together"', 'name = ""', "service.name", id="no name"),
        pytest.param('id = "sodermalm"', 'id = "Södermalm"', "area.0.id", id="area id"),
        pytest.param('id = "sodermalm"', f'id = "{"a" * 21}"', "area.0.id", id="a long area id"),
        pytest.param("Europe/Stockholm", "Stockholm", "Europe/Stockholm", id="time zone"),
        pytest.param('time_zone = "Europe/Stockholm"', "time_zone = 1", "time_zone", id="no time zone"),
        pytest.param(*remove('out_of_hours_phone = "+46 8 000 00 00"'), "out_of_hours_phone", id="phone"),
        pytest.param('organisation = "social"', 'organisation = "press"', "organisation", id="organisation"),
        pytest.param('organisation = "police"', 'organisation = "social"', "each organisation", id="two social desks"),
        pytest.param("-1001000000002", "-1001000000001", "same chat_id", id="two desks in one chat"),
        pytest.param("staff = [5001, 5002]", "staff = []", "staff", id="nobody"),
        pytest.param(*remove("staff = [5003]"), "staff", id="staff is required"),
        pytest.param('chat_id = -1001000000001\nlanguage = "en"', 'chat_id = -1001000000001\nlanguage = "xx"', "'xx'", id="desk language"),
        pytest.param("after_s = 120", "after_s = -1", "after_s", id="before the request"),
        pytest.param("after_s = 300", "after_s = 100", "order of after_s", id="not upwards"),
        pytest.param('after_s = 0\nalert = "on_duty"', 'after_s = 0\nalert = "tell_person"', "1 or more", id="told at once"),
        pytest.param('alert = "backup"', 'alert = "everybody"', "alert", id="an unknown rung"),
        pytest.param("[service]", "[service]\ncolour = 1", "colour", id="an unknown setting"),
        pytest.param("[service]", "[service", "not valid TOML", id="no TOML"),
        pytest.param(TOML, "", "service", id="empty"),
        pytest.param(TOML[TOML.index("[[area]]") :], "", "area", id="no area"),
    ],
)  # fmt: skip
def test_a_bad_igor_toml(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in TOML
    path = written(tmp_path, TOML.replace(old, new))
    with pytest.raises(SetupError) as problem:
        load_book(path)
    assert said in sentence(problem)
    assert str(path) in str(problem.value)


def test_two_areas_with_one_id(tmp_path: Path) -> None:
    area = TOML[TOML.index("[[area]]") :].replace("-100100", "-100200")
    with pytest.raises(SetupError) as problem:
        load_book(written(tmp_path, TOML + area))
    assert "same id" in sentence(problem)


def test_no_igor_toml(tmp_path: Path) -> None:
    with pytest.raises(SetupError) as problem:
        load_book(tmp_path / "igor.toml")
    assert "igor-bot init" in sentence(problem)


def test_an_igor_toml_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SetupError) as problem:
        load_book(tmp_path)
    assert "cannot be read" in sentence(problem)


def test_an_igor_toml_that_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "igor.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SetupError) as problem:
        load_book(tmp_path / "igor.toml")
    assert "not valid TOML" in sentence(problem)


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"TOKEN": ""}, "IGOR_TOKEN"),
        ({"TOKEN": "secret"}, "@BotFather"),
        ({"TOKEN": "42:a b"}, "IGOR_TOKEN"),
        ({"DATABASE": "mysql://u:secret@h/d"}, "IGOR_DATABASE"),
        ({"DATABASE": "/tmp/igor.db"}, "sqlite:///"),
        ({"CLOCK_URL": "http://127.0.0.1:1/clock"}, "IGOR_CLOCK_URL"),
        ({"CLOCK_URL": "http://10.0.0.1/clock", "API_URL": "http://127.0.0.1:1"}, "loopback"),
        ({"CLOCK_URL": "http://127.0.0.1.evil.example/", "API_URL": "http://[::1]:1"}, "loopback"),
        ({"CLOCK_URL": "clock", "API_URL": "http://localhost:1"}, "loopback"),
        ({"TOKEN_FILE": "/nonexistent/token"}, "IGOR_TOKEN_FILE"),
        ({"TOKEN_FILE": "/"}, "cannot be read"),
    ],
)
def test_a_bad_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], said: str
) -> None:
    with pytest.raises(SetupError) as problem:
        loaded(tmp_path, monkeypatch, **environment)
    assert said in sentence(problem)
    assert not re.search(r"secret|42:a b", str(problem.value)), "no secret is repeated"


def test_secrets_may_come_in_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text("77:file-token\n")
    settings = loaded(tmp_path, monkeypatch, TOKEN_FILE=str(tmp_path / "token"))
    assert settings.token == "77:file-token"


def test_addresses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = loaded(
        tmp_path,
        monkeypatch,
        API_URL="http://localhost:8081/",
        CLOCK_URL="http://[::1]:1/clock",
        DATABASE="sqlite:////var/lib/igor.db",
        KEY_FILE="/run/secrets/igor.key",
    )
    assert settings.api_url == "http://localhost:8081"
    assert settings.clock_url == "http://[::1]:1/clock"
    assert str(settings.database) == "/var/lib/igor.db"
    assert key_path(tmp_path / "igor.toml") == Path("/run/secrets/igor.key")


def test_the_operators_numbers_stand_over_the_built_in_ones(tmp_path: Path) -> None:
    own = '\n[[number]]\nid = "care"\nlabel = "Vård"\nnumber = "1178"\nsource = "us"\nchecked = "2026-10-01"\n'
    book = load_book(written(tmp_path, TOML + own))
    assert book.numbers["care"].number == "1178"
    assert book.numbers["emergency"].number == "112"
    assert all(n.source and n.checked for n in book.numbers.values())


def test_finding_areas_and_desks(tmp_path: Path) -> None:
    book = load_book(written(tmp_path))
    assert book.area_of("sodermalm") == book.area[0]
    assert book.area_of("gone") is None
    found = book.desk_at(-1001000000002)
    assert found is not None
    assert found[1].organisation == "police"
    assert book.desk_at(-1) is None
