"""The tables. Only sealed bodies hold personal content; the rest is ids, states and times."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
)

metadata = MetaData()

inbox = Table(
    "inbox",
    metadata,
    Column("update_id", BigInteger, primary_key=True),
    Column("received_at", Float, nullable=False),
    Column("state", String, nullable=False),  # new, done, quarantined
    Column("key_id", String, nullable=False),
    Column("body", LargeBinary),  # sealed; emptied when done
    Index("inbox_state", "state"),
)

person = Table(
    "person",
    metadata,
    Column("id", String, primary_key=True),  # keyed hash of the chat id
    Column("key_id", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("case_id", String),
)

question = Table(  # which message holds a chat's current question
    "question",
    metadata,
    Column("person", String, primary_key=True),
    Column("item", BigInteger, nullable=False),  # outbox id of the newest question
    Column("sent_item", BigInteger),  # the newest one that has been sent,
    Column("message_id", BigInteger),  # and its message id
)

case = Table(
    "matter",  # CASE is SQL's own word
    metadata,
    Column("id", String, primary_key=True),
    Column("key_id", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("closed_at", Float),
)

topic = Table(
    "topic",
    metadata,
    Column("case_id", String, nullable=False),
    Column("organisation", String, nullable=False),
    Column("chat_id", BigInteger, nullable=False),
    Column("pseudonym", String, nullable=False, unique=True),
    Column("thread_id", BigInteger),
    Column("card_id", BigInteger),
    PrimaryKeyConstraint("case_id", "organisation"),
    Index("topic_thread", "chat_id", "thread_id"),
)

message = Table(
    "message",
    metadata,
    Column("person", String, nullable=False),
    Column("message_id", BigInteger, nullable=False),
    Column("sent_at", Float, nullable=False),
    PrimaryKeyConstraint("person", "message_id"),
    Index("message_sent", "sent_at"),
)

link = Table(  # which message here became which message there, so that edits can follow
    "link",
    metadata,
    Column("lane", String, nullable=False),
    Column("message_id", BigInteger, nullable=False),
    Column("other_lane", String, nullable=False),
    Column("other_id", BigInteger, nullable=False),
    Column("case_id", String, nullable=False),
    PrimaryKeyConstraint("lane", "message_id"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("lane", String, nullable=False),
    Column("kind", String, nullable=False),  # prompt, words, news; post, card ...
    Column("held", Integer, nullable=False),
    Column("source", String),  # lane and message id that it came from, as "lane/id"
    Column("key_id", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("outbox_lane", "lane"),
    Index("outbox_source", "source"),
)

due = Table(
    "due",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("at", Float, nullable=False),
    Column("kind", String, nullable=False),
    Column("case_id", String, nullable=False),
    Column("organisation", String, nullable=False),
    Column("step", Integer, nullable=False),
    Index("due_at", "at"),
    Index("due_case", "case_id"),
)

duty = Table(
    "duty",
    metadata,
    Column("chat_id", BigInteger, nullable=False),
    Column("worker", BigInteger, nullable=False),
    Column("name", String, nullable=False),
    Column("on_duty", Integer, nullable=False),
    PrimaryKeyConstraint("chat_id", "worker"),
)

alarm = Table(
    "alarm",
    metadata,
    Column("kind", String, nullable=False),  # desk, quarantine, unknown_group
    Column("subject", String, nullable=False),
    Column("since", Float, nullable=False),
    Column("count", Integer, nullable=False),
    PrimaryKeyConstraint("kind", "subject"),
)

keys_metadata = MetaData()

key = Table(  # in a file of its own: without it, neither the data nor a backup of it opens
    "key",
    keys_metadata,
    Column("id", String, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("retired_at", Float),
)
