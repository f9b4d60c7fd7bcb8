"""The Bot API over HTTP: bodies in, methods called, Telegram's answers (or ordered faults) out.

It stands on aiohttp's bare server, whose parser is C, and which can cut a connection.
"""

import asyncio
import inspect
import json
import time
from typing import Any
from urllib.parse import parse_qsl, unquote

from aiohttp import web
from aiohttp.web_request import FileField

from .errors import ApiError
from .faults import Fault
from .methods import BY_LOWER_NAME, Method
from .model import Call
from .params import Params, Upload
from .world import World

BODY_LIMIT = 60 * 1024 * 1024
HOLD = 3600.0
JSON_TYPE = "application/json"
NOT_FOUND = ApiError(404, "Not Found")
UNAUTHORIZED = ApiError(401, "Unauthorized")
BAD_GATEWAY = b"<html><head><title>502 Bad Gateway</title></head></html>"


def _dumps(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def _answer(body: bytes, status: int = 200) -> web.Response:
    return web.Response(body=body, status=status, content_type=JSON_TYPE)


def _refusal(error: ApiError) -> web.Response:
    data: dict[str, Any] = {
        "ok": False,
        "error_code": error.code,
        "description": error.description,
    }
    if error.retry_after is not None:
        data["parameters"] = {"retry_after": error.retry_after}
    response = _answer(_dumps(data), error.code)
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _cut(request: web.BaseRequest) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def read_params(request: web.BaseRequest) -> Params:
    """The call's parameters from query and body; raises ApiError when they can't be read."""
    params = Params(dict(request.query) if "?" in request.raw_path else {})
    kind = request.content_type
    if kind == "multipart/form-data":
        for name, value in (await request.post()).items():
            if isinstance(value, FileField):
                upload = Upload(value.filename, value.file.read(), value.content_type)
                params.files[name] = upload
            else:
                text = value.decode() if isinstance(value, bytes | bytearray) else value
                params.values[name] = text
        return params
    raw = await request.read()
    if not raw:
        return params
    if kind == JSON_TYPE:
        params.values.update(_json_object(raw))
    else:
        params.values.update(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True))
    return params


def _json_object(raw: bytes) -> dict[str, Any]:
    try:
        data = json.loads(raw)
    except ValueError as error:
        raise ApiError(400, "Bad Request: can't parse JSON object") from error
    if not isinstance(data, dict):
        raise ApiError(400, "Bad Request: expected a JSON object")
    return data


class BotApi:
    """Answers every request on the Bot API's port."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._methods = f"/bot{world.token}/"
        self._files = f"/file/bot{world.token}/"

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """One request, whatever it is."""
        if self._world.faults and self._world.faults.down:
            return _cut(request)
        path = request.raw_path.partition("?")[0]
        path = unquote(path) if "%" in path else path
        if path.startswith(self._files):
            return self._download(path[len(self._files) :])
        if not path.startswith(self._methods):
            return _refusal(UNAUTHORIZED if path.startswith(("/bot", "/file/bot")) else NOT_FOUND)
        found = BY_LOWER_NAME.get(path[len(self._methods) :].lower())
        if found is None:
            return _refusal(NOT_FOUND)
        try:
            params = await read_params(request)
        except ApiError as error:
            return _refusal(error)
        except web.HTTPRequestEntityTooLarge:
            return _refusal(ApiError(413, "Request Entity Too Large"))
        return await self._call(request, *found, params)

    def _download(self, path: str) -> web.Response:
        file = self._world.files.by_path(path)
        if file is None:
            return _refusal(NOT_FOUND)
        return web.Response(body=file.content, content_type="application/octet-stream")

    async def _call(
        self, request: web.BaseRequest, name: str, method: Method, params: Params
    ) -> web.StreamResponse:
        faults = self._world.faults
        fault = faults.strike(name, params.text("chat_id")) if faults else None
        if fault is not None and fault.kind == "slow":
            await asyncio.sleep(fault.seconds or 1.0)
            fault = None
        response = web.Response()
        if fault is None or fault.comes_after:
            response = await self._run(name, method, params)
        if fault is not None:
            self._log(name, params, _FAULT_CODES.get(fault.kind, 0))
            return await _faulty(request, fault, response)
        if faults and faults.down:
            return _cut(request)
        return response

    async def _run(self, name: str, method: Method, params: Params) -> web.Response:
        try:
            result = method(self._world, params)
            if inspect.iscoroutine(result):
                body = b'{"ok":true,"result":[' + b",".join(await result) + b"]}"
            else:
                body = _dumps({"ok": True, "result": result})
        except ApiError as error:
            self._log(name, params, error.code)
            return _refusal(error)
        self._log(name, params, 200)
        return _answer(body)

    def _log(self, name: str, params: Params, code: int) -> None:
        world = self._world
        if world.record_calls:
            call = Call(name, params.logged(), world.clock.now(), time.monotonic(), code)
            world.calls.append(call)
        if world.listeners and name != "getUpdates":
            world.publish("log", method=name, code=code, chat=params.text("chat_id") or None)


_FAULT_CODES = {"status_500": 500, "status_502": 502, "too_many": 429, "broken_json": 200}


async def _faulty(request: web.BaseRequest, fault: Fault, answer: web.Response) -> web.Response:
    if fault.kind in ("timeout_before", "timeout_after"):
        await asyncio.sleep(fault.seconds or HOLD)  # the client gives up, which cancels this
        return _cut(request)
    if fault.kind == "too_many":
        seconds = int(fault.seconds or 1)
        return _refusal(ApiError(429, f"Too Many Requests: retry after {seconds}", seconds))
    if fault.kind == "status_500":
        return _refusal(ApiError(500, "Internal Server Error"))
    if fault.kind == "status_502":
        return web.Response(body=BAD_GATEWAY, status=502, content_type="text/html")
    if fault.kind == "broken_json":  # all but the end of it: what it says must not be logged
        body = answer.body if isinstance(answer.body, bytes) else b""
        return _answer(body[:-1] or b'{"ok":true,"result":{"message_i')
    return _cut(request)
