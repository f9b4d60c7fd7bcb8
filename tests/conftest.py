"""Fixtures: a stage with the bot running on it; nothing but loopback can be reached."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pytest_socket import socket_allow_hosts

from tests.support import Stage, stage

LOOPBACK = ["127.0.0.1", "::1"]


def pytest_runtest_setup() -> None:
    socket_allow_hosts(LOOPBACK, allow_unix_socket=True)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine reaches a test, and none of a test the next."""
    for name in [n for n in os.environ if n.startswith("IGOR_") and n != "IGOR_PICTURES"]:
        monkeypatch.delenv(name)


@pytest.fixture
async def on_stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """A stage with the bot running in this process."""
    async with stage(tmp_path) as set_stage:
        await set_stage.start()
        yield set_stage
