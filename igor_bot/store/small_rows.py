"""Message ids, links between messages, topics, due rows and alarms: small rows, nothing sealed."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from igor_bot.store import tables as t
from igor_bot.store.rows import Topic, replacing


async def find_topic(
    db: AsyncConnection, chat_id: int, thread_id: int | None, pseudonym: str | None
) -> Topic | None:
    """Return the topic on a desk by its pseudonym, else by its thread, or None."""
    query = select(t.topic).where(t.topic.c.chat_id == chat_id)
    if pseudonym is not None:
        query = query.where(t.topic.c.pseudonym == pseudonym)
    else:
        query = query.where(t.topic.c.thread_id == thread_id)
    row = (await db.execute(query)).first()
    return Topic(*row) if row else None


async def messages_to_go(db: AsyncConnection, person_id: str, but: int) -> None:
    """Make the messages of a chat overdue: their times go below zero."""
    mine = (t.message.c.person == person_id, t.message.c.message_id != but)
    await db.execute(
        update(t.message).where(*mine, t.message.c.sent_at > 0).values(sent_at=-t.message.c.sent_at)
    )


async def messages_gone(db: AsyncConnection, person_id: str, message_ids: Iterable[int]) -> None:
    """Forget ids of messages that are gone from a person's chat."""
    where = (t.message.c.person == person_id, t.message.c.message_id.in_(list(message_ids)))
    await db.execute(delete(t.message).where(*where))


async def erase_case(db: AsyncConnection, case_id: str) -> None:
    """A case's time is over: every row of it goes."""
    await db.execute(delete(t.case).where(t.case.c.id == case_id))
    for table in (t.topic, t.link, t.due):
        await db.execute(delete(table).where(table.c.case_id == case_id))


async def linked(db: AsyncConnection, lane: str, message_id: int) -> tuple[str, int] | None:
    """Return lane and id of what a message became, or None."""
    query = select(t.link).where(t.link.c.lane == lane, t.link.c.message_id == message_id)
    row = (await db.execute(query)).first()
    return (row.other_lane, row.other_id) if row else None


async def forget_due(db: AsyncConnection, matching: dict[str, str]) -> None:
    """Drop what is due and has all these values."""
    await db.execute(
        delete(t.due).where(*(t.due.c[name] == value for name, value in matching.items()))
    )


async def alarm(db: AsyncConnection, kind: str, subject: str, now: float) -> bool:
    """Count an alarm; returns whether it is the first of its kind."""
    where = (t.alarm.c.kind == kind, t.alarm.c.subject == subject)
    row = (await db.execute(select(t.alarm).where(*where))).first()
    since, count = (row.since, int(row._mapping["count"])) if row else (now, 0)
    values = {"kind": kind, "subject": subject, "since": since, "count": count + 1}
    await db.execute(replacing(t.alarm), [values])
    return row is None


async def all_clear(db: AsyncConnection, kind: str, subject: str) -> None:
    """An alarm is over."""
    where = (t.alarm.c.kind == kind, t.alarm.c.subject == subject)
    await db.execute(delete(t.alarm).where(*where))
