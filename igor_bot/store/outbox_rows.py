"""The rows of what is to be sent."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from igor_bot.errors import KeyLost
from igor_bot.store import tables as t
from igor_bot.store.rows import KEPT_KINDS, Item

if TYPE_CHECKING:
    from igor_bot.store.store import Store

_QUESTION_SENT = (
    update(t.question)
    .where(t.question.c.person == bindparam("whose"))
    .where((t.question.c.sent_item.is_(None)) | (t.question.c.sent_item < bindparam("new")))
    .values(sent_item=bindparam("new"), message_id=bindparam("as_id"))
)


async def questions_sent(db: AsyncConnection, sent: Iterable[tuple[str, int, int]]) -> None:
    """Questions have arrived, each (person, item, message id), unless a newer one has already."""
    rows = [{"whose": whose, "new": item, "as_id": message} for whose, item, message in sent]
    if rows:
        await db.execute(_QUESTION_SENT, rows)


async def question_failed(db: AsyncConnection, person_id: str, item_id: int) -> None:
    """A question never arrives: the one before it counts again."""
    where = (t.question.c.person == person_id, t.question.c.item == item_id)
    statement = update(t.question).where(*where).where(t.question.c.sent_item.is_not(None))
    await db.execute(statement.values(item=t.question.c.sent_item))


async def drop_prompts(db: AsyncConnection, lane: str) -> None:
    """What only she was asked goes, what a worker wrote waits."""
    hers = t.outbox.c.lane == lane
    await db.execute(delete(t.outbox).where(hers, t.outbox.c.kind.not_in(KEPT_KINDS)))
    await db.execute(update(t.outbox).where(hers).values(held=1))


async def drop_news(db: AsyncConnection, lane: str) -> None:
    """News that waits is overtaken by newer news."""
    hers = (t.outbox.c.lane == lane, t.outbox.c.kind == "news", t.outbox.c.held == 1)
    await db.execute(delete(t.outbox).where(*hers))


async def held_lanes(db: AsyncConnection) -> set[str]:
    """Return the lanes in which something waits for somebody's return."""
    query = select(t.outbox.c.lane).where(t.outbox.c.held == 1).distinct()
    return {row.lane for row in await db.execute(query)}


async def release_held(db: AsyncConnection, store: Store, lane: str) -> list[Item]:
    """What waited may be sent: it is returned in order, opened."""
    where = (t.outbox.c.lane == lane, t.outbox.c.held == 1)
    items = await _opened(db, store, select(t.outbox).where(*where).order_by(t.outbox.c.id))
    await db.execute(update(t.outbox).where(*where).values(held=0))
    for item in items:
        item.held = False
    return items


async def waiting(db: AsyncConnection, store: Store) -> list[Item]:
    """Return everything that is to be sent, in order."""
    return await _opened(
        db, store, select(t.outbox).where(t.outbox.c.held == 0).order_by(t.outbox.c.id)
    )


async def hold(db: AsyncConnection, item_id: int) -> None:
    """Keep an unsent item."""
    await db.execute(update(t.outbox).where(t.outbox.c.id == item_id).values(held=1))


async def replace_unsent(db: AsyncConnection, store: Store, source: str, text: str) -> list[Item]:
    """What came from `source` and has not been sent says `text` from now on."""
    items = await _opened(db, store, select(t.outbox).where(t.outbox.c.source == source))
    for item in items:
        item.body["params"]["text"] = text
        body = _sealed(store, item)
        await db.execute(update(t.outbox).where(t.outbox.c.id == item.id).values(body=body))
    return items


async def write(
    db: AsyncConnection, store: Store, items: Sequence[Item], sent: Sequence[int]
) -> None:
    """Write new items, and take away what has arrived."""
    rows = [
        {
            "id": i.id,
            "lane": i.lane,
            "kind": i.kind,
            "held": int(i.held),
            "source": i.source,
            "key_id": i.key_id,
            "body": _sealed(store, i),
        }
        for i in items
    ]
    if rows:
        await db.execute(insert(t.outbox), rows)
    if sent:
        await db.execute(delete(t.outbox).where(t.outbox.c.id.in_(sent)))


async def _opened(db: AsyncConnection, store: Store, query: Any) -> list[Item]:
    rows = (await db.execute(query)).all()
    await store.need_keys(row.key_id for row in rows)
    items = []
    for row in rows:
        try:
            body = store.vault.open(row.key_id, f"outbox:{row.id}", row.body)
        except KeyLost:  # what was erased is not sent any more
            continue
        item = Item(
            row.id, row.lane, row.kind, json.loads(body), row.key_id, bool(row.held), row.source
        )
        items.append(item)
    return items


def _sealed(store: Store, item: Item) -> bytes:
    body = json.dumps(item.body, ensure_ascii=False, separators=(",", ":")).encode()
    return store.vault.seal(item.key_id, f"outbox:{item.id}", body)
