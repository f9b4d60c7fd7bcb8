"""A desk's forum topics: made when something is to be said there, made again when staff delete
them; an item of the outbox becomes a call here, cards as the case stands at that moment."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

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
        self.on_made: Callable[[int], None] = lambda chat_id: None
        """Called with the desk's chat when a topic was made: it uses up the group's minute too."""

    async def prepare(self, item: Item) -> Ready:
        """Turn an item into a call. Raises telegram.error.TelegramError while making a topic."""
        body = item.body
        if "case" not in body or item.lane.startswith("p/"):
            return Ready(body["method"], body["params"])
        topic = await self._topic(body["case"], body["org"])
        if item.kind == "card":
            return await self._card(topic, tuple(body.get("mention", ())))
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
        topic = await self._find(item.body["case"], item.body["org"])
        await self._keep(replace(topic, thread_id=None, card_id=None))

    async def card_lost(self, item: Item) -> None:
        """The card is gone: the next one is sent anew."""
        topic = await self._find(item.body["case"], item.body["org"])
        await self._keep(replace(topic, card_id=None))

    async def _topic(self, case_id: str, organisation: str) -> Topic:
        topic = await self._find(case_id, organisation)
        if topic.thread_id is None:
            case = await self._case(case_id)
            name = self._name(case, organisation)
            params = {"chat_id": topic.chat_id, "name": name}
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

    async def _card(self, topic: Topic, mention: tuple[int, ...]) -> Ready:
        case = await self._case(topic.case_id)
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

    async def _find(self, case_id: str, organisation: str) -> Topic:
        topic = self._known.get((case_id, organisation))
        if topic is None:

            async def read(work: Work) -> Topic | None:
                await work.case(case_id)
                return work.topic(case_id, organisation)

            topic = await self._in_work(read)
            assert topic is not None, "an item names a topic that the store does not know"
            self._known[case_id, organisation] = topic
        return topic

    async def _case(self, case_id: str) -> Case:
        case = await self._in_work(lambda work: work.case(case_id))
        assert case is not None, "an item names a case that the store does not know"
        return case

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
