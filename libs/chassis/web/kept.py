"""Answers that survive a session's end: what was typed into a form is kept and shown again after login."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from fastapi import Request
from starlette.datastructures import FormData
from starlette.routing import Match

from libs.chassis.ids import new_secret
from libs.chassis.web.caller import Caller
from libs.chassis.web.redirects import address_of

KEPT_FOR_S: Final = 3600
PARAMETER: Final = "kept"
COOKIE: Final = "__Host-kept"

_NEVER_KEPT: Final = re.compile(r"code|password|secret|csrf", re.IGNORECASE)
_FORM_TYPES: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
_MOST_FIELDS: Final = 200
_MOST_CHARACTERS: Final = 32 * 1024

Fields = Sequence[tuple[str, str]]


class KeptAnswers(Protocol):
    """Keeps answers for an hour, for one owner."""

    async def keep(self, fields: Fields, path: str, owner: str) -> str:
        """Keep what was typed.

        Args:
            fields: Names and texts in their order.
            path: The page that shows them again; they are given back to no other.
            owner: Who may see them again: a caller's id, or a secret of the browser's.

        Returns:
            An unguessable id.
        """
        ...

    async def find(self, kept_id: str, path: str, owner: str) -> Fields | None:
        """The answers kept under that id for that page and owner, or None."""
        ...


@dataclass(frozen=True)
class KeptPage:
    """Where answers are shown again.

    Attributes:
        address: The page, with the id of the answers if any were kept.
        browser_secret: Proves that the same browser comes back; None when the owner's id does.
    """

    address: str
    browser_secret: str | None = None


async def kept_answers(request: Request) -> FormData:
    """What this visitor had typed into the page before the session ended; empty if nothing was kept.

    Args:
        request: Of the page that shows the form; its `kept` parameter names the answers.

    Returns:
        The same kind of value as `await request.form()`, so that one function fills the form from either.
    """
    store: KeptAnswers | None = request.app.state.web.kept
    kept_id = request.query_params.get(PARAMETER)
    if store is None or not kept_id:
        return FormData()
    caller: Caller = request.state.caller
    for owner in (caller.id, request.cookies.get(COOKIE)):
        fields = await store.find(kept_id, request.url.path, owner) if owner else None
        if fields is not None:
            return FormData(list(fields))
    return FormData()


async def keep_posted(request: Request, store: KeptAnswers, owner: str | None) -> KeptPage:
    """Keep the text fields of a posted form.

    Files are never kept, nor fields whose name speaks of a code, a password or a secret, nor a form of more
    than 200 fields or 32,768 characters.

    Args:
        request: The one that came too late.
        store: Where to.
        owner: Whose id an expired session tells; None binds the answers to the browser.

    Returns:
        The page of the posted path, or the nearest one above it, that shows the answers again.
    """
    page = page_above(request)
    if not request.headers.get("content-type", "").startswith(_FORM_TYPES):
        return KeptPage(page)
    form = await request.form(max_fields=_MOST_FIELDS * 5, max_files=20)
    fields = [
        (name, value) for name, value in form.multi_items() if isinstance(value, str) and _keepable(name)
    ]
    size = sum(len(name) + len(value) for name, value in fields)
    if not fields or len(fields) > _MOST_FIELDS or size > _MOST_CHARACTERS:
        return KeptPage(page)
    secret = None if owner else request.cookies.get(COOKIE) or new_secret()
    kept_id = await store.keep(fields, page, owner or secret or "")
    return KeptPage(address_of(page, request.url.query, **{PARAMETER: kept_id}), secret)


def page_above(request: Request) -> str:
    """The request's path if it can be opened with GET, else the nearest path above it that can."""
    path = request.url.path
    while path != "/":
        # FastAPI notes what it matched in a dictionary of the scope, which the running request still needs.
        scope = {name: value for name, value in request.scope.items() if name != "fastapi"}
        scope |= {"method": "GET", "path": path}
        if any(route.matches(scope)[0] is Match.FULL for route in request.app.router.routes):
            return path
        path = path.rsplit("/", 1)[0] or "/"
    return path


def _keepable(name: str) -> bool:
    return not _NEVER_KEPT.search(name)
