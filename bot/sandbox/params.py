"""A call's parameters, whatever body they came in, and their conversion as Telegram does it."""

import json
from dataclasses import dataclass, field
from typing import Any

from .errors import bad_request


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a multipart body."""

    name: str
    content: bytes
    mime: str | None


@dataclass(slots=True)
class Params:
    """Parameters by name; values are strings from forms and anything from JSON bodies."""

    values: dict[str, Any] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Whether the parameter was given and is not empty."""
        return self.values.get(name) not in (None, "") or name in self.files

    def text(self, name: str, default: str = "") -> str:
        """A string parameter."""
        value = self.values.get(name)
        if value is None:
            return default
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    def flag(self, name: str) -> bool:
        """A Boolean parameter."""
        value = self.values.get(name)
        return value is True or str(value).lower() in ("true", "yes", "1", "y", "t")

    def integer(self, name: str, default: int = 0) -> int:
        """An integer parameter; `default` when absent or no number, as Telegram takes it."""
        try:
            return int(self.values.get(name, default))
        except (TypeError, ValueError):
            return default

    def number(self, name: str) -> float:
        """A Float parameter; raises ApiError when absent or no number."""
        try:
            return float(self.values[name])
        except (KeyError, TypeError, ValueError) as error:
            raise bad_request(f"{name} must be a number") from error

    def data(self, name: str, what: str) -> Any:
        """A JSON parameter, None when absent; raises ApiError naming `what` when it is broken."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError as error:
            raise bad_request(f"can't parse {what} JSON object") from error

    def ids(self, name: str) -> list[int]:
        """A list of 1 to 100 message ids; raises ApiError when it is something else."""
        found = self.data(name, "message identifiers")
        if found is None:
            raise bad_request("message identifiers are not specified")
        if not isinstance(found, list):
            raise bad_request("expected an Array of message identifiers")
        if not found:
            raise bad_request("message identifiers are not specified")
        if len(found) > 100:
            raise bad_request("too many message identifiers specified")
        try:
            return [int(item) for item in found]
        except (TypeError, ValueError) as error:
            raise bad_request("message identifier must be a Number") from error

    def logged(self) -> dict[str, Any]:
        """The parameters for the log: files by name."""
        if not self.files:
            return self.values
        return {**self.values, **{key: f"<file {one.name}>" for key, one in self.files.items()}}
