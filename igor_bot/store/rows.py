"""What a unit of work holds in memory: persons, topics, things to send, plain rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects.sqlite import insert as upsert

from igor_bot.person import Person

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
        """A new question is on its way; an older one that was held does not take its place."""
        self.item, self.changed = max(self.item, item_id), True

    def arrived(self, item_id: int, message_id: int) -> None:
        """A question is in her chat, unless a newer one is already."""
        if self.sent_item < item_id:
            self.sent_item, self.message_id = item_id, message_id

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
class Writes:
    """Plain rows to write, by table."""

    rows: dict[Table, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, table: Table, **values: Any) -> None:
        """One more row."""
        self.rows.setdefault(table, []).append(values)

    def drop(self, table: Table, **matching: Any) -> None:
        """Take back rows of `table` that have all these values."""
        waiting = self.rows.get(table, [])
        waiting[:] = [r for r in waiting if any(r[k] != v for k, v in matching.items())]


def case_key(case_id: str) -> str:
    """Return the id of a case's key."""
    return f"case-{case_id}"


def replacing(table: Table) -> Any:
    """INSERT … ON CONFLICT DO UPDATE of every column."""
    statement = upsert(table)
    keys = [c.name for c in table.primary_key]
    values = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=values)
