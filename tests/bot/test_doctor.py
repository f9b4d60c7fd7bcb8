"""`igor-bot doctor`: 0 where all is well, 1 and a sentence for each fault it knows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

import bot.doctor
from bot.sandbox.faults import Fault
from igor_bot.store.store import Store
from tests.bot.cli_support import Ended, Terminal
from tests.support import POLICE, SOCIAL, TOML

TODAY = datetime.now(UTC).date()


@pytest.fixture(autouse=True)
def _numbers_are_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whenever this runs, the built-in numbers do not count as stale."""
    monkeypatch.setattr(bot.doctor, "STALE", timedelta(days=36_500))


def wrong(ended: Ended) -> list[str]:
    """The faults that were found, one at least."""
    assert ended.code == 1, ended
    found = [line[7:] for line in ended.out.splitlines() if line.startswith("WRONG  ")]
    assert found
    assert all(line.startswith(("WRONG  ", "fine   ")) for line in ended.out.splitlines())
    assert ended.err == ""
    return found


def raise_alarms(terminal: Terminal, *raised: tuple[str, str]) -> None:
    """What a bot that ran has left in its store."""

    async def write() -> None:
        store = await Store.open(terminal.folder / "igor.db", b"m" * 32)
        async with store.work(1_800_000_000) as work:
            for kind, subject in raised:
                await work.alarm(kind, subject)
        await store.close()

    asyncio.run(write())


def test_all_is_well(terminal: Terminal) -> None:
    terminal.write()
    raise_alarms(terminal)
    ended = terminal("doctor")
    assert ended.code == 0, ended
    assert "WRONG" not in ended.out
    for what in ("settings and key file", "database igor.db", "@", "desk sodermalm/social",
                 "desk sodermalm/police", " 112, sosalarm.se"):  # fmt: skip
        assert what in ended.out


def test_no_database_yet_is_no_fault_and_none_is_made(terminal: Terminal) -> None:
    terminal.write()
    ended = terminal("doctor")
    assert ended.code == 0
    assert "no database yet" in ended.out
    assert not (terminal.folder / "igor.db").exists()


def no_topics(terminal: Terminal) -> None:
    terminal.world.chats[SOCIAL].forum = False


def no_admin(terminal: Terminal) -> None:
    bot = terminal.world.chats[SOCIAL].members[terminal.world.bot.id]
    bot.status, bot.rights = "member", frozenset()


def no_right(terminal: Terminal) -> None:
    bot = terminal.world.chats[SOCIAL].members[terminal.world.bot.id]
    bot.rights = frozenset(bot.rights) - {"can_manage_topics"}


def unknown(terminal: Terminal) -> None:
    del terminal.world.chats[SOCIAL]


def put_out(terminal: Terminal) -> None:
    terminal.world.chats[SOCIAL].members[terminal.world.bot.id].status = "kicked"


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (no_topics, "turn on topics"),
        (no_admin, "make the bot an administrator"),
        (no_right, "may manage topics"),
        (unknown, "cannot be reached"),
        (put_out, ""),
    ],
)
def test_a_desk_that_does_not_work(
    terminal: Terminal, spoil: Callable[[Terminal], None], words: str
) -> None:
    terminal.write()
    spoil(terminal)
    ended = terminal("doctor")
    (found,) = wrong(ended)
    assert found.startswith("desk sodermalm/social: ")
    assert words in found
    assert "fine   desk sodermalm/police" in ended.out, "the other desk is looked at all the same"


ALARMS = {
    ("desk", str(POLICE)): f"The desk {POLICE} cannot be reached since 2027-01-15 08:00 UTC",
    ("fault", "Incoming"): "1 times since 2027-01-15 08:00 UTC something could not be handled",
    ("outbox", "post"): "1 messages (post) could not be sent",
    ("key", "person"): "1 times since 2027-01-15 08:00 UTC a person could not be opened",
    ("refused", "words"): "1 messages (words) were refused by Telegram",
}


@pytest.mark.parametrize("alarm", ALARMS)
def test_alarms_in_the_store(terminal: Terminal, alarm: tuple[str, str]) -> None:
    terminal.write()
    raise_alarms(terminal, alarm)
    (found,) = wrong(terminal("doctor"))
    assert ALARMS[alarm] in found


def test_all_alarms_at_once_while_the_bot_has_left_a_group(terminal: Terminal) -> None:
    terminal.write()
    raise_alarms(terminal, *ALARMS, ("unknown_group", "-55"))
    ended = terminal("doctor")
    assert len(wrong(ended)) == len(ALARMS)
    assert "fine   Somebody added the bot to the group -55" in ended.out


def number(checked: str) -> str:
    return f"""
[[number]]
id = "helpline"
label = "Helpline"
number = "020"
source = "example.org"
checked = "{checked}"
"""


@pytest.mark.parametrize(
    ("checked", "stale"),
    [
        (str(TODAY), False),
        (str(TODAY - timedelta(days=180)), False),
        (str(TODAY - timedelta(days=182)), True),
        ("last spring", True),
    ],
)
def test_a_number_that_nobody_has_checked(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, checked: str, stale: bool
) -> None:
    terminal.write(TOML + number(checked))
    monkeypatch.setattr(bot.doctor, "STALE", timedelta(days=180))
    lines = [line for line in terminal("doctor").out.splitlines() if "Helpline 020" in line]
    assert len(lines) == 1
    assert lines[0].startswith("WRONG" if stale else "fine")
    assert lines[0].endswith("check it") == stale


def test_telegram_does_not_answer(terminal: Terminal) -> None:
    terminal.write()
    terminal.world.faults.add(Fault("status_502", "getMe"))
    (found,) = wrong(terminal("doctor"))
    assert "Telegram does not answer" in found


def test_a_wrong_token(terminal: Terminal) -> None:
    terminal.write()
    terminal.monkeypatch.setenv("IGOR_TOKEN", "1:" + "a" * 35)
    ended = terminal("doctor")
    (found,) = wrong(ended)
    assert "check the token" in found
    assert "a" * 35 not in ended.out


def test_a_database_of_another_kind(terminal: Terminal) -> None:
    terminal.write()
    (terminal.folder / "igor.db").write_text("Dear diary, " * 100)
    (found,) = wrong(terminal("doctor"))
    assert "cannot be read" in found
