"""Text as Telegram takes it: cleaned, HTML parsed into entities, entities found by themselves."""

import html
import re
from collections.abc import Callable, Iterator

from .errors import ApiError, bad_request
from .model import Json

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "tg-emoji": "custom_emoji",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
_CHARREF = re.compile(r"&(?:lt|gt|amp|quot|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
_ATTRIBUTE = re.compile(r"""\s*([a-zA-Z0-9_-]+)\s*(?:=\s*("[^"]*"|'[^']*'|[a-zA-Z0-9.\-]+))?""")
_DROPPED = re.compile("[\u202a-\u202e\r]")
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")
_FOUND = re.compile(
    r"(?P<url>https?://[^\s<>\"]+)"
    r"|(?P<email>[\w.+-]+@[\w-]+\.[\w.-]*\w)"
    r"|(?<![\w@/])(?P<mention>@\w{4,32})\b"
    r"|(?<![\w/])(?P<bot_command>/\w{1,64}(?:@\w{4,32})?)\b"
    r"|(?<!\w)(?P<hashtag>\#\w*[^\W\d_]\w*)"
    r"|(?<![\w+])(?P<phone_number>\+\d[\d\- ]{6,15}\d)(?!\w)"
)
_MARKS = ("/", "@", "#", "+", "://")


def utf16(text: str) -> int:
    """Length in UTF-16 units, the unit of entities."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def clean(text: str) -> str:
    """`text` without what Telegram drops: bidi embeddings, control characters, blank ends."""
    if not text.isprintable():
        text = _CONTROL.sub(" ", _DROPPED.sub("", text))
    return text.strip()


def find(text: str) -> list[Json]:
    """The entities Telegram sees in plain text: commands, links, mentions, numbers."""
    if not any(mark in text for mark in _MARKS):
        return []
    return [
        {
            "type": str(match.lastgroup),
            "offset": utf16(text[: match.start()]),
            "length": utf16(match.group()),
        }
        for match in _FOUND.finditer(text)
    ]


def formatted(text: str, mode: str, given: object) -> tuple[str, list[Json]]:
    """Text and entities of a bot's message; raises ApiError for what Telegram can't parse."""
    if mode and mode.lower() not in ("html", "none"):
        raise bad_request("unsupported parse_mode")
    entities = _checked(given) if given is not None else []
    if mode.lower() == "html":
        text, entities = parse_html(text)
    cleaned = clean(text)
    lead = utf16(text[: len(text) - len(text.lstrip())]) if entities else 0
    kept = _fitted(entities, lead, cleaned)
    seen = [one for one in find(cleaned) if not any(_overlap(one, other) for other in kept)]
    return cleaned, sorted(kept + seen, key=_order) if kept and seen else kept or seen


def _checked(given: object) -> list[Json]:
    if not isinstance(given, list):
        raise bad_request("can't parse entities JSON object")
    for entity in given:
        if not isinstance(entity, dict) or not {"type", "offset", "length"} <= entity.keys():
            raise bad_request("can't parse MessageEntity: expected fields type, offset, length")
    return given


def _fitted(entities: list[Json], lead: int, text: str) -> list[Json]:
    size, fitted = utf16(text), []
    for entity in entities:
        start = max(0, int(entity["offset"]) - lead)
        end = min(size, int(entity["offset"]) - lead + int(entity["length"]))
        if end > start:
            fitted.append({**entity, "offset": start, "length": end - start})
    return sorted(fitted, key=_order)


def _order(entity: Json) -> tuple[int, int]:
    return entity["offset"], -entity["length"]


def _overlap(one: Json, other: Json) -> bool:
    ends = one["offset"] + one["length"], other["offset"] + other["length"]
    return bool(one["offset"] < ends[1] and other["offset"] < ends[0])


def parse_html(source: str) -> tuple[str, list[Json]]:
    """Telegram's HTML style; raises ApiError where Telegram can't parse it."""
    out: list[str] = []
    length = 0
    entities: list[Json] = []
    open_tags: list[tuple[str, int, dict[str, str]]] = []
    for kind, value, byte in _tokens(source):
        if kind == "text":
            out.append(value)
            length += utf16(value)
        elif kind == "start":
            open_tags.append((*_start(value, byte, length),))
        else:
            _end(value, byte, length, open_tags, entities)
    if open_tags:
        raise _broken(f'Can\'t find end tag corresponding to start tag "{open_tags[-1][0]}"')
    return "".join(out), entities


def _broken(why: str) -> ApiError:
    return bad_request(f"can't parse entities: {why}")


def _tokens(source: str) -> Iterator[tuple[str, str, int]]:
    position = 0
    while position < len(source):
        tag = source.find("<", position)
        end = tag if tag >= 0 else len(source)
        if end > position:
            plain = source[position:end]
            yield "text", _CHARREF.sub(lambda match: html.unescape(match.group()), plain), 0
        if tag < 0:
            return
        byte = len(source[:tag].encode())
        close = source.find(">", tag)
        kind = "end" if source.startswith("</", tag) else "start"
        if close < 0:
            raise _broken(f"Unclosed {kind} tag at byte offset {byte}")
        yield kind, source[tag + (2 if kind == "end" else 1) : close], byte
        position = close + 1


def _start(value: str, byte: int, offset: int) -> tuple[str, int, dict[str, str]]:
    name = re.split(r"\s", value, maxsplit=1)[0].lower()
    if name not in TAGS:
        raise _broken(f'Unsupported start tag "{name}" at byte offset {byte}')
    attributes = {
        key.lower(): html.unescape(raw.strip("\"'"))
        for key, raw in _ATTRIBUTE.findall(value[len(name) :])
    }
    if name == "span" and attributes.get("class") != "tg-spoiler":
        raise _broken(f'Tag "span" must have class "tg-spoiler" at byte offset {byte}')
    return name, offset, attributes


def _end(
    value: str,
    byte: int,
    length: int,
    open_tags: list[tuple[str, int, dict[str, str]]],
    entities: list[Json],
) -> None:
    if not open_tags:
        raise _broken(f"Unexpected end tag at byte offset {byte}")
    name, offset, attributes = open_tags.pop()
    found = value.strip().lower()
    if found and found != name:
        raise _broken(
            f'Unmatched end tag at byte offset {byte}, expected "</{name}>", found "</{found}>"'
        )
    entity: Json = {"type": TAGS[name], "offset": offset, "length": length - offset}
    extra = _EXTRAS.get(name)
    if entity["length"] and (extra is None or extra(entity, attributes)):
        entities.append(entity)


def _link(entity: Json, attributes: dict[str, str]) -> bool:
    url = attributes.get("href", "")
    mention = re.fullmatch(r"tg://user\?id=(\d+)", url)
    if mention:
        entity["type"], entity["user_id"] = "text_mention", int(mention.group(1))
    elif re.match(r"(https?://|tg://|mailto:|tel:)?\S+\.?\S+$", url):
        entity["url"] = url
    else:
        return False
    return True


def _emoji(entity: Json, attributes: dict[str, str]) -> bool:
    if "emoji-id" not in attributes:
        raise _broken("Custom emoji identifier is not specified")
    entity["custom_emoji_id"] = attributes["emoji-id"]
    return True


def _quote(entity: Json, attributes: dict[str, str]) -> bool:
    if "expandable" in attributes:
        entity["type"] = "expandable_blockquote"
    return True


_EXTRAS: dict[str, Callable[[Json, dict[str, str]], bool]] = {
    "a": _link,
    "tg-emoji": _emoji,
    "blockquote": _quote,
}
