"""The settings that igor-bot is measured with."""

from __future__ import annotations

from pathlib import Path

from igor_bot import texts
from igor_bot.store.crypto import write_master_key

from .bots import CONFIG

AREA = "area-0"
DESK = -1_001_000_000_100
STAFF = 5001

_SERVICE = """
[service]
name = "Together"
languages = [{languages}]
vanish_hours = 24
retention_days = 30
"""
_AREA = """
[[area]]
id = "area-{number}"
name = "Area {number}"
time_zone = "Europe/Stockholm"
out_of_hours_phone = "+46 8 000 00 00"
[[area.desk]]
organisation = "social"
chat_id = {chat_id}
language = "en"
staff = [{staff}]
"""


def write(folder: Path, areas: int = 1) -> None:
    """Write settings and a key into a folder: one desk an area."""
    languages = ", ".join(f'"{code}"' for code in ("en", "sv") if code in texts.languages())
    parts = [_SERVICE.format(languages=languages)]
    parts += [_AREA.format(number=n, chat_id=DESK - n, staff=STAFF) for n in range(areas)]
    (folder / CONFIG).write_text("".join(parts), encoding="utf-8")
    write_master_key(folder / "igor.key")
