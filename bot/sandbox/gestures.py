"""What people do beside writing: press, react, block. Verbs of `World`."""

import random
from typing import TYPE_CHECKING

from . import markup, messages, people
from .errors import SandboxError
from .model import Member, Press

if TYPE_CHECKING:
    from .world import World


def press(world: "World", chat_id: int, user_id: int, message_id: int, data: str) -> str:
    """Press a button and return the callback's id.

    Raises SandboxError when the message, the button or the person is not there.
    """
    chat, person = world.chat(chat_id), world.user(user_id)
    people.check_place(chat, person, None, None)
    message = chat.messages.get(message_id)
    if message is None:
        raise SandboxError(f"message {message_id} is gone")
    if message.sender is not world.bot or data not in markup.callback_data(message.markup):
        raise SandboxError(f"message {message_id} has no button {data!r}")
    people.read(world, chat_id, user_id)
    pressed = Press(
        str(random.randrange(10**17, 10**18)),  # noqa: S311
        person,
        chat_id,
        message_id,
        world.clock.now(),
    )
    world.remember_press(pressed)
    world.updates.add(
        "callback_query",
        {
            "id": pressed.id,
            "from": person.json(),
            "message": messages.api_json(world, message),
            "chat_instance": str(chat_id * 7919),
            "data": data,
        },
    )
    return pressed.id


def block(world: "World", user_id: int) -> None:
    """Block the bot; it gets `my_chat_member`."""
    _set_blocked(world, user_id, True)


def unblock(world: "World", user_id: int) -> None:
    """Unblock the bot; it gets `my_chat_member`."""
    _set_blocked(world, user_id, False)


def _set_blocked(world: "World", user_id: int, blocked: bool) -> None:
    person = world.user(user_id)
    if person.blocked == blocked:
        return
    person.blocked = blocked
    old, new = ("member", "kicked") if blocked else ("kicked", "member")
    world.updates.add(
        "my_chat_member",
        {
            "chat": world.chat(user_id).json(),
            "from": person.json(),
            "date": int(world.clock.now()),
            "old_chat_member": Member(world.bot, old).json(),
            "new_chat_member": Member(world.bot, new).json(),
        },
    )
    world.publish("people", user=user_id)


def react(world: "World", chat_id: int, user_id: int, message_id: int, emoji: str | None) -> None:
    """React to a message as a person, or take the reaction back with None."""
    chat, person = world.chat(chat_id), world.user(user_id)
    people.check_place(chat, person, None, message_id)
    message = chat.messages[message_id]
    old = message.reactions.pop(user_id, None)
    if emoji is not None:
        message.reactions[user_id] = emoji
    messages.changed(world, message, "reaction")
    world.updates.add(
        "message_reaction",
        {
            "chat": chat.json(),
            "message_id": message_id,
            "user": person.json(),
            "date": int(world.clock.now()),
            "old_reaction": [{"type": "emoji", "emoji": old}] if old else [],
            "new_reaction": [{"type": "emoji", "emoji": emoji}] if emoji else [],
        },
    )


VERBS = (press, react, block, unblock)
