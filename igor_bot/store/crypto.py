"""Sealing: AES-GCM with a key per case or person, each wrapped by the master key.

What is sealed is bound to its place (table and row), so that a row copied elsewhere does not open.
"""

from __future__ import annotations

import base64
import hmac
import os
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from igor_bot.errors import KeyLost, SetupError

_NONCE = 12


def read_master_key(path: Path) -> bytes:
    """Return the 32 bytes of the master key file.

    Raises SetupError with one sentence when it is missing, open to others, or not a key.
    """
    try:
        mode = path.stat().st_mode
        content = path.read_text(encoding="ascii")
    except FileNotFoundError:
        raise SetupError(f"There is no key file {path}: run `igor-bot init` to make one.") from None
    except (OSError, UnicodeDecodeError):
        raise SetupError(f"The key file {path} cannot be read.") from None
    if mode & 0o077:
        raise SetupError(f"The key file {path} is open to others: run `chmod 600 {path}`.")
    try:
        key = base64.b64decode(content.strip(), validate=True)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise SetupError(f"{path} does not hold a key; restore the right one from your backup.")
    return key


def write_master_key(path: Path) -> bool:
    """Make a master key where there is none; returns whether one was made. Mode 0600.

    Raises SetupError when it cannot be written.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    except OSError as problem:
        raise SetupError(f"The key file {path} cannot be written: {problem.strerror}.") from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(base64.b64encode(secrets.token_bytes(32)).decode() + "\n")
    return True


def _derived(master: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, None, b"igor-bot " + purpose).derive(master)


@dataclass
class Vault:
    """The keys that are open in memory."""

    master: bytes = field(repr=False)
    _wrap: AESGCM = field(init=False, repr=False)
    _index: bytes = field(init=False, repr=False)
    _open: dict[str, AESGCM] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self._wrap = AESGCM(_derived(self.master, b"wrap"))
        self._index = _derived(self.master, b"index")

    def index(self, chat_id: int) -> str:
        """Return the keyed hash by which a chat is found: nobody can tell the chat from it."""
        return hmac.new(self._index, str(chat_id).encode(), sha256).hexdigest()[:32]

    def new_key(self, key_id: str) -> bytes:
        """Make a key and return it wrapped, for the key store."""
        key = secrets.token_bytes(32)
        self._open[key_id] = AESGCM(key)
        nonce = os.urandom(_NONCE)
        return nonce + self._wrap.encrypt(nonce, key, key_id.encode())

    def take(self, key_id: str, wrapped: bytes) -> None:
        """Open a wrapped key from the key store. Raises SetupError under a wrong master key."""
        try:
            key = self._wrap.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], key_id.encode())
        except InvalidTag:
            raise SetupError(
                "The key file does not fit this database; restore the one that was used with it."
            ) from None
        self._open[key_id] = AESGCM(key)

    def has(self, key_id: str) -> bool:
        """Whether this key is open in memory."""
        return key_id in self._open

    def drop(self, key_id: str) -> None:
        """Forget a key."""
        self._open.pop(key_id, None)

    def seal(self, key_id: str, context: str, content: bytes) -> bytes:
        """Return `content` sealed under a key and bound to `context` (table and row)."""
        nonce = os.urandom(_NONCE)
        return nonce + self._key(key_id).encrypt(nonce, content, context.encode())

    def open(self, key_id: str, context: str, sealed: bytes) -> bytes:
        """Return what was sealed. Raises KeyLost when the key is gone or does not fit."""
        try:
            return self._key(key_id).decrypt(sealed[:_NONCE], sealed[_NONCE:], context.encode())
        except InvalidTag:
            raise KeyLost("sealed content does not open with its key") from None

    def _key(self, key_id: str) -> AESGCM:
        try:
            return self._open[key_id]
        except KeyError:
            raise KeyLost("a key is not in the key store") from None
