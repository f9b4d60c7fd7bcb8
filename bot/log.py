"""Logging: named fields only, so that no content, name, number or token has a way in."""

from __future__ import annotations

import logging
import sys

import structlog


def configure() -> None:
    """Log to standard error in one line an event; the libraries below WARNING stay silent."""
    # At INFO, httpx writes whole addresses, and so the token.
    for name in ("httpx", "httpcore", "aiohttp", "sqlalchemy", "alembic", "telegram", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )


log = structlog.get_logger()


def fault(event: str, problem: BaseException, **fields: str | int | float) -> None:
    """Log that something failed: the kind of the problem, never its words."""
    log.warning(event, problem=type(problem).__name__, **fields)
