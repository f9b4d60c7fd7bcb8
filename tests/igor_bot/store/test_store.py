"""The store as a whole: opened once at a time, updates first in, nothing readable on the disk."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from igor_bot.errors import SetupError
from igor_bot.person import Said
from igor_bot.store.peek import Alarm, alarms
from igor_bot.store.store import Store, StoreError, key_store_path
from tests.igor_bot.store.conftest import HER, MASTER, NOW, Home, a_case, open_case, somebody


async def refusal(path: Path, master: bytes = MASTER) -> str:
    """The sentence with which a store is refused."""
    with pytest.raises(SetupError) as problem:
        await Store.open(path, master)
    said = str(problem.value)
    assert said.endswith(".")
    assert "\n" not in said
    return said


async def test_a_second_open_is_refused_and_allowed_after_close(home: Home) -> None:
    said = await refusal(home.path)
    assert "Another igor-bot is running" in said
    assert "IGOR_DATABASE" in said
    async with home.store.work(NOW) as work:  # the first one is not harmed
        somebody(work)
    await home.again()
    async with home.store.work(NOW) as work:
        assert await work.person(HER) is not None


async def test_two_paths_at_a_time(home: Home, tmp_path: Path) -> None:
    other = await Store.open(tmp_path / "other.db", MASTER)
    await other.close()


async def test_files_are_for_their_owner_alone(home: Home) -> None:
    await home.store.receive([{"update_id": 1}], NOW)
    names = {p.name: stat.S_IMODE(p.stat().st_mode) for p in home.path.parent.iterdir()}
    assert {"igor.db", "igor.db.keys", "igor.db.lock"} <= set(names)
    assert {name: oct(mode) for name, mode in names.items() if mode & 0o077} == {}


async def test_another_master_key_is_refused_and_the_store_opens_again(home: Home) -> None:
    await home.store.close()
    assert "does not fit this database" in await refusal(home.path, b"x" * 32)
    home.store = await Store.open(home.path, MASTER)


async def test_a_file_of_another_kind_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "igor.db"
    path.write_text("Dear diary, " * 100)
    assert "not a database" in await refusal(path)
    assert path.read_text() == "Dear diary, " * 100


async def test_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "igor.db").mkdir()
    assert "cannot be opened" in await refusal(tmp_path / "igor.db")
    assert "cannot be used" in await refusal(tmp_path / "nowhere" / "igor.db")


async def test_a_database_of_a_newer_version_is_refused(home: Home) -> None:
    await home.store.close()
    with closing(sqlite3.connect(home.path)) as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
        db.commit()
    assert "another version" in await refusal(home.path)


# Inbox ------------------------------------------------------------------------------------------


def update(number: int, words: str = "hej") -> dict[str, object]:
    return {"update_id": number, "message": {"text": words}}


async def test_an_update_is_new_once(home: Home) -> None:
    assert await home.store.receive([update(7), update(5)], NOW) == [5, 7]
    assert await home.store.receive([update(5), update(6), update(7)], NOW) == [6]
    store = await home.again()
    assert await store.receive([update(6)], NOW) == []


async def test_the_first_words_of_an_update_count(home: Home) -> None:
    await home.store.receive([update(5, "first")], NOW)
    await home.store.receive([update(5, "second")], NOW)
    assert await home.store.unhandled() == [update(5, "first")]


async def test_unhandled_come_back_oldest_first_after_a_restart(home: Home) -> None:
    await home.store.receive([update(9, "nine"), update(8)], NOW)
    await home.store.receive([update(3, "three"), update(4), update(2)], NOW + 1)
    async with home.store.work(NOW) as work:
        work.done(8)
        work.done(4, "quarantined")
    store = await home.again()
    assert await store.unhandled() == [update(2), update(3, "three"), update(9, "nine")]


async def test_handled_updates_lose_their_content(home: Home) -> None:
    await home.store.receive([update(1), update(2), update(3)], NOW)
    async with home.store.work(NOW) as work:
        work.done(1)
        work.done(2, "quarantined")
    with closing(sqlite3.connect(home.path)) as db:
        rows = db.execute("SELECT update_id, state, body IS NULL FROM inbox ORDER BY 1").fetchall()
    assert rows == [(1, "done", 1), (2, "quarantined", 0), (3, "new", 0)]


async def test_sweep_frees_old_ids_of_handled_updates_alone(home: Home) -> None:
    await home.store.receive([update(1), update(2), update(3)], NOW)
    await home.store.receive([update(4)], NOW + 10)
    async with home.store.work(NOW) as work:
        for number in (1, 4):
            work.done(number)
        work.done(2, "quarantined")
    await home.store.sweep_inbox(NOW + 10)
    new = await home.store.receive([update(n) for n in (1, 2, 3, 4)], NOW + 20)
    assert new == [1], "1 is free again; 2 and 3 are kept, 4 is young"


async def test_a_batch_is_stored_whole_or_not(home: Home) -> None:
    with pytest.raises(StoreError):
        await home.store.receive([update(1), {"update_id": None}], NOW)
    assert await home.store.unhandled() == []


async def test_many_at_once(home: Home) -> None:
    many = [[update(n) for n in range(start, start + 50)] for start in range(0, 500, 25)]
    found = await asyncio.gather(*(home.store.receive(part, NOW) for part in many))
    assert sorted(n for part in found for n in part) == list(range(525)), "each is new once"
    assert len(await home.store.unhandled()) == 525


# On the disk --------------------------------------------------------------------------------------

MARKS = ("Zebrafink-3141", "zebrahandle", "+46701740605", "424242424242")


async def test_no_plain_content_in_any_file(home: Home) -> None:
    words, handle, number, chat = MARKS
    raw = {"update_id": 1, "message": {"text": words, "from": {"id": int(chat), "name": handle}}}
    await home.store.receive([raw], NOW)
    her = home.store.vault.index(int(chat))
    async with home.store.work(NOW) as work:
        kept = (Said("contact", 3, words, number),)
        known = somebody(work, her, int(chat), kept=kept)
        open_case(work, known, a_case(words=words))
        work.put(f"p/{her}", "words", {"params": {"text": words}}, known.key_id, source="d/-1/5")
        work.put(f"p/{her}", "words", {"params": {"chat_id": int(chat)}}, known.key_id, held=True)
        work.due(NOW, "ladder", "c1", "social", 0)
        work.message(her, 5, NOW)
    while_open = home.bytes()
    async with home.store.work(NOW) as work:
        await work.replace_unsent("d/-1/5", words + number)
        work.done(1)
    await home.store.close()
    for name, found in (("open", while_open), ("closed", home.bytes())):
        for mark in MARKS:
            assert mark.encode() not in found, f"{mark} is readable ({name})"
        assert int(chat).to_bytes(6, "big") not in found, name
    assert b"sodermalm" not in while_open


async def test_without_its_key_store_the_data_is_left_alone(home: Home) -> None:
    async with home.store.work(NOW) as work:
        somebody(work)
    await home.store.close()
    keys = {p: p.read_bytes() for p in home.path.parent.glob("igor.db.keys*")}
    for path in keys:
        path.unlink()
    assert "restore both from one backup" in await refusal(home.path)
    for path, content in keys.items():
        path.write_bytes(content)
    async with (await home.again()).work(NOW) as work:
        known = await work.person(HER)
        assert known is not None
        assert known.person.chat_id == 77


async def test_one_lost_key_is_an_alarm_and_the_rest_goes_on(home: Home) -> None:
    async with home.store.work(NOW) as work:
        somebody(work)
        somebody(work, "another", 78)
    await home.store.close()
    with closing(sqlite3.connect(key_store_path(home.path))) as db:
        db.execute("DELETE FROM key WHERE id = ?", (f"person-{HER}",))
        db.commit()
    async with (await home.again()).work(NOW) as work:
        assert await work.person(HER) is None
        assert await work.person("another") is not None
    assert [(a.kind, a.subject) for a in await alarms(home.path)] == [("key", "person")]


async def test_the_wrapping_hides_the_keys(home: Home) -> None:
    with closing(sqlite3.connect(key_store_path(home.path))) as db:
        rows = db.execute("SELECT wrapped FROM key").fetchall()
    assert [len(row[0]) for row in rows] == [12 + 32 + 16]


# Beside a running bot -------------------------------------------------------------------------


async def test_alarms_are_read_beside_a_running_bot(home: Home, tmp_path: Path) -> None:
    async with home.store.work(NOW) as work:
        assert await work.alarm("desk", "-100")
    async with home.store.work(NOW + 5) as work:
        assert not await work.alarm("desk", "-100")
        assert await work.alarm("fault", "Incoming")
    found = [Alarm("desk", "-100", NOW, 2), Alarm("fault", "Incoming", NOW + 5, 1)]
    assert await alarms(home.path) == found
    async with home.store.work(NOW) as work:
        await work.all_clear("desk", "-100")
        await work.all_clear("desk", "-200")
    assert await alarms(home.path) == found[1:]


async def test_no_database_has_no_alarms_and_is_not_made(tmp_path: Path) -> None:
    assert await alarms(tmp_path / "igor.db") == []
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("content", [b"", b"Dear diary, " * 100])
async def test_what_is_no_database_has_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "igor.db"
    path.write_bytes(content)
    with pytest.raises(SetupError, match="cannot be read"):
        await alarms(path)
