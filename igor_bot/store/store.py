"""The store: one SQLite file for the data, one beside it for the keys, one writer at a time."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import secrets
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import IO, Any

from alembic.util import CommandError
from sqlalchemy import delete, event, func, insert, select, true, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from igor_bot.errors import SetupError
from igor_bot.store import schema
from igor_bot.store import tables as t
from igor_bot.store.crypto import Vault
from igor_bot.store.work import Work

BUSY_MS = 1000
"""How long a statement waits for somebody else's lock before it fails and is tried again."""

Conflict = IntegrityError
"""A StoreError that comes of the rows themselves."""
StoreError = DBAPIError
"""What any call here may raise while the database is locked, full or gone."""


class Store:
    """All that is remembered. Open with `Store.open`; every write goes through `work`."""

    def __init__(self, path: Path, vault: Vault) -> None:
        self.path = path
        self.vault = vault
        self.ids = count(1)
        self._engines: list[AsyncEngine] = []
        self._lock = asyncio.Lock()
        self._guard: IO[str] | None = None
        self._data: AsyncConnection
        self._keys: AsyncConnection

    @classmethod
    async def open(cls, path: Path, master: bytes) -> Store:
        """Open the store at `path`, making or upgrading its tables.

        Raises SetupError when it cannot be opened, is in use, or belongs to another master key.
        """
        store = cls(path, Vault(master))
        store._take_guard()
        try:
            store._data = await store._connect(path)
            store._keys = await store._connect(key_store_path(path))
            await store._prepare()
        except DBAPIError as problem:
            await store.close()
            raise SetupError(f"The database {path} cannot be opened: {problem.orig}.") from None
        except OSError as problem:
            await store.close()
            raise SetupError(f"The database {path} cannot be opened: {problem.strerror}.") from None
        except CommandError:
            await store.close()
            raise SetupError(
                f"The database {path} is from another version of igor-bot: run the newest one."
            ) from None
        except BaseException:
            await store.close()
            raise
        return store

    async def close(self) -> None:
        """Close everything; the files stay."""
        for name in ("_data", "_keys"):
            if (connection := getattr(self, name, None)) is not None:
                await connection.close()
        for engine in self._engines:
            await engine.dispose()
        if self._guard is not None:
            self._guard.close()

    def _take_guard(self) -> None:
        """Refuse a second run on the same store: the lock goes with the process."""
        try:
            handle = os.open(f"{self.path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
            self._guard = os.fdopen(handle, "w")
            fcntl.flock(self._guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SetupError(
                f"Another igor-bot is running on {self.path}: stop it first, or give this one a "
                "database of its own (IGOR_DATABASE)."
            ) from None
        except OSError as problem:
            raise SetupError(
                f"The database {self.path} cannot be used: {problem.strerror}."
            ) from None

    async def _connect(self, path: Path) -> AsyncConnection:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # nobody else may read it
        engine = create_async_engine(f"sqlite+aiosqlite:///{path}", poolclass=NullPool)
        event.listen(engine.sync_engine, "connect", _pragmas)
        self._engines.append(engine)
        return await engine.connect()

    async def _prepare(self) -> None:
        async with self._keys.begin():
            await self._keys.run_sync(t.keys_metadata.create_all)
        async with self._data.begin():
            await self._data.run_sync(schema.upgrade)
            top = await self._data.execute(
                select(func.max(t.outbox.c.id)).union_all(
                    select(func.max(t.due.c.id)), select(func.max(t.question.c.item))
                )
            )
            used = (await self._data.execute(select(t.person.c.id).limit(1))).first()
        self.ids = count(max((row[0] or 0 for row in top), default=0) + 1)
        await self.need_keys([SERVICE_KEY], make=used is None)
        if not self.vault.has(SERVICE_KEY):  # going on would write over what cannot be read
            raise SetupError(
                f"{key_store_path(self.path)} does not hold the keys of {self.path.name}: restore "
                "both from one backup."
            )

    # Keys --------------------------------------------------------------------------------------

    async def need_keys(self, key_ids: Iterable[str], make: bool = False) -> None:
        """Open keys from the key store; with `make`, make those that are not there."""
        wanted = [k for k in dict.fromkeys(key_ids) if not self.vault.has(k)]
        if not wanted:
            return
        async with self._keeping(wanted):
            for part in _parts(wanted):
                rows = await self._keys.execute(select(t.key).where(t.key.c.id.in_(part)))
                for row in rows:
                    self.vault.take(row.id, row.wrapped)
            missing = [k for k in wanted if not self.vault.has(k)]
            if make and missing:
                await self._add_keys(missing)

    @asynccontextmanager
    async def _keeping(self, key_ids: Sequence[str]) -> AsyncIterator[None]:
        """A transaction of the key store. Where it fails its keys are not held in memory either:
        what is sealed with a key that was never stored opens for nobody after a restart."""
        try:
            async with self._keys.begin():
                yield
        except BaseException:
            for key_id in key_ids:
                self.vault.drop(key_id)
            raise

    async def _add_keys(self, key_ids: Sequence[str]) -> None:
        rows = [{"id": k, "wrapped": self.vault.new_key(k)} for k in key_ids]
        await self._keys.execute(insert(t.key), rows)

    async def keep_keys(self, made: Sequence[str], retired: Sequence[str], now: float) -> None:
        """Commit new keys before any data is sealed with them, and mark old ones for the end."""
        if not made and not retired:
            return
        async with self._keeping(made):
            if made:
                await self._add_keys(made)
            if retired:
                await self._retire(retired, now)

    async def _retire(self, key_ids: Sequence[str], now: float) -> None:
        marked = update(t.key).where(t.key.c.id.in_(key_ids)).values(retired_at=now)
        await self._keys.execute(marked)

    async def destroy_keys(self, before: float) -> int:
        """Destroy keys retired before `before` (unix seconds) that nothing needs any more."""
        async with self._lock:
            async with self._keys.begin():
                rows = await self._keys.execute(
                    select(t.key.c.id).where(t.key.c.retired_at < before)
                )
                retired = [row.id for row in rows]
            if not retired:
                return 0
            async with self._data.begin():
                needed = await self._needed(retired)
            gone = [k for k in retired if k not in needed]
            async with self._keys.begin():
                for part in _parts(gone):
                    await self._keys.execute(delete(t.key).where(t.key.c.id.in_(part)))
            for key_id in gone:
                self.vault.drop(key_id)
            return len(gone)

    async def _needed(self, key_ids: Sequence[str]) -> set[str]:
        """Of these keys those that something unsent, an unhandled update or a person is sealed
        with: a turn that failed after it had retired her key left her under it."""
        unhandled = t.inbox.c.state != "done"
        needed: set[str] = set()
        for part in _parts(key_ids):
            for table, more in ((t.outbox, true()), (t.inbox, unhandled), (t.person, true())):
                query = select(table.c.key_id).where(table.c.key_id.in_(part), more).distinct()
                needed.update(row.key_id for row in await self._data.execute(query))
        return needed

    # Inbox -------------------------------------------------------------------------------------

    async def receive(self, updates: Sequence[dict[str, Any]], now: float) -> list[int]:
        """Store raw updates, committed; returns the ids of those that are new."""
        key_id = await self._inbox_key(now)
        rows = [
            {
                "update_id": u["update_id"],
                "received_at": now,
                "state": "new",
                "key_id": key_id,
                "body": self.vault.seal(key_id, f"inbox:{u['update_id']}", _bytes(u)),
            }
            for u in updates
        ]
        async with self._lock, self._data.begin():
            stored = await self._data.execute(
                upsert(t.inbox).on_conflict_do_nothing().returning(t.inbox.c.update_id), rows
            )
            return sorted(row.update_id for row in stored)

    async def _inbox_key(self, now: float) -> str:
        """The day's key: it is destroyed with the day's updates."""
        key_id = f"inbox-{datetime.fromtimestamp(now, UTC):%Y-%m-%d}"
        if not self.vault.has(key_id):
            async with self._lock:
                await self.need_keys([key_id], make=True)
                async with self._keeping([key_id]):  # retired as it is made: see destroy_keys
                    await self._retire([key_id], now)
        return key_id

    async def unhandled(self) -> list[dict[str, Any]]:
        """Return the updates that were stored and not handled yet, oldest first."""
        async with self._lock, self._data.begin():
            query = select(t.inbox).where(t.inbox.c.state == "new").order_by(t.inbox.c.update_id)
            rows = (await self._data.execute(query)).all()
            await self.need_keys(row.key_id for row in rows)
        return [
            json.loads(self.vault.open(row.key_id, f"inbox:{row.update_id}", row.body))
            for row in rows
        ]

    async def sweep_inbox(self, before: float) -> None:
        """Free the ids of updates received before `before`."""
        async with self._lock, self._data.begin():
            await self._data.execute(
                delete(t.inbox).where(t.inbox.c.received_at < before, t.inbox.c.state == "done")
            )

    # Work --------------------------------------------------------------------------------------

    @asynccontextmanager
    async def work(self, now: float) -> AsyncIterator[Work]:
        """One unit of work: all that is written through it is committed together, or nothing."""
        async with self._lock, self._data.begin() as transaction:
            work = Work(self, self._data, now)
            try:
                yield work
                await work.flush()
            except BaseException:
                await transaction.rollback()
                raise

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """The connection, for reads of ids and times."""
        async with self._lock, self._data.begin():
            yield self._data


SERVICE_KEY = "service"
"""Seals what belongs to no person: the desk's own posts."""


def key_store_path(database: Path) -> Path:
    """Return where the key store lies: beside the data, never in it."""
    return database.with_name(database.name + ".keys")


def new_id() -> str:
    """Return a fresh random id for a case or a key."""
    return secrets.token_hex(12)


def _bytes(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def _parts(ids: Sequence[str], size: int = 500) -> Iterable[Sequence[str]]:
    return (ids[i : i + size] for i in range(0, len(ids), size))


def _pragmas(connection: Any, _: object) -> None:
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # a commit is on the disk before Telegram is told
        "secure_delete=ON",
        "temp_store=MEMORY",
        f"busy_timeout={BUSY_MS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
