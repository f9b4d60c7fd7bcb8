"""A unit of work: persons and cases are read once, changed in memory, and written together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from igor_bot.desk.case import Case
from igor_bot.person import Person
from igor_bot.store import outbox_rows, sealed_rows, small_rows
from igor_bot.store import tables as t
from igor_bot.store.rows import KEPT_KINDS, Item, Known, Topic, Writes, case_key, replacing

if TYPE_CHECKING:
    from igor_bot.store.store import Store

__all__ = ["Item", "Known", "Topic", "Work", "case_key"]


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
        self._writes = Writes()
        self._sent: list[int] = []
        self._questions_sent: dict[str, tuple[int, int]] = {}
        self._held_lanes: set[str] | None = None
        self._topics: dict[tuple[str, str], Topic] = {}
        self.items: list[Item] = []
        """What was put into the outbox, for sending after the commit."""

    # Persons -----------------------------------------------------------------------------------

    async def prefetch(self, person_ids: Iterable[str]) -> None:
        """Read many persons and their cases at once."""
        wanted = [i for i in dict.fromkeys(person_ids) if i not in self._known]
        if not wanted:
            return
        self._known.update(dict.fromkeys(wanted))
        read, lost = await sealed_rows.read_persons(self._db, self.store, wanted)
        for known in read:
            known.question.arrived(*self._questions_sent.get(known.id, (0, 0)))
            self._known[known.id] = known
        if lost:  # as if she had never been here; the operator is told
            await self.alarm("key", "person")
        await self._fetch_cases([known.case_id for known in read if known.case_id])

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
        read, lost = await sealed_rows.read_cases(self._db, self.store, wanted)
        self._cases.update((case.id, case) for case in read)
        if lost:
            await self.alarm("key", "case")
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

    async def erase_case(self, case_id: str) -> None:
        """Its time is over: the rows go, and the key with them."""
        await small_rows.erase_case(self._db, case_id)
        self._cases.pop(case_id, None)
        self._changed_cases.discard(case_id)
        self._retired.append(case_key(case_id))

    # Topics ------------------------------------------------------------------------------------

    def topic(self, case_id: str, organisation: str) -> Topic | None:
        """Return the topic of a case that was read in this work, or None."""
        return self._topics.get((case_id, organisation))

    async def find_topic(
        self, chat_id: int, thread_id: int | None = None, pseudonym: str | None = None
    ) -> Topic | None:
        """Return the topic on a desk by its thread or its pseudonym, or None."""
        return await small_rows.find_topic(self._db, chat_id, thread_id, pseudonym)

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

    async def question_failed(self, item: Item) -> None:
        """A question can never arrive: the one before it counts again."""
        person_id = item.lane.removeprefix("p/")
        await outbox_rows.question_failed(self._db, person_id, item.id)
        known = self._known.get(person_id)
        if known is not None and known.question.item == item.id:
            known.question.item = known.question.sent_item

    async def sent(self, item: Item, message_id: int | None) -> None:
        """An item has arrived: its row goes; a question now has its message id."""
        self._sent.append(item.id)
        if message_id is None or not item.body.get("question"):
            return
        person_id = item.lane.removeprefix("p/")
        if item.id > self._questions_sent.get(person_id, (0, 0))[0]:
            self._questions_sent[person_id] = item.id, message_id
        known = self._known.get(person_id)
        if known is not None:
            known.question.arrived(item.id, message_id)

    async def drop_prompts(self, person_id: str) -> None:
        """She left: what only she was asked goes, what a worker wrote waits."""
        mine = f"p/{person_id}"
        self.items = [i for i in self.items if i.lane != mine or i.kind in KEPT_KINDS]
        for item in self.items:
            item.held = item.held or item.lane == mine
        await outbox_rows.drop_prompts(self._db, mine)
        self._held_lanes = None

    async def release_held(self, person_id: str) -> list[Item]:
        """She is back: what waited may be sent. Returns it in order, opened."""
        mine = f"p/{person_id}"
        for item in self.items:
            item.held = item.held and item.lane != mine
        if self._held_lanes is None:  # read once for all turns of this work: it is mostly empty
            self._held_lanes = await outbox_rows.held_lanes(self._db)
        if mine not in self._held_lanes:
            return []
        self._held_lanes.discard(mine)
        return await outbox_rows.release_held(self._db, self.store, mine)

    async def waiting(self) -> list[Item]:
        """Return everything that is to be sent, in order: for the start."""
        return await outbox_rows.waiting(self._db, self.store)

    async def drop_news(self, person_id: str) -> None:
        """News that still waits for her is overtaken."""
        mine = f"p/{person_id}"
        self.items = [i for i in self.items if (i.lane, i.kind, i.held) != (mine, "news", True)]
        await outbox_rows.drop_news(self._db, mine)

    async def hold(self, item: Item) -> None:
        """Keep an unsent item until she is back."""
        await outbox_rows.hold(self._db, item.id)
        self._held_lanes = None

    async def replace_unsent(self, source: str, text: str) -> list[Item]:
        """An edit of something that has not been sent: it is sent as it is now."""
        return await outbox_rows.replace_unsent(self._db, self.store, source, text)

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

    async def all_to_go(self, person_id: str, but: int) -> None:
        """She left: whatever is known of her chat is overdue from now on (a time below zero), so
        that it goes even if its deletion fails or is cut short. `but` is the cover."""
        for row in self._writes.rows.get(t.message, ()):
            if row["person"] == person_id and row["message_id"] != but:
                row["sent_at"] = -abs(row["sent_at"])
        await small_rows.messages_to_go(self._db, person_id, but)

    async def messages_gone(self, person_id: str, message_ids: Iterable[int]) -> None:
        """Forget ids of messages that are gone from a person's chat."""
        await small_rows.messages_gone(self._db, person_id, message_ids)

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
        return await small_rows.linked(self._db, lane, message_id)

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
        wanted = {"case_id": case_id, "kind": kind, "organisation": organisation}
        matching = {name: value for name, value in wanted.items() if value}
        await small_rows.forget_due(self._db, matching)
        self._writes.drop(t.due, **matching)

    def duty(self, chat_id: int, worker: int, name: str, on_duty: bool) -> None:
        """Remember a worker's name and whether they are on duty."""
        self._writes.add(t.duty, chat_id=chat_id, worker=worker, name=name, on_duty=int(on_duty))

    async def alarm(self, kind: str, subject: str) -> bool:
        """Count an alarm for `doctor`; returns whether it is the first of its kind."""
        return await small_rows.alarm(self._db, kind, subject, self.now)

    async def all_clear(self, kind: str, subject: str) -> None:
        """An alarm is over."""
        await small_rows.all_clear(self._db, kind, subject)

    async def execute(self, statement: Any) -> Any:
        """Run a statement inside this work."""
        return await self._db.execute(statement)

    async def flush(self) -> None:
        """Write everything; keys first, so that nothing is ever sealed with a lost key."""
        await self.store.keep_keys(self._new_keys, self._retired, self.now)
        known = [k for k in self._known.values() if k is not None]
        sent = ((whose, *what) for whose, what in self._questions_sent.items())
        await outbox_rows.questions_sent(self._db, sent)
        await sealed_rows.write_persons(self._db, self.store.vault, known)
        changed = [self._cases[case_id] for case_id in self._changed_cases]
        await sealed_rows.write_cases(self._db, self.store.vault, changed)
        await outbox_rows.write(self._db, self.store, self.items, self._sent)
        for table, rows in self._writes.rows.items():
            if rows and table is t.inbox:
                await sealed_rows.mark_updates(self._db, rows)
            elif rows:
                await self._db.execute(replacing(table), rows)
