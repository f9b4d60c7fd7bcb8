"""igor.toml and the environment, checked: what is wrong is said in one sentence."""

from __future__ import annotations

import os
import re
import tomllib
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from igor_bot import texts
from igor_bot.errors import SetupError

CONFIG_NAME = "igor.toml"
Organisation = Literal["social", "police"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Service(_Strict):
    """[service]: how the service calls itself and how long it keeps what."""

    name: str = Field(min_length=1, max_length=60)
    languages: tuple[str, ...] = Field(min_length=1)
    vanish_hours: int = Field(default=24, ge=1, le=34)
    retention_days: int = Field(ge=1, le=3650)

    @field_validator("languages")
    @classmethod
    def _known(cls, codes: tuple[str, ...]) -> tuple[str, ...]:
        there = texts.languages()
        for code in codes:
            if code not in there:
                raise ValueError(
                    f"there is no catalogue for {code!r}; there are: {', '.join(there)}"
                )
        return codes


class Number(_Strict):
    """[[number]]: a public number that people are given, with its source and check date."""

    id: str = Field(pattern=r"^[a-z_]{1,20}$")
    label: str
    number: str
    source: str
    checked: str


class Rung(_Strict):
    """[[area.ladder]]: whom to alert `after_s` seconds after the request."""

    after_s: int = Field(ge=0, le=86_400)
    alert: Literal["on_duty", "backup", "tell_person"]


class Desk(_Strict):
    """[[area.desk]]: one organisation's escalation chat."""

    organisation: Organisation
    chat_id: int
    language: str
    staff: tuple[int, ...] = Field(min_length=1)

    @field_validator("language")
    @classmethod
    def _known(cls, code: str) -> str:
        if code not in texts.languages():
            raise ValueError(f"there is no catalogue for {code!r}")
        return code


def _zone(name: object) -> object:
    try:
        return ZoneInfo(name) if isinstance(name, str) else name
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{name!r} is not a time zone; one is Europe/Stockholm") from None


class Area(_Strict):
    """[[area]]: a local police district and its municipality part."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    id: str = Field(pattern=r"^[a-z0-9-]{1,20}$")
    name: str
    time_zone: Annotated[ZoneInfo, BeforeValidator(_zone)]
    out_of_hours_phone: str
    region: str = Field(default="SE", pattern=r"^[A-Z]{2}$")
    desk: tuple[Desk, ...] = Field(min_length=1)
    ladder: tuple[Rung, ...] = (
        Rung(after_s=0, alert="on_duty"),
        Rung(after_s=120, alert="backup"),
        Rung(after_s=300, alert="tell_person"),
    )

    @model_validator(mode="after")
    def _one_desk_each(self) -> Area:
        organisations = [d.organisation for d in self.desk]
        if len(set(organisations)) != len(organisations):
            raise ValueError("an area has at most one desk of each organisation")
        return self

    @model_validator(mode="after")
    def _upwards(self) -> Area:
        seconds = [r.after_s for r in self.ladder]
        if seconds != sorted(seconds):
            raise ValueError("the rungs of a ladder must stand in the order of after_s")
        if any(r.after_s < 1 for r in self.ladder if r.alert == "tell_person"):
            raise ValueError(
                "tell_person needs an after_s of 1 or more: nobody has looked yet at 0"
            )
        return self

    def desk_of(self, organisation: str) -> Desk | None:
        """Return the area's desk of `organisation`, or None."""
        return next((d for d in self.desk if d.organisation == organisation), None)

    @property
    def first_desk(self) -> Desk:
        """Where a case opens: the social desk, the police desk where there is none."""
        return self.desk_of("social") or self.desk[0]

    @property
    def promise_s(self) -> int | None:
        """Seconds from a request until she is told how it stands."""
        return next((r.after_s for r in self.ladder if r.alert == "tell_person"), None)


# Gathered from public pages in November 2026; "source" is where each is checked. An operator calls
# or looks up every one before launch and writes it into igor.toml with the new date.
_NUMBERS = (
    ("emergency", "SOS Alarm", "112", "sosalarm.se"),
    ("police", "Polisen", "114 14", "polisen.se"),
    ("helpline", "Kvinnofridslinjen", "020-50 50 50", "kvinnofridslinjen.se"),
    ("men_line", "Stödlinjen för män", "020-80 80 80", "stodlinjenforman.se"),
    ("trans_line", "Stödlinjen för transpersoner", "020-55 00 00", "stodlinjenfortranspersoner.se"),
    ("stop_line", "Välj att sluta", "020-555 666", "valjattsluta.se"),
    ("child_line", "Bris", "116 111", "bris.se"),
    ("care", "Vårdguiden", "1177", "1177.se"),
)


class Book(_Strict):
    """The whole of igor.toml."""

    service: Service
    area: tuple[Area, ...] = Field(min_length=1)
    number: tuple[Number, ...] = ()

    @model_validator(mode="after")
    def _distinct(self) -> Book:
        ids = [a.id for a in self.area]
        chats = [d.chat_id for a in self.area for d in a.desk]
        if len(set(ids)) != len(ids):
            raise ValueError("two areas have the same id")
        if len(set(chats)) != len(chats):
            raise ValueError("two desks have the same chat_id")
        return self

    @cached_property
    def numbers(self) -> dict[str, Number]:
        """All public numbers by id; the operator's own stand over the built-in ones."""
        built_in = (
            Number(id=i, label=label, number=n, source=source, checked="2026-11-01")
            for i, label, n, source in _NUMBERS
        )
        return {n.id: n for n in (*built_in, *self.number)}

    def area_of(self, area_id: str | None) -> Area | None:
        """Return the area with this id, or None."""
        return next((a for a in self.area if a.id == area_id), None)

    def desk_at(self, chat_id: int) -> tuple[Area, Desk] | None:
        """Return the area and desk whose chat this is, or None."""
        pairs = ((a, d) for a in self.area for d in a.desk)
        return next(((a, d) for a, d in pairs if d.chat_id == chat_id), None)


class Environment(BaseSettings):
    """What comes by environment: secrets and addresses."""

    model_config = SettingsConfigDict(env_prefix="IGOR_", extra="ignore")

    token: str = ""
    api_url: str = "https://api.telegram.org"
    database: str = ""
    key_file: str = ""
    clock_url: str = ""


class Settings(_Strict):
    """Everything that the program is told from outside."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    book: Book
    token: str
    api_url: str
    database: Path
    key_file: Path
    clock_url: str | None


def load(config: Path) -> Settings:
    """Read `config` and the environment.

    Raises SetupError with one sentence that says what to change.
    """
    book = load_book(config)
    env = _environment()
    if not re.fullmatch(r"\d+:[A-Za-z0-9_-]+", env.token):
        raise SetupError(
            "IGOR_TOKEN is missing or is not a bot token: set it to the token that @BotFather gave "
            "you, or IGOR_TOKEN_FILE to a file that holds it."
        )
    if env.clock_url and not (_is_loopback(env.clock_url) and _is_loopback(env.api_url)):
        raise SetupError(
            "IGOR_CLOCK_URL is for tests only: it and IGOR_API_URL must both be on loopback. "
            "Remove it to run for real."
        )
    return Settings(
        book=book,
        token=env.token,
        api_url=env.api_url.rstrip("/"),
        database=_database(env.database, config),
        key_file=key_path(config),
        clock_url=env.clock_url or None,
    )


def load_book(config: Path) -> Book:
    """Read igor.toml alone. Raises SetupError with one sentence."""
    try:
        data = tomllib.loads(config.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SetupError(
            f"There is no {config}: run `igor-bot init` to write an example."
        ) from None
    except OSError as problem:
        raise SetupError(f"{config} cannot be read: {problem.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise SetupError(f"{config} is not valid TOML: {problem}.") from None
    try:
        return Book.model_validate(data)
    except ValidationError as problem:
        raise SetupError(f"{config}: {_first(problem)}") from None


def key_path(config: Path) -> Path:
    """Return where the master key lies: IGOR_KEY_FILE, else igor.key beside the config."""
    given = _environment().key_file
    return Path(given) if given else config.parent / "igor.key"


def _environment() -> Environment:
    """The environment, `*_FILE` variants read in."""
    given: dict[str, Any] = {}
    for name in Environment.model_fields:
        path = os.environ.get(f"IGOR_{name.upper()}_FILE")
        if path and name != "key":
            try:
                given[name] = Path(path).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as problem:
                why = getattr(problem, "strerror", None) or "it is not text"
                raise SetupError(
                    f"IGOR_{name.upper()}_FILE names {path}, which cannot be read: {why}."
                ) from None
    return Environment(**given)


def _database(url: str, config: Path) -> Path:
    if not url:
        return config.parent / "igor.db"
    if not url.startswith("sqlite:///"):
        raise SetupError(
            f"IGOR_DATABASE must look like sqlite:///path/to/igor.db, not {url.split(':')[0]}:..."
        )
    return Path(url.removeprefix("sqlite:///"))


def _is_loopback(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _first(problem: ValidationError) -> str:
    """The first fault, in the operator's words."""
    fault = problem.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in fault["loc"]) or "the file"
    what = fault["msg"].removeprefix("Value error, ")
    return f"{where}: {what[0].lower()}{what[1:].rstrip('.')}."
