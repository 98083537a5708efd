"""Fetches keys and lists, the same ones for everybody, from the platform and from nowhere else."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import IO, Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from khadamaty_verify.folder import Folder
from khadamaty_verify.keys import BadKeys, KeySet
from khadamaty_verify.lists import LARGEST, StatusList, UntrustedList

API: Final = "/api/verification/v1"
TIMEOUT_S: Final = 30.0
_LARGEST_JSON: Final = 4_000_000
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_NUMBERED: Final = re.compile(r".+/status-lists/(0|[1-9][0-9]{0,6})", re.ASCII)


class FetchFailed(Exception):
    """What was there before stays as it is; the message tells what went wrong."""


class ForbiddenOrigin(FetchFailed):
    """Not an https origin, nor one of this machine."""


@dataclass(frozen=True)
class Fetched:
    """What a fetch brought.

    Attributes:
        changed: The numbers of the lists that are new.
        lists: All lists of the platform, by number.
    """

    changed: tuple[int, ...]
    lists: Mapping[int, StatusList]


@dataclass(frozen=True)
class _Answer:
    status: int
    body: bytes
    tag: str


class _Unredirected(HTTPRedirectHandler):
    """Follows nothing: an answer from elsewhere isn't the platform's."""

    def redirect_request(
        self,
        req: Request,  # noqa: ARG002 - the library's own signature
        fp: IO[bytes],  # noqa: ARG002
        code: int,  # noqa: ARG002
        msg: str,  # noqa: ARG002
        headers: Any,  # noqa: ARG002
        newurl: str,  # noqa: ARG002
    ) -> Request | None:
        """Nothing to follow."""
        return None


_OPENER: Final = build_opener(_Unredirected)


def origin_of(address: str) -> str:
    """Scheme, host and port of the platform's address.

    Raises:
        ForbiddenOrigin: It is neither https nor this machine.
    """
    parts = urlsplit(address)
    usable = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not usable or not parts.hostname or parts.username or parts.query or parts.path.strip("/"):
        raise ForbiddenOrigin(f"not https://HOST: {address}")
    return f"{parts.scheme}://{parts.netloc}"


def fetch(address: str, folder: Folder) -> Fetched:
    """Bring a folder up to date.

    Args:
        address: The platform's, such as `https://HOST`.
        folder: Where keys and lists are kept.

    Raises:
        FetchFailed: The platform didn't answer, or with something that can't be trusted.
    """
    base = f"{origin_of(address)}{API}"
    told = _get(f"{base}/keys", _LARGEST_JSON).body
    try:
        keys = KeySet.from_json(told)
        index = json.loads(_get(f"{base}/status-lists", _LARGEST_JSON).body)["status_lists"]
        numbers = [_number(uri) for uri in index]
    except (BadKeys, LookupError, TypeError, ValueError) as error:
        raise FetchFailed("keys or the index of lists can't be read") from error
    folder.keep_keys(told)
    tags, lists, changed = dict(folder.tags()), {}, []
    for number in numbers:
        held = _find_held(folder, number, keys)
        answer = _get(f"{base}/status-lists/{number}", LARGEST, tags.get(str(number)) if held else None)
        if held is not None and answer.status == HTTPStatus.NOT_MODIFIED:
            lists[number] = held
            continue
        lists[number] = _trusted(answer.body, number, keys, held)
        folder.keep_list(number, answer.body)
        tags[str(number)] = answer.tag
        changed.append(number)
    folder.keep_tags(tags)
    return Fetched(tuple(changed), lists)


def _trusted(token: bytes, number: int, keys: KeySet, held: StatusList | None) -> StatusList:
    try:
        fetched = StatusList.from_bytes(token, keys)
    except UntrustedList as error:
        raise FetchFailed(f"list {number}: {error}") from error
    if fetched.number != number:
        raise FetchFailed(f"list {number}: it is another one")
    if held is not None and fetched.as_of < held.as_of:
        raise FetchFailed(f"list {number}: older than the one that is here")
    return fetched


def _find_held(folder: Folder, number: int, keys: KeySet) -> StatusList | None:
    token = folder.find_list(number)
    try:
        return None if token is None else StatusList.from_bytes(token, keys)
    except UntrustedList:
        return None


def _number(uri: str) -> int:
    number = _NUMBERED.fullmatch(uri)
    if number is None:
        raise ValueError("not the address of a list")
    return int(number[1])


def _get(url: str, largest: int, tag: str | None = None) -> _Answer:
    headers = {"Accept": "application/statuslist+cwt, application/json"}
    if tag:
        headers["If-None-Match"] = tag
    request = Request(url, headers=headers)  # noqa: S310 - `origin_of` has looked at its scheme
    try:
        with _OPENER.open(request, timeout=TIMEOUT_S) as answer:
            body = answer.read(largest + 1)
            status, found = int(answer.status), answer.headers.get("ETag", "")
    except HTTPError as error:
        with error:
            if error.code == HTTPStatus.NOT_MODIFIED:
                return _Answer(error.code, b"", tag or "")
            raise FetchFailed(f"{url}: {error.code}") from error
    except (URLError, OSError) as error:
        raise FetchFailed(f"{url}: no answer") from error
    if len(body) > largest:
        raise FetchFailed(f"{url}: too large")
    return _Answer(status, body, found)
