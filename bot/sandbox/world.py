"""The sandbox's world: everything Telegram knows, in memory, and the verbs that change it."""

import asyncio
from collections import deque
from typing import Any

from . import gestures, groups, messages, people
from .clock import SandboxClock
from .errors import SandboxError
from .faults import Faults
from .files import Files
from .limits import Limits
from .model import Call, Chat, Json, Press, User
from .notices import LockScreens
from .updates import UpdateQueue

LATE = 5.0
TOKEN = "42:SANDBOX"  # noqa: S105 -- opens nothing but this


class World:
    """One Telegram with one bot. All verbs are synchronous and belong on the server's loop."""

    def __init__(self, token: str = TOKEN, bot_name: str = "Notes", limits: bool = True) -> None:
        self.token = token
        number = int(token.split(":")[0])
        self.bot = User(number, bot_name, "sandbox_notes_bot", is_bot=True)
        self.clock = SandboxClock()
        self.limits = Limits(self.clock, limits)
        self.updates = UpdateQueue(self.clock)
        self.faults = Faults(self.updates.wake, self._spoil)
        self.updates.refusing = lambda: self.faults.down
        self.updates.delay = self._lateness
        self.updates.repeating = lambda: self.faults.take("duplicate_updates") is not None
        self.files = Files()
        self.locks = LockScreens()
        self.users: dict[int, User] = {number: self.bot}
        self.chats: dict[int, Chat] = {}
        self.presses: dict[str, Press] = {}
        self.profile: dict[str, Any] = {}
        self.sees_all = False  # as BotFather's /setprivacy "Disable"
        self.record_calls = True
        self.calls: deque[Call] = deque(maxlen=100_000)
        self.listeners: set[asyncio.Queue[Json]] = set()
        self.private_last = 0
        self._last_person = 100_000
        self._last_group = -1_001_000_000_000
        self.clock.on_move(lambda: self.publish("clock", now=self.clock.now()))

    add_person = people.add_person
    say = people.say
    send_media = people.send_media
    press = gestures.press
    edit = people.edit
    delete = people.delete
    block = gestures.block
    unblock = gestures.unblock
    read = people.read
    react = gestures.react
    add_group = groups.add_group
    set_group = groups.set_group
    add_bot_to_group = groups.add_bot_to_group
    remove_bot_from_group = groups.remove_bot_from_group
    set_bot_rights = groups.set_bot_rights
    add_member = groups.add_member
    remove_member = groups.remove_member
    create_topic = groups.create_topic
    delete_topic = groups.delete_topic
    close_topic = groups.close_topic
    reopen_topic = groups.reopen_topic
    shown = messages.view

    def chat(self, chat_id: int) -> Chat:
        """The chat with this id; raises SandboxError when there is none."""
        if chat_id not in self.chats:
            raise SandboxError(f"no chat {chat_id}")
        return self.chats[chat_id]

    def user(self, user_id: int) -> User:
        """The user with this id; raises SandboxError when there is none."""
        if user_id not in self.users:
            raise SandboxError(f"no person {user_id}; add_person first")
        return self.users[user_id]

    def inside(self, chat: Chat) -> bool:
        """Whether the bot is in a group now."""
        me = chat.members.get(self.bot.id)
        return me is not None and me.inside

    def next_person(self) -> int:
        """A free user id."""
        self._last_person += 1
        while self._last_person in self.users:
            self._last_person += 1
        return self._last_person

    def next_group(self) -> int:
        """A free chat id for a group."""
        self._last_group -= 1
        while self._last_group in self.chats:
            self._last_group -= 1
        return self._last_group

    def remember_press(self, press: Press) -> None:
        """Keep a press until it is answered; old ones make room."""
        self.presses[press.id] = press
        if len(self.presses) > 10_000:
            del self.presses[next(iter(self.presses))]

    def chat_view(self, chat_id: int, thread: int | None = None) -> list[Json]:
        """The messages of a chat, or of one topic, as its members see them now."""
        chat = self.chat(chat_id)
        if thread is None:
            return [messages.view(self, message) for message in chat.messages.values()]
        topic = chat.topics.get(thread)
        found = [chat.messages[number] for number in topic.ids] if topic else []
        return [messages.view(self, message) for message in found]

    def topics(self, chat_id: int) -> list[Json]:
        """The topics of a forum: thread, name, closed."""
        return [
            {"thread": topic.thread, "name": topic.name, "closed": topic.closed}
            for topic in self.chat(chat_id).topics.values()
        ]

    def notifications(self, user_id: int) -> list[Json]:
        """What the person's lock screen shows."""
        return self.locks.of(user_id)

    def popups(self, user_id: int) -> list[Json]:
        """How the person's presses were answered: text, show_alert, chat_id, at."""
        return self.locks.popups(user_id)

    @property
    def seen_update_ids(self) -> list[int]:
        """Ids of the updates handed out, repeated where they were handed out again."""
        return list(self.updates.seen_ids)

    @property
    def queue_size(self) -> int:
        """How many updates wait for the bot to confirm them."""
        return len(self.updates)

    def subscribe(self) -> asyncio.Queue[Json]:
        """A queue of everything that changes from now on, until `unsubscribe`."""
        queue: asyncio.Queue[Json] = asyncio.Queue()
        self.listeners.add(queue)
        return queue

    def unsubscribe(self, queue: asyncio.Queue[Json]) -> None:
        """Stop a subscription."""
        self.listeners.discard(queue)

    def publish(self, kind: str, **about: Any) -> None:
        """Tell all subscribers that something of `kind` changed."""
        if self.listeners:
            event = {"kind": kind, **about}
            for queue in self.listeners:
                queue.put_nowait(event)

    def _lateness(self) -> float | None:
        fault = self.faults.take("late_updates") if self.faults else None
        return None if fault is None else (LATE if fault.seconds is None else fault.seconds)

    def _spoil(self) -> None:
        broken = {"message_id": "?", "text": ["no", "date"], "from": 7}
        self.updates.add("message", broken)
