"""What the sandbox's world is made of: users, chats, topics, messages, files."""

import json
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

ADMIN_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
    "can_manage_topics",
)


@dataclass(slots=True)
class User:
    """A person or the bot, as Telegram knows it."""

    id: int
    name: str
    username: str | None = None
    language: str | None = None
    is_bot: bool = False
    started: bool = False  # wrote to the bot at least once
    blocked: bool = False

    def json(self) -> Json:
        """The API's User object."""
        data: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.name}
        if self.username:
            data["username"] = self.username
        if self.language:
            data["language_code"] = self.language
        return data


@dataclass(slots=True)
class Member:
    """What a user is in a group: status as in the API, and rights if an administrator."""

    user: User
    status: str = "member"
    rights: frozenset[str] = frozenset()
    anonymous: bool = False

    @property
    def inside(self) -> bool:
        """Whether the user is in the group now."""
        return self.status not in ("left", "kicked")

    def may(self, right: str) -> bool:
        """Whether the user has an administrator's `right`."""
        return self.status == "creator" or (self.status == "administrator" and right in self.rights)

    def json(self) -> Json:
        """The API's ChatMember object."""
        data: Json = {"status": self.status, "user": self.user.json()}
        if self.status in ("creator", "administrator"):
            data["is_anonymous"] = self.anonymous
        if self.status == "administrator":
            data["can_be_edited"] = False
            data.update({right: right in self.rights for right in ADMIN_RIGHTS})
        if self.status == "kicked":
            data["until_date"] = 0
        return data


@dataclass(slots=True)
class Topic:
    """A forum topic; `thread` is the id of the service message that began it."""

    thread: int
    name: str
    icon_color: int = 7322096
    icon_emoji: str | None = None
    creator: int = 0
    closed: bool = False
    ids: dict[int, None] = field(default_factory=dict)


@dataclass(slots=True)
class Message:
    """One message of one chat; `body` holds what the API shows beside the common fields."""

    id: int
    chat: "Chat"
    sender: User | None
    date: int
    kind: str = "text"
    body: Json = field(default_factory=dict)
    sender_chat: "Chat | None" = None
    markup: Json | None = None
    thread: int | None = None
    reply_to: int | None = None
    edit_date: int | None = None
    protected: bool = False
    silent: bool = False
    origin: Json | None = None
    reactions: dict[int, str] = field(default_factory=dict)
    pinned: bool = False


@dataclass(slots=True)
class Chat:
    """A private chat (its id is the person's) or a supergroup."""

    id: int
    type: str
    title: str | None = None
    user: User | None = None
    forum: bool = False
    reactions: bool = True
    protected: bool = False
    members: dict[int, Member] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    last_id: int = 0

    @property
    def private(self) -> bool:
        """Whether this is a chat with one person."""
        return self.type == "private"

    def json(self) -> Json:
        """The API's Chat object."""
        data: Json = {"id": self.id, "type": self.type}
        if self.user is not None:
            data["first_name"] = self.user.name
            if self.user.username:
                data["username"] = self.user.username
            return data
        data["title"] = self.title
        if self.forum:
            data["is_forum"] = True
        return data


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file on the sandbox's servers; `kind` says in which method its id may be used again."""

    file_id: str
    unique_id: str
    kind: str
    content: bytes
    path: str
    name: str | None = None
    mime: str | None = None
    about: Json = field(default_factory=dict)  # duration, title and the like


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the Bot API, as logged; `code` is its HTTP status, 0 when none was sent."""

    method: str
    values: Json
    at: float
    monotonic: float
    code: int

    @property
    def ok(self) -> bool:
        """Whether the call was answered with a result."""
        return self.code == 200

    @property
    def params(self) -> Json:
        """The parameters, decoded where they were JSON."""
        return {name: _decoded(value) for name, value in self.values.items()}


def _decoded(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button that waits for its answer."""

    id: str
    user: User
    chat_id: int
    message_id: int
    at: float
