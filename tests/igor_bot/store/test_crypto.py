"""Sealing: bound to key and place; the key file is kept to oneself and never overwritten."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest

from igor_bot.errors import KeyLost, SetupError
from igor_bot.store.crypto import Vault, read_master_key, write_master_key

MASTER, OTHER = b"m" * 32, b"o" * 32
WORDS = "jag är rädd".encode()


def vault(*key_ids: str) -> Vault:
    """A vault with fresh keys."""
    made = Vault(MASTER)
    for key_id in key_ids:
        made.new_key(key_id)
    return made


def test_what_is_sealed_opens_at_its_place() -> None:
    one = vault("case-1")
    sealed = one.seal("case-1", "matter:1", WORDS)
    assert WORDS not in sealed
    assert one.open("case-1", "matter:1", sealed) == WORDS


def test_sealing_twice_looks_different() -> None:
    one = vault("case-1")
    assert one.seal("case-1", "matter:1", WORDS) != one.seal("case-1", "matter:1", WORDS)


@pytest.mark.parametrize("context", ["matter:2", "person:1", "matter:1 ", ""])
def test_a_row_copied_elsewhere_does_not_open(context: str) -> None:
    one = vault("case-1")
    with pytest.raises(KeyLost):
        one.open("case-1", context, one.seal("case-1", "matter:1", WORDS))


def test_another_key_does_not_open() -> None:
    one = vault("case-1", "case-2")
    with pytest.raises(KeyLost):
        one.open("case-2", "matter:1", one.seal("case-1", "matter:1", WORDS))


@pytest.mark.parametrize("at", [0, 11, 12, -1])
def test_what_was_tampered_with_does_not_open(at: int) -> None:
    one = vault("case-1")
    sealed = bytearray(one.seal("case-1", "matter:1", WORDS))
    sealed[at] ^= 1
    with pytest.raises(KeyLost) as problem:
        one.open("case-1", "matter:1", bytes(sealed))
    assert WORDS.decode() not in str(problem.value)


def test_a_dropped_key_is_lost() -> None:
    one = vault("case-1")
    sealed = one.seal("case-1", "matter:1", WORDS)
    assert one.has("case-1")
    one.drop("case-1")
    one.drop("case-1")
    assert not one.has("case-1")
    with pytest.raises(KeyLost):
        one.open("case-1", "matter:1", sealed)
    with pytest.raises(KeyLost):
        one.seal("case-1", "matter:1", WORDS)


def test_a_wrapped_key_opens_with_its_master_alone() -> None:
    first, again = Vault(MASTER), Vault(MASTER)
    wrapped = first.new_key("case-1")
    again.take("case-1", wrapped)
    assert again.open("case-1", "a:1", first.seal("case-1", "a:1", WORDS)) == WORDS
    with pytest.raises(SetupError, match="does not fit this database"):
        Vault(OTHER).take("case-1", wrapped)


def test_a_wrapped_key_is_bound_to_its_name() -> None:
    wrapped = Vault(MASTER).new_key("case-1")
    with pytest.raises(SetupError):
        Vault(MASTER).take("case-2", wrapped)


def test_a_chat_is_found_by_a_hash_of_this_master() -> None:
    assert Vault(MASTER).index(5) == Vault(MASTER).index(5)
    assert Vault(MASTER).index(5) != Vault(MASTER).index(6)
    assert Vault(MASTER).index(5) != Vault(OTHER).index(5)
    assert "123456789" not in Vault(MASTER).index(123456789)


def test_no_key_is_shown() -> None:
    one = vault("case-1")
    assert repr(MASTER) not in repr(one)
    assert "AESGCM" not in repr(one)


# The key file -----------------------------------------------------------------------------------


def test_a_key_file_is_made_for_its_owner_alone_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "igor.key"
    assert write_master_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(read_master_key(path)) == 32


def test_two_key_files_differ(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_master_key(tmp_path / name)
    assert read_master_key(tmp_path / "a") != read_master_key(tmp_path / "b")


@pytest.mark.parametrize("content", ["", "anything", "QUJD"])
def test_a_key_file_is_never_overwritten(tmp_path: Path, content: str) -> None:
    path = tmp_path / "igor.key"
    path.write_text(content)
    assert not write_master_key(path)
    assert path.read_text() == content


def refusal(path: Path) -> str:
    """The sentence with which a key file is refused."""
    with pytest.raises(SetupError) as problem:
        read_master_key(path)
    said = str(problem.value)
    assert said.endswith(".")
    assert "\n" not in said
    assert str(path) in said
    return said


def test_a_missing_key_file_is_refused(tmp_path: Path) -> None:
    assert "igor-bot init" in refusal(tmp_path / "igor.key")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o610])
def test_a_key_file_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "igor.key"
    write_master_key(path)
    path.chmod(mode)
    assert "chmod 600" in refusal(path)
    path.chmod(0o600)
    read_master_key(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a key",
        base64.b64encode(b"k" * 31),
        base64.b64encode(b"k" * 33),
        base64.b64encode(b"k" * 32)[:-4] + b"!!!!",
        "nyckel på svenska".encode(),
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_key_is_refused_and_not_shown(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "igor.key"
    path.write_bytes(content)
    path.chmod(0o600)
    said = refusal(path)
    assert not content or content.decode("latin-1") not in said


def test_a_folder_is_no_key_file(tmp_path: Path) -> None:
    path = tmp_path / "igor.key"
    path.mkdir(mode=0o700)
    refusal(path)
