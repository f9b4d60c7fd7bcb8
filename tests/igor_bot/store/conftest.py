"""A store on disk that is opened, closed and opened again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from igor_bot.desk.case import Case, Request
from igor_bot.person import Person
from igor_bot.store.store import Store, key_store_path
from igor_bot.store.work import Known, Work, case_key

MASTER = b"m" * 32
NOW = 1_800_000_000.0
HER = "her-hash"


@dataclass
class Home:
    """The store's place on disk, and the store itself while it is open."""

    path: Path
    store: Store

    async def again(self) -> Store:
        """Close and open, as a restart does."""
        await self.store.close()
        self.store = await Store.open(self.path, MASTER)
        return self.store

    def bytes(self) -> bytes:
        """Everything that lies on the disk."""
        return b"".join(p.read_bytes() for p in sorted(self.path.parent.iterdir()) if p.is_file())

    async def keys(self) -> set[str]:
        """The ids in the key store."""
        import aiosqlite

        async with aiosqlite.connect(key_store_path(self.path)) as db:
            return {row[0] for row in await db.execute_fetchall("SELECT id FROM key")}


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    path = tmp_path / "igor.db"
    made = Home(path, await Store.open(path, MASTER))
    yield made
    await made.store.close()


def somebody(work: Work, person_id: str = HER, chat_id: int = 77, **about: object) -> Known:
    """Put a person into the store, under a key of her own."""
    person = Person(chat_id, "sv", **about)  # type: ignore[arg-type]
    return work.add_person(person_id, person, f"person-{person_id}")


def a_case(case_id: str = "c1", words: str = "please talk") -> Case:
    """A case with one request."""
    request = Request(1, "talk", {"danger": "no", "words": words}, NOW, {"words": NOW})
    return Case(case_id, "sodermalm", HER, "sv", NOW, {"social": "K-7F3Q"}, (request,))


def open_case(work: Work, known: Known, case: Case) -> None:
    """Open a case for a person, as `carry_out` does."""
    known.case_id = case.id
    work.put_case(case, new=True)
    work.rekey(known, case_key(case.id), new=False)
