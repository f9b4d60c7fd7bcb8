"""Keys: made before anything is sealed with them, retired, and destroyed when nothing needs them."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from igor_bot.store import tables as t
from igor_bot.store.store import SERVICE_KEY, Store, StoreError
from tests.igor_bot.store.conftest import HER, NOW, Home, a_case, open_case, somebody

DAY = "inbox-2027-01-15"


async def test_a_case_takes_the_persons_own_key_out_of_use(home: Home) -> None:
    async with home.store.work(NOW) as work:
        somebody(work)
    assert await home.keys() == {SERVICE_KEY, f"person-{HER}"}
    async with home.store.work(NOW + 1) as work:
        known = await work.person(HER)
        assert known is not None
        open_case(work, known, a_case())
    assert await home.store.destroy_keys(NOW + 1) == 0, "not before its time"
    assert await home.keys() == {SERVICE_KEY, f"person-{HER}", "case-c1"}
    assert await home.store.destroy_keys(NOW + 2) == 1
    assert await home.store.destroy_keys(NOW + 2) == 0
    assert await home.keys() == {SERVICE_KEY, "case-c1"}
    assert not home.store.vault.has(f"person-{HER}")
    async with (await home.again()).work(NOW) as work:
        known = await work.person(HER)
        assert known is not None
        assert known.key_id == "case-c1"
        assert known.person.chat_id == 77


async def test_the_key_of_one_work_alone_is_never_stored(home: Home) -> None:
    async with home.store.work(NOW) as work:
        known = somebody(work)
        work.put(f"p/{HER}", "prompt", {"params": {}}, known.key_id)
        open_case(work, known, a_case())
    assert await home.keys() == {SERVICE_KEY, "case-c1"}
    async with (await home.again()).work(NOW) as work:
        assert [item.key_id for item in await work.waiting()] == ["case-c1"]


async def test_a_closed_case_gives_her_a_key_of_her_own_again(home: Home) -> None:
    async with home.store.work(NOW) as work:
        open_case(work, somebody(work), a_case())
    async with home.store.work(NOW) as work:
        known = await work.person(HER)
        assert known is not None
        known.case_id = None
        work.rekey(known, "person-new", new=True)
    assert await home.keys() == {SERVICE_KEY, "case-c1", "person-new"}
    assert await home.store.destroy_keys(NOW + 1) == 0, "the case's key stays for retention"


async def test_a_key_that_something_unsent_needs_stays(home: Home) -> None:
    async with home.store.work(NOW) as work:
        known = somebody(work)
        work.put(f"p/{HER}", "words", {"params": {"text": "held"}}, known.key_id, held=True)
    async with home.store.work(NOW) as work:
        known = await work.person(HER)
        assert known is not None
        open_case(work, known, a_case())
    assert await home.store.destroy_keys(NOW + 1) == 0
    async with (await home.again()).work(NOW) as work:
        (item,) = await work.release_held(HER)
        assert item.body["params"]["text"] == "held"
        await work.sent(item, 5)
    assert await home.store.destroy_keys(NOW + 1) == 1
    assert await home.keys() == {SERVICE_KEY, "case-c1"}


async def test_a_key_that_a_failed_turn_retired_stays_with_her(home: Home) -> None:
    """Keys are committed before the data: the data's commit may fail after that."""
    async with home.store.work(NOW) as work:
        somebody(work)
    with pytest.raises(StoreError):  # noqa: PT012
        async with home.store.work(NOW) as work:
            known = await work.person(HER)
            assert known is not None
            open_case(work, known, a_case())
            work.duty(-100, 5001, None, True)  # type: ignore[arg-type]
    assert await home.store.destroy_keys(NOW + 1) == 0
    async with (await home.again()).work(NOW) as work:
        assert await work.person(HER) is not None


async def test_a_days_updates_have_a_key_that_goes_with_them(home: Home) -> None:
    await home.store.receive([{"update_id": 1}, {"update_id": 2}], NOW)
    await home.store.receive([{"update_id": 3}], NOW + 86_400)
    assert await home.keys() == {SERVICE_KEY, DAY, "inbox-2027-01-16"}
    async with home.store.work(NOW) as work:
        work.done(1)
        work.done(3)
    assert await home.store.destroy_keys(NOW + 1) == 0, "an update waits to be handled"
    assert await (await home.again()).unhandled() == [{"update_id": 2}]
    async with home.store.work(NOW) as work:
        work.done(2)
    assert await home.store.destroy_keys(NOW + 1) == 1
    assert await home.keys() == {SERVICE_KEY, "inbox-2027-01-16"}


@pytest.mark.parametrize("fails", ["_add_keys", "_retire"])
async def test_a_key_that_could_not_be_stored_is_not_used(
    home: Home, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    """A full disk at midnight: what is sealed with a key in memory alone would never open."""
    inner = getattr(Store, fails)

    async def full(store: Store, key_ids: list[str], *more: float) -> None:
        await inner(store, key_ids, *more)
        raise OperationalError("INSERT", {}, sqlite3.OperationalError("disk is full"))

    with monkeypatch.context() as patched:
        patched.setattr(Store, fails, full)
        with pytest.raises(StoreError):
            await home.store.receive([{"update_id": 1}], NOW)
    assert await home.store.receive([{"update_id": 1}], NOW) == [1]
    assert DAY in await home.keys()
    assert await (await home.again()).unhandled() == [{"update_id": 1}]
    async with home.store.work(NOW) as work:
        work.done(1)
    assert await home.store.destroy_keys(NOW + 1) == 1, "it was retired as well"


async def test_many_keys_at_once(home: Home) -> None:
    ids = [f"person-{number}" for number in range(1200)]
    await home.store.keep_keys(ids, [], NOW)
    await home.again()
    await home.store.need_keys(ids)
    assert all(home.store.vault.has(key_id) for key_id in ids)
    await home.store.keep_keys([], ids, NOW)
    assert await home.store.destroy_keys(NOW + 1) == 1200


async def test_what_is_not_there_is_not_made_by_reading(home: Home) -> None:
    await home.store.need_keys(["case-none"])
    assert await home.keys() == {SERVICE_KEY}
    async with home.store.work(NOW) as work:
        somebody(work)
        await work.execute(update(t.person).values(key_id="case-none"))
    assert await home.keys() == {SERVICE_KEY, f"person-{HER}"}
