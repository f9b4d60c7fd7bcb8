"""Persons and cases are stored sealed, each whole; handled updates lose their content."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from igor_bot import person as persons
from igor_bot.desk import case as cases
from igor_bot.desk.case import Case
from igor_bot.errors import KeyLost
from igor_bot.store import tables as t
from igor_bot.store.crypto import Vault
from igor_bot.store.rows import Known, Question, case_key, replacing

if TYPE_CHECKING:
    from igor_bot.store.store import Store


async def read_persons(
    db: AsyncConnection, store: Store, ids: Sequence[str]
) -> tuple[list[Known], int]:
    """Return these persons as far as they are known, and of how many the key is lost."""
    query = (
        select(t.person, t.question.c.item, t.question.c.sent_item, t.question.c.message_id)
        .outerjoin(t.question, t.question.c.person == t.person.c.id)
        .where(t.person.c.id.in_(ids))
    )
    rows = (await db.execute(query)).all()
    await store.need_keys(row.key_id for row in rows)
    read = []
    for row in rows:
        with suppress(KeyLost):
            body = store.vault.open(row.key_id, f"person:{row.id}", row.body)
            question = Question(row.item or 0, row.sent_item or 0, row.message_id or 0)
            person = persons.from_json(json.loads(body))
            read.append(Known(row.id, person, row.key_id, row.case_id, question))
    return read, len(rows) - len(read)


async def read_cases(
    db: AsyncConnection, store: Store, ids: Sequence[str]
) -> tuple[list[Case], int]:
    """Return these cases, and of how many the key is lost."""
    rows = (await db.execute(select(t.case).where(t.case.c.id.in_(ids)))).all()
    await store.need_keys(row.key_id for row in rows)
    read = []
    for row in rows:
        with suppress(KeyLost):
            body = store.vault.open(row.key_id, f"matter:{row.id}", row.body)
            read.append(cases.from_json(json.loads(body)))
    return read, len(rows) - len(read)


async def write_persons(db: AsyncConnection, vault: Vault, known: Sequence[Known]) -> None:
    """Write whoever has changed, and which message holds her question."""
    rows = [
        {
            "id": k.id,
            "key_id": k.key_id,
            "body": _sealed(vault, k.key_id, f"person:{k.id}", persons.to_json(k.person)),
            "case_id": k.case_id,
        }
        for k in known
        if k.changed
    ]
    if rows:
        await db.execute(replacing(t.person), rows)
    questions = [
        {
            "person": k.id,
            "item": k.question.item,
            "sent_item": k.question.sent_item,
            "message_id": k.question.message_id,
        }
        for k in known
        if k.question.changed
    ]
    if questions:
        await db.execute(replacing(t.question), questions)


async def write_cases(db: AsyncConnection, vault: Vault, changed: Iterable[Case]) -> None:
    """Write cases, each under its own key."""
    rows = [
        {
            "id": case.id,
            "key_id": case_key(case.id),
            "body": _sealed(vault, case_key(case.id), f"matter:{case.id}", cases.to_json(case)),
            "closed_at": case.closed_at,
        }
        for case in changed
    ]
    if rows:
        await db.execute(replacing(t.case), rows)


async def mark_updates(db: AsyncConnection, rows: Iterable[dict[str, Any]]) -> None:
    """Mark updates; of those that are done the content goes."""
    by_state: dict[str, list[int]] = {}
    for row in rows:
        by_state.setdefault(row["state"], []).append(row["update_id"])
    for state, ids in by_state.items():
        values = {"state": state, "body": None} if state == "done" else {"state": state}
        await db.execute(update(t.inbox).where(t.inbox.c.update_id.in_(ids)).values(**values))


def _sealed(vault: Vault, key_id: str, context: str, data: Any) -> bytes:
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    return vault.seal(key_id, context, body)
