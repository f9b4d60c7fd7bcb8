"""A bare python-telegram-bot echo: its Application, its updater, one handler, all defaults
(updates one at a time: `concurrent_updates=False`)."""

import logging
import sys
from typing import Any

from telegram import Update
from telegram.ext import ApplicationBuilder, ContextTypes, MessageHandler, filters


async def _echo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message is not None
    await update.message.reply_text(update.message.text or "")


def main(api_url: str, token: str) -> None:
    """Echo until stopped."""
    logging.disable()
    builder: Any = ApplicationBuilder().token(token).base_url(f"{api_url}/bot")
    application = builder.concurrent_updates(False).build()
    application.add_handler(MessageHandler(filters.TEXT, _echo))
    application.run_polling()


main(*sys.argv[1:])
