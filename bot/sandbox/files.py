"""Files on the sandbox's servers, and the API's objects for them."""

import itertools
import mimetypes
from collections.abc import Callable
from typing import Any

from .errors import bad_request
from .model import Json, StoredFile

DOWNLOAD_LIMIT = 20 * 1024 * 1024
UPLOAD_LIMIT = 50 * 1024 * 1024
FOLDERS = {
    "photo": ("photos", ".jpg", "image/jpeg", "Photo"),
    "voice": ("voice", ".oga", "audio/ogg", "VoiceNote"),
    "video": ("videos", ".mp4", "video/mp4", "Video"),
    "audio": ("music", ".mp3", "audio/mpeg", "Audio"),
    "document": ("documents", "", "application/octet-stream", "Document"),
    "sticker": ("stickers", ".webp", "image/webp", "Sticker"),
}
IMAGES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", b"BM")


class Files:
    """All files, by their id and by the path they are downloaded under."""

    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}
        self._numbers = itertools.count()

    def add(
        self,
        kind: str,
        content: bytes,
        name: str | None = None,
        mime: str | None = None,
        about: Json | None = None,
    ) -> StoredFile:
        """Store a file of `kind` and what is known `about` it; return it with its new id."""
        number = next(self._numbers)
        folder, suffix, default, _ = FOLDERS[kind]
        if kind == "document" and name and "." in name:
            suffix = "." + "".join(c for c in name.rsplit(".", 1)[1] if c.isalnum())[:8]
        guessed = mime or (mimetypes.guess_type(name)[0] if name else None) or default
        file = StoredFile(
            f"AgACAgQAAxk{kind}{number:08d}",
            f"AQAD{number:08d}",
            kind,
            content,
            f"{folder}/file_{number}{suffix}",
            name,
            guessed,
            about or {},
        )
        self._by_id[file.file_id] = self._by_path[file.path] = file
        return file

    def reuse(self, kind: str, file_id: str) -> StoredFile:
        """The file an id names, for sending as `kind`; raises ApiError when it can't be."""
        file = self._by_id.get(file_id)
        if file is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
        if file.kind != kind:
            old, new = FOLDERS[file.kind][3], FOLDERS[kind][3]
            raise bad_request(f"can't use file of type {old} as {new}")
        return file

    def downloadable(self, file_id: str) -> StoredFile:
        """The file an id names, for getFile; raises ApiError when unknown or over 20 MB."""
        file = self._by_id.get(file_id)
        if file is None:
            raise bad_request("invalid file_id")
        if len(file.content) > DOWNLOAD_LIMIT:
            raise bad_request("file is too big")
        return file

    def by_id(self, file_id: str) -> StoredFile | None:
        """The file an id names, None when there is none."""
        return self._by_id.get(file_id)

    def by_path(self, path: str) -> StoredFile | None:
        """The file that is downloaded under `path`."""
        return self._by_path.get(path)


def check_upload(kind: str, content: bytes) -> None:
    """Raise ApiError for an upload that Telegram can't take as `kind`."""
    if not content:
        raise bad_request("file must be non-empty")
    if kind == "photo" and not content.startswith(IMAGES):
        raise bad_request("IMAGE_PROCESS_FAILED")
    if kind == "photo" and len(content) > 10 * 1024 * 1024:
        raise bad_request("too big file for a photo")


def _base(file: StoredFile) -> Json:
    return {
        "file_id": file.file_id,
        "file_unique_id": file.unique_id,
        "file_size": len(file.content),
    }


def _photo(file: StoredFile, _: Json) -> Any:
    return [{**_base(file), "width": 320, "height": 240}]


def _timed(file: StoredFile, extra: Json) -> Json:
    return {**_base(file), "mime_type": file.mime, "duration": int(extra.get("duration") or 1)}


def _video(file: StoredFile, extra: Json) -> Json:
    named = {"file_name": file.name} if file.name else {}
    return {**_timed(file, extra), "width": 320, "height": 240, **named}


def _audio(file: StoredFile, extra: Json) -> Json:
    named = {"file_name": file.name} if file.name else {}
    about = {key: extra[key] for key in ("title", "performer") if extra.get(key)}
    return {**_timed(file, extra), **named, **about}


def _document(file: StoredFile, _: Json) -> Json:
    return {**_base(file), "file_name": file.name or "file", "mime_type": file.mime}


def _sticker(file: StoredFile, extra: Json) -> Json:
    return {
        **_base(file),
        "type": "regular",
        "width": 512,
        "height": 512,
        "is_animated": False,
        "is_video": False,
        "emoji": extra.get("emoji") or "🙂",
    }


OBJECTS: dict[str, Callable[[StoredFile, Json], Any]] = {
    "photo": _photo,
    "voice": _timed,
    "video": _video,
    "audio": _audio,
    "document": _document,
    "sticker": _sticker,
}


def media_body(file: StoredFile) -> Json:
    """What a message with this file shows in the API."""
    return {file.kind: OBJECTS[file.kind](file, file.about)}
