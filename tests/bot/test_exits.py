"""Quick exit by itself: which ids, in which batches, in which order, and what is tried again."""

from __future__ import annotations

from typing import Any

import pytest
from telegram.error import NetworkError, RetryAfter, TelegramError

from bot import exits
from bot.exits import Exits
from igor_bot.store.crypto import Vault

NOW = 1_800_000_000.0
HOUR = 3600.0
CHAT = 77


class Recorder:
    """Takes the place of Telegram; fails deletions as often as it is told."""

    def __init__(self, *troubles: TelegramError) -> None:
        self.calls: list[tuple[str, Any]] = []
        self.troubles = list(troubles)

    async def call(self, method: str, params: dict[str, Any]) -> Any:
        self.calls.append((method, params.get("message_ids", params.get("text"))))
        if method == "deleteMessages" and self.troubles:
            raise self.troubles.pop(0)
        return True if method == "deleteMessages" else {"message_id": 9999}

    @property
    def deleted(self) -> list[list[int]]:
        return [what for method, what in self.calls if method == "deleteMessages"]


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exits, "AGAIN_S", 0.05)
    monkeypatch.setattr(exits, "TRY_AGAIN_S", (0.0, 0.0))


def way_out(telegram: Recorder) -> tuple[Exits, str]:
    """The way out, and the id by which the chat is known."""
    vault = Vault(bytes(32))
    return Exits(telegram, vault, lambda: NOW, "en"), vault.index(CHAT)  # type: ignore[arg-type]


def said(words: str, update_id: int = 1, message_id: int = 500) -> dict[str, Any]:
    """A raw update."""
    chat = {"id": CHAT, "type": "private"}
    message = {"message_id": message_id, "date": NOW, "chat": chat, "text": words}
    return {"update_id": update_id, "message": message}


async def test_only_what_can_be_deleted_newest_first_then_the_cover() -> None:
    telegram = Recorder()
    out, person = way_out(telegram)
    for number in range(1, 251):
        out.remember(person, number, NOW - 1)
    out.remember(person, 251, NOW - 48 * HOUR - 1)
    out.remember(person, 252, NOW - 48 * HOUR + 60)
    out.notice([said("x")])
    await out.finish()
    assert [len(batch) for batch in telegram.deleted] == [100, 100, 52] * 2
    assert telegram.deleted[0][:3] == [500, 252, 250]
    assert 251 not in {n for batch in telegram.deleted for n in batch}
    assert [method for method, _ in telegram.calls[:4]] == ["deleteMessages"] * 3 + ["sendMessage"]


async def test_each_update_once_and_twice_in_a_row() -> None:
    telegram = Recorder()
    out, _ = way_out(telegram)
    for _ in range(3):
        out.notice([said("x", 1, 500)])
    await out.finish()
    assert telegram.deleted == [[500]] * 2
    out.notice([said("x", 2, 501)])
    await out.finish()
    assert telegram.deleted[2:] == [[9999, 501]] * 2, "the cover before goes too"


async def test_what_she_wrote_is_known_before_it_is_stored() -> None:
    telegram = Recorder()
    out, _ = way_out(telegram)
    out.notice([said("something", 1, 499), said("x", 2, 500)])
    await out.finish()
    assert telegram.deleted == [[500, 499]] * 2


@pytest.mark.parametrize("trouble", [NetworkError("no"), RetryAfter(0), TelegramError("no json")])
async def test_what_fails_is_tried_again(trouble: TelegramError) -> None:
    gone: list[list[int]] = []
    telegram = Recorder(trouble, trouble, trouble)
    out, _ = way_out(telegram)
    out.on_deleted = lambda person, ids: gone.append(ids)
    out.notice([said("x")])
    await out.finish()
    assert telegram.deleted == [[500]] * 4
    assert gone == [[500]]


async def test_what_fails_to_the_end_stays_known() -> None:
    telegram = Recorder(*[NetworkError("no")] * 9)
    out, _ = way_out(telegram)
    out.on_deleted = lambda person, ids: pytest.fail("it is not gone")
    out.notice([said("x")])
    await out.finish()
    telegram.troubles.clear()
    out.on_deleted = lambda person, ids: None
    out.notice([said("x", 2, 501)])
    await out.finish()
    assert 500 in telegram.deleted[-1]


@pytest.mark.parametrize(
    "update",
    [
        {"update_id": 1},
        {"update_id": 1, "message": None},
        {"update_id": 1, "message": "x"},
        {"update_id": 1, "message": {"text": "x"}},
        {"update_id": 1, "message": {"text": 7, "chat": {"id": "?", "type": "private"}}},
        {"update_id": 1, "callback_query": {"data": "exit"}},
        {"update_id": 1, "callback_query": {"data": "exit", "message": {"chat": 1}}},
        {**said("x"), "message": {**said("x")["message"], "chat": {"id": -5, "type": "group"}}},
    ],
)
async def test_what_is_no_exit_does_nothing_and_never_fails(update: dict[str, Any]) -> None:
    telegram = Recorder()
    out, _ = way_out(telegram)
    out.notice([update])
    await out.finish()
    assert telegram.calls == []
