"""A bare aiogram echo, all defaults. aiogram is no dependency: measured where it happens to be."""

import asyncio
import logging
import sys
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer


async def _echo(message: Any) -> None:
    await message.answer(message.text)


async def main(api_url: str, token: str) -> None:
    """Echo until stopped."""
    logging.disable()
    session = AiohttpSession(api=TelegramAPIServer.from_base(api_url))
    dispatcher = Dispatcher()
    dispatcher.message.register(_echo)
    await dispatcher.start_polling(Bot(token, session=session))


asyncio.run(main(*sys.argv[1:]))
