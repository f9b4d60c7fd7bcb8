"""A unit of work: persons and cases are read once, changed in memory, and written together."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from igor_bot import person as persons
from igor_bot.desk import case as cases
from igor_bot.desk.case import Case
from igor_bot.person import Person
from igor_bot.store import tables as t

if TYPE_CHECKING:
    from igor_bot.store.store import Store


KEPT_KINDS = ("words", "news")
"""What a person is still told after she has left and come back."""


@dataclass
class Known:
    """A person with what the store knows beside her sealed state."""

    id: str
    person: Person
    key_id: str
    case_id: str | None = None
    question: Question = field(default_factory=lambda: Question())
    changed: bool = False


@dataclass
class Question:
    """Which message holds the chat's current question: outbox id of the newest question, and
    outbox id and message id of the newest one that was sent."""

    item: int = 0
    sent_item: int = 0
    message_id: int = 0
    changed: bool = False

    def asked(self, item_id: int) -> None:
        """A new question is on its way."""
        self.item, self.changed = item_id, True

    @property
    def pending(self) -> bool:
        """Whether the newest question has not been sent yet, as far as is known here."""
        return self.item != self.sent_item

    def holds(self, message_id: int) -> bool:
        """Whether a press on this message counts. While the newest question's own id is not known
        yet, it is the one that is younger than the question before (ids only grow)."""
        return message_id > self.message_id if self.pending else message_id == self.message_id


@dataclass(frozen=True, slots=True)
class Topic:
    """A case's forum topic on one desk; thread and card are None until they are made."""

    case_id: str
    organisation: str
    chat_id: int
    pseudonym: str
    thread_id: int | None = None
    card_id: int | None = None


@dataclass(slots=True)
class Item:
    """Something to send. `lane` is "p/<person>" or "d/<chat id>"; `body` is method, params and
    what is to be done with the answer. `source` is "lane/message id" it came from."""

    id: int
    lane: str
    kind: str
    body: dict[str, Any]
    key_id: str
    held: bool = False
    source: str | None = None


@dataclass
class _Writes:
    """Plain rows to write, by table."""

    rows: dict[Table, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, table: Table, **values: Any) -> None:
        self.rows.setdefault(table, []).append(values)


class Work:
    """See the module. Made by `Store.work`, which commits or rolls back."""

    def __init__(self, store: Store, connection: AsyncConnection, now: float) -> None:
        self.store = store
        self.now = now
        self._db = connection
        self._known: dict[str, Known | None] = {}
        self._cases: dict[str, Case] = {}
        self._changed_cases: set[str] = set()
        self._new_keys: list[str] = []
        self._retired: list[str] = []
        self._writes = _Writes()
        self._sent: list[int] = []
        self._topics: dict[tuple[str, str], Topic] = {}
        self.items: list[Item] = []
        """What was put into the outbox, for sending after the commit."""

    # Persons -----------------------------------------------------------------------------------

    async def prefetch(self, person_ids: Iterable[str]) -> None:
        """Read many persons and their cases at once."""
        wanted = [i for i in dict.fromkeys(person_ids) if i not in self._known]
        if not wanted:
            return
        query = (
            select(t.person, t.question.c.item, t.question.c.sent_item, t.question.c.message_id)
            .outerjoin(t.question, t.question.c.person == t.person.c.id)
            .where(t.person.c.id.in_(wanted))
        )
        rows = (await self._db.execute(query)).all()
        await self.store.need_keys(row.key_id for row in rows)
        self._known.update(dict.fromkeys(wanted))
        for row in rows:
            body = self.store.vault.open(row.key_id, f"person:{row.id}", row.body)
            self._known[row.id] = Known(
                row.id,
                persons.from_json(json.loads(body)),
                row.key_id,
                row.case_id,
                Question(row.item or 0, row.sent_item or 0, row.message_id or 0),
            )
        await self._fetch_cases([row.case_id for row in rows if row.case_id])

    async def person(self, person_id: str) -> Known | None:
        """Return a person by the hash of her chat, or None."""
        await self.prefetch([person_id])
        return self._known[person_id]

    def add_person(self, person_id: str, person: Person, key_id: str) -> Known:
        """Remember somebody new, under a key of her own."""
        known = Known(person_id, person, key_id, changed=True)
        self._known[person_id] = known
        self._new_keys.append(key_id)
        return known

    def rekey(self, known: Known, key_id: str, new: bool) -> None:
        """Seal a person under another key from now on; the old one is retired if it was hers
        alone."""
        if known.key_id.startswith("person-"):
            if known.key_id in self._new_keys:
                self._new_keys.remove(known.key_id)
            else:
                self._retired.append(known.key_id)
        if new:
            self._new_keys.append(key_id)
        for item in self.items:
            if item.lane == f"p/{known.id}":
                item.key_id = key_id
        known.key_id = key_id
        known.changed = True

    # Cases -------------------------------------------------------------------------------------

    async def _fetch_cases(self, case_ids: Sequence[str]) -> None:
        wanted = [i for i in dict.fromkeys(case_ids) if i not in self._cases]
        if not wanted:
            return
        rows = (await self._db.execute(select(t.case).where(t.case.c.id.in_(wanted)))).all()
        await self.store.need_keys(row.key_id for row in rows)
        for row in rows:
            body = self.store.vault.open(row.key_id, f"matter:{row.id}", row.body)
            self._cases[row.id] = cases.from_json(json.loads(body))
        topics = await self._db.execute(select(t.topic).where(t.topic.c.case_id.in_(wanted)))
        for row in topics:
            self._topics[row.case_id, row.organisation] = Topic(*row)

    async def case(self, case_id: str) -> Case | None:
        """Return a case, or None where there is none with this id."""
        await self._fetch_cases([case_id])
        return self._cases.get(case_id)

    def put_case(self, case: Case, new: bool = False) -> None:
        """Write a case at the end of the work."""
        self._cases[case.id] = case
        self._changed_cases.add(case.id)
        if new:
            self._new_keys.append(case_key(case.id))

    # Topics ------------------------------------------------------------------------------------

    def topic(self, case_id: str, organisation: str) -> Topic | None:
        """Return the topic of a case that was read in this work, or None."""
        return self._topics.get((case_id, organisation))

    async def find_topic(
        self, chat_id: int, thread_id: int | None = None, pseudonym: str | None = None
    ) -> Topic | None:
        """Return the topic on a desk by its thread or its pseudonym, or None."""
        query = select(t.topic).where(t.topic.c.chat_id == chat_id)
        if pseudonym is not None:
            query = query.where(t.topic.c.pseudonym == pseudonym)
        else:
            query = query.where(t.topic.c.thread_id == thread_id)
        row = (await self._db.execute(query)).first()
        return Topic(*row) if row else None

    def put_topic(self, topic: Topic) -> None:
        """Write a topic at the end of the work."""
        self._topics[topic.case_id, topic.organisation] = topic
        self._writes.add(
            t.topic,
            case_id=topic.case_id,
            organisation=topic.organisation,
            chat_id=topic.chat_id,
            pseudonym=topic.pseudonym,
            thread_id=topic.thread_id,
            card_id=topic.card_id,
        )

    # Outbox ------------------------------------------------------------------------------------

    async def sent(self, item: Item, message_id: int | None) -> None:
        """An item has arrived: its row goes; a question now has its message id."""
        self._sent.append(item.id)
        if message_id is None or not item.body.get("question"):
            return
        person_id = item.lane.removeprefix("p/")
        statement = (
            update(t.question)
            .where(t.question.c.person == person_id)
            .where((t.question.c.sent_item.is_(None)) | (t.question.c.sent_item < item.id))
            .values(sent_item=item.id, message_id=message_id)
        )
        await self._db.execute(statement)
        known = self._known.get(person_id)
        if known is not None and known.question.sent_item < item.id:
            known.question.sent_item, known.question.message_id = item.id, message_id

    async def drop_prompts(self, person_id: str) -> None:
        """She left: what only she was asked goes, what a worker wrote waits."""
        mine = f"p/{person_id}"
        self.items = [i for i in self.items if i.lane != mine or i.kind in KEPT_KINDS]
        for item in self.items:
            item.held = item.held or item.lane == mine
        lane = t.outbox.c.lane == mine
        await self._db.execute(delete(t.outbox).where(lane, t.outbox.c.kind.not_in(KEPT_KINDS)))
        await self._db.execute(update(t.outbox).where(lane).values(held=1))

    async def release_held(self, person_id: str) -> list[Item]:
        """She is back: what waited may be sent. Returns it in order, opened."""
        mine = f"p/{person_id}"
        for item in self.items:
            item.held = item.held and item.lane != mine
        where = (t.outbox.c.lane == mine, t.outbox.c.held == 1)
        query = select(t.outbox).where(*where).order_by(t.outbox.c.id)
        items = await self._opened(await self._db.execute(query))
        await self._db.execute(update(t.outbox).where(*where).values(held=0))
        return items

    async def waiting(self) -> list[Item]:
        """Return everything that is to be sent, in order: for the start."""
        query = select(t.outbox).where(t.outbox.c.held == 0).order_by(t.outbox.c.id)
        return await self._opened(await self._db.execute(query))

    async def hold(self, item: Item) -> None:
        """Keep an unsent item until she is back."""
        await self._db.execute(update(t.outbox).where(t.outbox.c.id == item.id).values(held=1))

    async def replace_unsent(self, source: str, text: str) -> list[Item]:
        """An edit of something that has not been sent: it is sent as it is now."""
        query = select(t.outbox).where(t.outbox.c.source == source)
        items = await self._opened(await self._db.execute(query))
        for item in items:
            item.body["params"]["text"] = text
            body = self._seal(item.key_id, f"outbox:{item.id}", item.body)
            await self._db.execute(
                update(t.outbox).where(t.outbox.c.id == item.id).values(body=body)
            )
        return items

    async def _opened(self, rows: Any) -> list[Item]:
        rows = rows.all()
        await self.store.need_keys(row.key_id for row in rows)
        return [
            Item(
                row.id,
                row.lane,
                row.kind,
                json.loads(self.store.vault.open(row.key_id, f"outbox:{row.id}", row.body)),
                row.key_id,
                bool(row.held),
                row.source,
            )
            for row in rows
        ]

    # Everything else ---------------------------------------------------------------------------

    def put(
        self,
        lane: str,
        kind: str,
        body: dict[str, Any],
        key_id: str,
        *,
        held: bool = False,
        source: str | None = None,
    ) -> Item:
        """Put something into the outbox."""
        item = Item(next(self.store.ids), lane, kind, body, key_id, held, source)
        self.items.append(item)
        return item

    def done(self, update_id: int, state: str = "done") -> None:
        """Mark an update as handled; its content goes."""
        self._writes.add(t.inbox, update_id=update_id, state=state)

    def message(self, person_id: str, message_id: int, sent_at: float) -> None:
        """Remember a message id in a person's chat."""
        self._writes.add(t.message, person=person_id, message_id=message_id, sent_at=sent_at)

    async def messages_gone(self, person_id: str, message_ids: Iterable[int]) -> None:
        """Forget ids of messages that are gone from a person's chat."""
        ids = list(message_ids)
        where = (t.message.c.person == person_id, t.message.c.message_id.in_(ids))
        await self._db.execute(delete(t.message).where(*where))

    def link(
        self, lane: str, message_id: int, other_lane: str, other_id: int, case_id: str
    ) -> None:
        """Remember which message here became which message there."""
        self._writes.add(
            t.link,
            lane=lane,
            message_id=message_id,
            other_lane=other_lane,
            other_id=other_id,
            case_id=case_id,
        )

    async def linked(self, lane: str, message_id: int) -> tuple[str, int] | None:
        """Return lane and id of what a message became, or None."""
        query = select(t.link).where(t.link.c.lane == lane, t.link.c.message_id == message_id)
        row = (await self._db.execute(query)).first()
        return (row.other_lane, row.other_id) if row else None

    def due(self, at: float, kind: str, case_id: str, organisation: str, step: int) -> None:
        """Have something done at `at` (unix seconds)."""
        self._writes.add(
            t.due,
            id=next(self.store.ids),
            at=at,
            kind=kind,
            case_id=case_id,
            organisation=organisation,
            step=step,
        )

    async def due_done(self, due_id: int) -> None:
        """A due row is being done."""
        await self._db.execute(delete(t.due).where(t.due.c.id == due_id))

    async def due_later(self, due_id: int, at: float) -> None:
        """A due row could not be done: try again at `at`."""
        await self._db.execute(update(t.due).where(t.due.c.id == due_id).values(at=at))

    async def forget_due(self, case_id: str, kind: str = "", organisation: str = "") -> None:
        """Drop what is due for a case: of one kind and desk, or (empty) of any."""
        query = delete(t.due).where(t.due.c.case_id == case_id)
        if kind:
            query = query.where(t.due.c.kind == kind)
        if organisation:
            query = query.where(t.due.c.organisation == organisation)
        await self._db.execute(query)
        waiting = self._writes.rows.get(t.due, [])
        waiting[:] = [
            row
            for row in waiting
            if row["case_id"] != case_id
            or (kind and row["kind"] != kind)
            or (organisation and row["organisation"] != organisation)
        ]

    def duty(self, chat_id: int, worker: int, name: str, on_duty: bool) -> None:
        """Remember a worker's name and whether they are on duty."""
        self._writes.add(t.duty, chat_id=chat_id, worker=worker, name=name, on_duty=int(on_duty))

    async def alarm(self, kind: str, subject: str) -> bool:
        """Count an alarm for `doctor`; returns whether it is the first of its kind."""
        where = (t.alarm.c.kind == kind, t.alarm.c.subject == subject)
        row = (await self._db.execute(select(t.alarm).where(*where))).first()
        since, count = (row.since, int(row._mapping["count"])) if row else (self.now, 0)
        statement = _replacing(t.alarm)
        values = {"kind": kind, "subject": subject, "since": since, "count": count + 1}
        await self._db.execute(statement, [values])
        return row is None

    async def all_clear(self, kind: str, subject: str) -> None:
        """An alarm is over."""
        where = (t.alarm.c.kind == kind, t.alarm.c.subject == subject)
        await self._db.execute(delete(t.alarm).where(*where))

    async def execute(self, statement: Any) -> Any:
        """Run a statement inside this work."""
        return await self._db.execute(statement)

    # Writing -----------------------------------------------------------------------------------

    async def flush(self) -> None:
        """Write everything; keys first, so that nothing is ever sealed with a lost key."""
        await self.store.keep_keys(self._new_keys, self._retired, self.now)
        await self._flush_persons()
        await self._flush_cases()
        await self._flush_items()
        for table, rows in self._writes.rows.items():
            if rows and table is t.inbox:
                await self._flush_inbox(rows)
            elif rows:
                await self._db.execute(_replacing(table), rows)

    async def _flush_persons(self) -> None:
        rows = [
            {
                "id": k.id,
                "key_id": k.key_id,
                "body": self._seal(k.key_id, f"person:{k.id}", persons.to_json(k.person)),
                "case_id": k.case_id,
            }
            for k in self._known.values()
            if k is not None and k.changed
        ]
        if rows:
            await self._db.execute(_replacing(t.person), rows)
        questions = [
            {
                "person": k.id,
                "item": k.question.item,
                "sent_item": k.question.sent_item,
                "message_id": k.question.message_id,
            }
            for k in self._known.values()
            if k is not None and k.question.changed
        ]
        if questions:
            await self._db.execute(_replacing(t.question), questions)

    async def _flush_cases(self) -> None:
        rows = []
        for case_id in self._changed_cases:
            case, key_id = self._cases[case_id], case_key(case_id)
            body = self._seal(key_id, f"matter:{case_id}", cases.to_json(case))
            rows.append(
                {"id": case_id, "key_id": key_id, "body": body, "closed_at": case.closed_at}
            )
        if rows:
            await self._db.execute(_replacing(t.case), rows)

    async def _flush_items(self) -> None:
        rows = [
            {
                "id": i.id,
                "lane": i.lane,
                "kind": i.kind,
                "held": int(i.held),
                "source": i.source,
                "key_id": i.key_id,
                "body": self._seal(i.key_id, f"outbox:{i.id}", i.body),
            }
            for i in self.items
        ]
        if rows:
            await self._db.execute(insert(t.outbox), rows)
        if self._sent:
            await self._db.execute(delete(t.outbox).where(t.outbox.c.id.in_(self._sent)))

    async def _flush_inbox(self, rows: list[dict[str, Any]]) -> None:
        by_state: dict[str, list[int]] = {}
        for row in rows:
            by_state.setdefault(row["state"], []).append(row["update_id"])
        for state, ids in by_state.items():
            values = {"state": state, "body": None} if state == "done" else {"state": state}
            await self._db.execute(
                update(t.inbox).where(t.inbox.c.update_id.in_(ids)).values(**values)
            )

    def _seal(self, key_id: str, context: str, data: Any) -> bytes:
        body = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
        return self.store.vault.seal(key_id, context, body)


def case_key(case_id: str) -> str:
    """Return the id of a case's key."""
    return f"case-{case_id}"


def _replacing(table: Table) -> Any:
    """INSERT … ON CONFLICT DO UPDATE of every column."""
    statement = upsert(table)
    keys = [c.name for c in table.primary_key]
    values = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=values)
