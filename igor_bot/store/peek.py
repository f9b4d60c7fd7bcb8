"""Reading beside a running bot: nothing is locked and nothing is changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import aiosqlite

from igor_bot.errors import SetupError


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something an operator should look at. `since`: unix seconds."""

    kind: str
    subject: str
    since: float
    count: int


async def alarms(database: Path) -> list[Alarm]:
    """Return all alarms; none where there is no database yet.

    Raises SetupError when the database cannot be read.
    """
    try:
        async with aiosqlite.connect(f"file:{database}?mode=ro", uri=True) as connection:
            query = "SELECT kind, subject, since, count FROM alarm ORDER BY since"
            rows = await connection.execute_fetchall(query)
    except aiosqlite.DatabaseError as problem:
        if "unable to open" in str(problem):
            return []
        raise SetupError(f"The database {database} cannot be read: {problem}.") from None
    return [Alarm(*row) for row in rows]
