"""No word, name, number or token of anybody in the database, its log, the logs or temp files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.sandbox.faults import Fault
from tests.bot.scene import ENGLISH, Desk, Phone, in_minutes
from tests.support import Stage, stage

HER_ID = 7_309_518_246
STAFF_FILES = {"igor.toml", "igor.key"}


@dataclass
class Marks:
    """Unlikely words, each remembered by where it was written."""

    of: dict[str, str] = field(default_factory=dict)
    numbers: int = 0

    def word(self, where: str) -> str:
        """A new marked word, with letters that JSON escapes and UTF-16 shows."""
        made = f"Zqx{len(self.of)}wårdøk{len(self.of)}"
        self.of[made] = where
        return made

    def phone(self, where: str) -> str:
        """A new telephone number: it must not be there in any spelling."""
        self.numbers += 1
        self.of[f"70174{self.numbers:02}05"] = where
        return f"070-174 {self.numbers:02} 05"


def forms(mark: str) -> Iterator[bytes]:
    """How a mark may stand in a file."""
    for one in {mark, mark.lower(), mark.upper(), json.dumps(mark)[1:-1]}:
        yield from (one.encode(), one.encode("utf-16-le"), one.encode("utf-16-be"))
    if mark.isdecimal():
        yield from (int(mark).to_bytes(size, "big") for size in (6, 8) if int(mark) > 2**32)
        if len(mark) == 9:
            yield " ".join((mark[:2], mark[2:5], mark[5:7], mark[7:])).encode()


def found(folder: Path, marks: dict[str, str]) -> list[str]:
    """Where any of the marks stands, in any file of a folder."""
    places = []
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.name not in STAFF_FILES:
            content = file.read_bytes()
            hits = [m for m in marks if any(form in content for form in forms(m))]
            places += [f"{file.name}: {marks[m]} ({m})" for m in hits]
    return places


async def all_flows(phone: Phone, marks: Marks) -> None:
    """Every conversation, with a marked word in every answer that she writes."""
    word, number = marks.word, marks.phone
    after = ("talk:near:no", "talk:how_long:long", "talk:hurt:no", "talk:children:yes")
    await phone.do(f"={word('before the gate')}", "welcome:gate:yes", "welcome:kept:drop")
    await phone.do("go:talk", "talk:danger:yes", f"={word('danger place')}")
    await phone.do(f"={number('danger number')}", f"={word('talk')}", *after, f"={word('name')}")
    await phone.do("cancel", "go:callback", f"={word('danger in words')}")
    await phone.do(f"={word('callback place')}", f"={number('callback')}", f"={word('when')}")
    await phone.do("callback:send:send", "callback:even_if_left:yes", f"={word('interpreter')}")
    await phone.do("callback:caller:woman", f"={word('do differently')}")
    await phone.do("cancel", "go:transport", "transport:danger:no", "transport:when:later")
    await phone.do(f"={word('not a time')}", "=18:30", f"={word('pick-up')}", f"={number('ride')}")
    await phone.do("transport:people:2", "transport:send:send", "transport:where_to:police")
    await phone.do("transport:police_may:all", f"={word('other party')}", f"={word('ages')}")
    await phone.do(f"={word('mobility')}", "transport:pets:no", f"={word('arrival')}")
    await phone.do("transport:back_home:no", "cancel", "go:support", f"={word('support')}")
    await phone.do("support:reach:call", f"={number('support')}", "support:urgency:tonight")
    await phone.do("cancel", "go:requests", "requests:which:1", "requests:what:change")
    await phone.do(f"={word('change')}", "cancel", "go:information")
    await phone.do(f"={word('outside')}", "cancel", "go:others", f"={word('who')}", "cancel")
    await phone.do("go:privacy", "privacy:what:seen", f"={word('distress')} kill")


def attachments(phone: Phone, marks: Marks) -> None:
    """All that can be attached, marked."""
    world, send = phone.stage.world, phone.stage.world.send_media
    caption = marks.word("caption")
    world_of: dict[str, Any] = {"caption": caption, "file_name": f"{marks.word('file name')}.jpg"}
    send(phone.id, phone.id, "photo", caption=marks.word("photo's caption"))
    send(phone.id, phone.id, "document", **world_of)
    send(phone.id, phone.id, "voice")
    marks.of |= {"59.51327": "location", "17.98431": "location"}
    send(phone.id, phone.id, "location", latitude=59.51327, longitude=17.98431)
    name, number = marks.word("contact"), marks.phone("contact")
    send(phone.id, phone.id, "contact", phone_number=number, first_name=name)
    title, address = marks.word("venue"), marks.word("address")
    send(phone.id, phone.id, "venue", title=title, address=address)
    said = phone.say(marks.word("before an edit"))
    world.edit(phone.id, phone.id, said.id, f"{marks.word('edit')} {marks.phone('edit')}")


async def desk_writes(desk: Desk, thread: int, phone: Phone, marks: Marks) -> None:
    """The worker's words, by every way to her, and what stays on the desk."""
    world = phone.stage.world
    card = desk.card(thread).id
    words = marks.word("reply")
    reply = desk.reply(thread, words)
    await phone.stage.until(lambda: words in phone.texts, "the reply")
    changed = marks.word("edited reply")
    world.edit(desk.chat_id, desk.worker, reply.id, changed)
    await phone.stage.until(lambda: changed in phone.texts, "the edited reply")
    caption = marks.word("desk's caption")
    world.send_media(
        desk.chat_id, desk.worker, "photo", caption=caption, thread=thread, reply_to=card
    )
    world.say(desk.chat_id, desk.worker, marks.word("internal note"), thread=thread)
    shown = len(world.popups(desk.worker))
    desk.press(thread, "show:number")
    await phone.stage.until(lambda: len(world.popups(desk.worker)) > shown, "the pop-up")


def trouble(phone: Phone, marks: Marks) -> None:
    """Updates that cannot be handled, and answers that cannot be read."""
    updates = phone.stage.world.updates
    chat = {"id": phone.id, "type": "private", "first_name": marks.word("broken chat")}
    broken = {"message_id": "?", "date": "never", "chat": chat, "text": marks.word("broken")}
    updates.add("message", broken)
    updates.add("message", {**broken, "message_id": 9, "date": 1, "from": marks.word("from")})
    query = {"id": "1", "from": {}, "data": marks.word("data"), "message": {**broken, "date": 0}}
    updates.add("callback_query", query)
    for kind in ("broken_json", "status_502", "cut_after"):
        phone.stage.world.faults.add(Fault(kind, "sendMessage"))
    phone.stage.world.faults.add(Fault("broken_json", "getUpdates"))


async def live_through_everything(set_stage: Stage, marks: Marks) -> None:
    """Every flow, faults, an exit, a return, a kill."""
    world = set_stage.world
    name, username = marks.word("first name"), marks.word("username")
    person = world.add_person(name, username=username, language="en", user_id=HER_ID)
    marks.of[str(HER_ID)] = "Telegram id"
    phone, desk = Phone(set_stage, person.id), Desk(set_stage)
    await set_stage.spawn()
    await all_flows(phone, marks)
    await set_stage.until(lambda: desk.threads, "a topic")
    thread = desk.threads[0]
    await set_stage.until(lambda: desk.posts(thread), "the card")
    desk.press(thread, "claim")
    await set_stage.until(lambda: "has your request" in phone.texts[-1], "she is told")
    attachments(phone, marks)
    last = [m for m in phone.shown if m.sender is not world.bot][-1]
    await in_minutes(set_stage, lambda: "👌" in last.reactions.values(), "all is passed on")
    await desk_writes(desk, thread, phone, marks)
    trouble(phone, marks)
    phone.say(marks.word("while all fails"))
    await set_stage.until(lambda: not list(world.faults), "the faults are over", seconds=20)
    last = phone.say(marks.word("after all failed"))
    await in_minutes(set_stage, lambda: "👌" in last.reactions.values(), "all is passed on")
    assert found(set_stage.folder, marks.of) == [], "while it runs"
    phone.say("x")
    held = desk.reply(thread, marks.word("held reply"))
    await in_minutes(set_stage, lambda: "✍" in held.reactions.values(), "it is held")
    await set_stage.kill()
    phone.say(marks.word("under the cover"))
    await set_stage.spawn()
    await phone.do("=/start")
    phone.say(marks.word("at the gate"))
    await set_stage.until(lambda: world.queue_size == 0, "all is read")
    await set_stage.kill()


async def test_nothing_of_anybody_is_in_any_file(tmp_path: Path) -> None:
    marks = Marks()
    async with stage(tmp_path, toml=ENGLISH) as set_stage:
        temporary = tmp_path / "tmp"
        temporary.mkdir()
        set_stage.environment["TMPDIR"] = str(temporary)
        marks.of[set_stage.world.token] = "token"
        marks.of[set_stage.world.token.split(":")[1]] = "token"
        await live_through_everything(set_stage, marks)
    assert len(marks.of) > 40
    assert (tmp_path / "igor.db").stat().st_size > 0
    assert found(tmp_path, marks.of) == []
    log = (tmp_path / "bot.log").read_text()
    assert "turn_failed" in log, "the broken updates were noticed"
    assert "Traceback" not in log


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    marks = Marks()
    word, number = marks.word("a word"), marks.phone("a number")
    marks.of[str(HER_ID)] = "an id"
    digits = re.sub(r"\D", "", number)[1:]
    for n, content in enumerate(
        (
            word.encode(),
            word.upper().encode("utf-16-le"),
            json.dumps({"a": word}).encode(),
            f"+46{digits}".encode(),
            HER_ID.to_bytes(6, "big"),
        )
    ):
        (tmp_path / f"{n}.bin").write_bytes(b"\0\1" + content + b"\xff")
    assert {place.split(":")[0] for place in found(tmp_path, marks.of)} == {
        f"{n}.bin" for n in range(5)
    }
