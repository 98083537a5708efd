"""The small part of CBOR that payloads and lists use, in its one deterministic form (RFC 8949, 4.2.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _TAG = range(7)
_MAJOR_BITS: Final = 5
_WIDTHS: Final = {24: 1, 25: 2, 26: 4, 27: 8}
_LENGTHS: Final = [(marker, width, 1 << 8 * width) for marker, width in _WIDTHS.items()]
_LARGEST_INLINE: Final = 23
_DEEPEST: Final = 8
_SINGLE_BYTES: Final = [bytes([value]) for value in range(256)]


class MalformedCbor(ValueError):
    """Bytes that aren't one item in deterministic form, or hold something that these payloads don't use."""


@dataclass(frozen=True)
class Tagged:
    """An item with a tag that says what it is."""

    tag: int
    value: Item


Item: TypeAlias = "int | bytes | str | list[Item] | dict[int, Item] | dict[str, Item] | Tagged"
"""What is written and read: whole numbers, bytes, text, arrays, maps by whole numbers, and tags.

Maps by text are only written: no payload holds one.
"""


def encode(item: Item) -> bytes:
    """The one deterministic encoding of an item.

    Raises:
        OverflowError: A number needs more than 64 bits.
    """
    if isinstance(item, int):
        return _head(_UNSIGNED, item) if item >= 0 else _head(_NEGATIVE, -1 - item)
    if isinstance(item, bytes):
        return _head(_BYTES, len(item)) + item
    if isinstance(item, str):
        text = item.encode()
        return _head(_TEXT, len(text)) + text
    if isinstance(item, dict):
        pairs = sorted([(encode(key), encode(value)) for key, value in item.items()])
        return _head(_MAP, len(pairs)) + b"".join([key + value for key, value in pairs])
    if isinstance(item, Tagged):
        return _head(_TAG, item.tag) + encode(item.value)
    return _head(_ARRAY, len(item)) + b"".join([encode(each) for each in item])


def decode(data: bytes) -> Item:
    """The item that `data` is the deterministic encoding of.

    Raises:
        MalformedCbor: It isn't one.
    """
    item, end = _Reader(data).item(0, _DEEPEST)
    # Longer forms of a number, maps out of order and doubled keys all end here.
    if end != len(data) or encode(item) != data:
        raise MalformedCbor("not the deterministic form of one item")
    return item


def _head(major: int, argument: int) -> bytes:
    first = major << _MAJOR_BITS
    if argument <= _LARGEST_INLINE:
        return _SINGLE_BYTES[first | argument]
    for marker, width, end in _LENGTHS:
        if argument < end:
            return _SINGLE_BYTES[first | marker] + argument.to_bytes(width)
    raise OverflowError("more than 64 bits")


@dataclass(frozen=True)
class _Reader:
    """Reads items out of bytes that may be anything."""

    data: bytes

    def item(self, start: int, depth: int) -> tuple[Item, int]:
        """The item at `start`, and where the next one begins."""
        if not depth:
            raise MalformedCbor("nested too deeply")
        major, argument, start = self._head(start)
        match major:
            case 0 | 1:
                return (-1 - argument if major else argument), start
            case 2:
                return self._taken(start, argument), start + argument
            case 3:
                return self._text(start, argument), start + argument
            case 4:
                return self._items(start, argument, depth)
            case 5:
                return self._map(start, argument, depth)
            case 6:
                value, end = self.item(start, depth - 1)
                return Tagged(argument, value), end
            case _:
                raise MalformedCbor("neither floats nor simple values are used")

    def _head(self, start: int) -> tuple[int, int, int]:
        first = self._taken(start, 1)[0]
        marker = first & (1 << _MAJOR_BITS) - 1
        if marker <= _LARGEST_INLINE:
            return first >> _MAJOR_BITS, marker, start + 1
        if marker not in _WIDTHS:
            raise MalformedCbor("lengths are always told")
        width = _WIDTHS[marker]
        return first >> _MAJOR_BITS, int.from_bytes(self._taken(start + 1, width)), start + 1 + width

    def _taken(self, start: int, count: int) -> bytes:
        if start + count > len(self.data):
            raise MalformedCbor("cut short")
        return self.data[start : start + count]

    def _text(self, start: int, count: int) -> str:
        try:
            return self._taken(start, count).decode()
        except UnicodeDecodeError as error:
            raise MalformedCbor("text that isn't UTF-8") from error

    def _items(self, start: int, count: int, depth: int) -> tuple[list[Item], int]:
        items: list[Item] = []
        for _ in range(count):
            item, start = self.item(start, depth - 1)
            items.append(item)
        return items, start

    def _map(self, start: int, count: int, depth: int) -> tuple[dict[int, Item], int]:
        pairs: dict[int, Item] = {}
        for _ in range(count):
            key, start = self.item(start, depth - 1)
            if not isinstance(key, int):
                raise MalformedCbor("a key that isn't a whole number")
            pairs[key], start = self.item(start, depth - 1)
        return pairs, start
