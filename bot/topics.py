"""A desk's forum topics: made when something is to be said there, made again when staff delete
them; an item of the outbox becomes a call here, cards as the case stands at that moment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from telegram.error import BadRequest
from tenacity import AsyncRetrying, retry_if_exception_type, wait_exponential_jitter

from bot import render
from bot.clock import Clock
from bot.house import House
from bot.telegram import Telegram
from igor_bot import texts
from igor_bot.desk import card
from igor_bot.desk.case import Case
from igor_bot.store.store import Store, StoreError
from igor_bot.store.work import Item, Topic, Work

T = TypeVar("T")


class NoTopic(Exception):
    """The desk's chat is there, but takes no new topic: nothing can be posted until staff mend it."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A call of the Bot API, ready to be made."""

    method: str
    params: dict[str, Any]


class Topics:
    """The topics as they are on Telegram."""

    def __init__(self, telegram: Telegram, store: Store, house: House, clock: Clock) -> None:
        self._telegram = telegram
        self._store = store
        self._house = house
        self._clock = clock
        self._known: dict[tuple[str, str], Topic] = {}
        self._making: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()
        self.on_made: Callable[[int], None] = lambda chat_id: None
        """Called with the desk's chat when a topic was made: it uses up the group's minute too."""

    async def prepare(self, item: Item) -> Ready:
        """Turn an item into a call. Raises telegram.error.TelegramError while making a topic."""
        body = item.body
        if "case" not in body or item.lane.startswith("p/"):
            return Ready(body["method"], body["params"])
        topic = self._known.get((body["case"], body["org"]))
        if topic is None or topic.thread_id is None or item.kind == "card":
            topic, case = await self._there(body["case"], body["org"])
            if item.kind == "card":
                return self._card(topic, case, tuple(body.get("mention", ())))
        params: dict[str, Any] = {**body["params"], "chat_id": topic.chat_id}
        if body["method"] in ("sendMessage", "copyMessage", "closeForumTopic"):
            params["message_thread_id"] = topic.thread_id
        return Ready(body["method"], params)

    async def arrived(self, item: Item, method: str, message_id: int) -> None:
        """Keep the id of a new card, so that it is changed and never doubled."""
        if item.kind == "card" and method == "sendMessage":
            topic = self._known[item.body["case"], item.body["org"]]
            await self._keep(replace(topic, card_id=message_id))

    async def lost(self, item: Item) -> None:
        """The topic is gone: the next item makes it again."""
        topic = await self._find(item)
        await self._keep(replace(topic, thread_id=None, card_id=None))

    async def card_lost(self, item: Item) -> None:
        """The card is gone: the next one is sent anew."""
        topic = await self._find(item)
        await self._keep(replace(topic, card_id=None))

    async def _there(self, case_id: str, organisation: str) -> tuple[Topic, Case]:
        """The topic, made where there is none, and the case; never made twice at a time."""
        lock = self._making.setdefault((case_id, organisation), asyncio.Lock())
        async with lock:
            topic, case = await self._read(case_id, organisation)
            if topic.thread_id is None:
                topic = await self._made(topic, case)
            return topic, case

    async def _made(self, topic: Topic, case: Case) -> Topic:
        """Make the topic. Raises NoTopic where the desk takes none."""
        params = {"chat_id": topic.chat_id, "name": self._name(case, topic.organisation)}
        try:
            made = await self._telegram.call("createForumTopic", params)
        except BadRequest as problem:  # no topics, or no right to make them
            raise NoTopic from problem
        self.on_made(topic.chat_id)
        topic = replace(topic, thread_id=int(made["message_thread_id"]))
        await self._keep(topic)
        return topic

    def _name(self, case: Case, organisation: str) -> str:
        area = self._house.area_of(case.area)
        context = self._house.desk_context(area, organisation, self._clock.now())
        parts = card.title(case, organisation)
        return " ".join(texts.render(p, context.language, context.zone) for p in parts)[:128]

    def _card(self, topic: Topic, case: Case, mention: tuple[int, ...]) -> Ready:
        organisation = topic.organisation
        area = self._house.area_of(case.area)
        context = self._house.desk_context(area, organisation, self._clock.now())
        params = render.post(
            card.card(case, organisation, context),
            context.language,
            context.zone,
            mention=[(w, self._house.name_of(w)) for w in mention],
            rows=card.buttons(case, organisation),
        )
        if topic.card_id is None:
            thread = {"chat_id": topic.chat_id, "message_thread_id": topic.thread_id}
            return Ready("sendMessage", {**params, **thread})
        params.pop("protect_content")
        params.pop("disable_notification")
        return Ready(
            "editMessageText",
            {**params, "chat_id": topic.chat_id, "message_id": topic.card_id},
        )

    async def _read(self, case_id: str, organisation: str) -> tuple[Topic, Case]:
        """Topic and case as they are stored, in one look: each waits for a turn's commit."""

        async def read(work: Work) -> tuple[Topic | None, Case | None]:
            case = await work.case(case_id)
            return work.topic(case_id, organisation), case

        topic, case = await self._in_work(read)
        assert topic is not None, "an item names a topic that the store does not know"
        assert case is not None, "an item names a case that the store does not know"
        self._known[case_id, organisation] = topic
        return topic, case

    async def _find(self, item: Item) -> Topic:
        case_id, organisation = item.body["case"], item.body["org"]
        known = self._known.get((case_id, organisation))
        return known or (await self._read(case_id, organisation))[0]

    async def _keep(self, topic: Topic) -> None:
        async def write(work: Work) -> None:
            work.put_topic(topic)

        self._known[topic.case_id, topic.organisation] = topic
        await self._in_work(write)

    async def _in_work(self, deed: Callable[[Work], Awaitable[T]]) -> T:
        """Do something with the store, again until it can be done."""
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type(StoreError),
            wait=wait_exponential_jitter(multiplier=0.1, max=5),
        ):
            with attempt:
                async with self._store.work(self._clock.now()) as work:
                    return await deed(work)
        raise AssertionError("never reached: it is tried again without end")
