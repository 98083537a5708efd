"""Status lists: made while the model is fresh, published for whoever checks without a network."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from libs.chassis.aggregates import Aggregates
from libs.chassis.errors import Duplicate, NotFound
from libs.chassis.key_files import KeyUnusable
from libs.contracts.qr import key_id_text
from services.verification.domain.certificate import VerifierKey
from services.verification.domain.status_list import (
    ListHead,
    PublishedList,
    compressed,
    digest_of,
    prepare,
    published,
)
from services.verification.ports import Deps, StatusLists

log = structlog.get_logger(__name__)

_MOST_KEYS = 100


async def publish_list_key(deps: Deps) -> None:
    """Publish the key of status lists, before anything is signed with it; it stays published.

    Raises:
        KeyUnusable: It was withdrawn.
    """
    own = await _find_own_key(deps)
    if own is not None and own.withdrawn_at is not None:
        raise KeyUnusable("this key of status lists was withdrawn; without its file a new one is made")
    if own is not None:
        return
    key_id = key_id_text(deps.listing.key.key_id)
    try:
        await deps.store.list_keys.insert(key_id, VerifierKey(dict(deps.listing.key.jwk), deps.clock.now()))
    except Duplicate:
        return


async def withdraw_list_key(
    keys: Aggregates[VerifierKey], lists: StatusLists, key_id: str, now: datetime
) -> None:
    """Let nobody believe a key of status lists any more: it may be known to others.

    It is no longer published, nor is any list until a process with another key has signed it anew.

    Args:
        keys: All that were ever published.
        lists: Those that are.
        key_id: As the key set names it.
        now: The moment.

    Raises:
        NotFound: There's no such key.
    """
    stored = await keys.find(key_id)
    if stored is None:
        raise NotFound
    if stored.value.withdrawn_at is None:
        await keys.save(stored, replace(stored.value, withdrawn_at=now))
    await lists.forget()


async def publish_status_lists(deps: Deps) -> int:
    """Sign the lists that have changed or grown old, if this process leads and its model is fresh.

    Returns:
        How many were signed.
    """
    listing = deps.listing
    if not await listing.lease.held():
        return 0
    own = await _find_own_key(deps)
    if own is not None and own.withdrawn_at is not None:
        log.error("status_lists.key_withdrawn")
        return 0
    before = {head.number: head for head in await listing.lists.heads()}
    # Nothing is awaited from here to the statuses: they are those of the model that is complete up to then.
    as_of = find_as_of(deps)
    if as_of is None:
        return 0
    lists = listing.statuses.packed()
    # Millions of places take some milliseconds to be hashed, and each list some to be compressed.
    digests = await asyncio.to_thread(lambda: [digest_of(packed) for packed in lists])
    signed = 0
    for number, (packed, digest) in enumerate(zip(lists, digests, strict=True)):
        head = before.get(number)
        if head is None or head.is_due(digest, as_of):
            await listing.lists.publish(await _signed(deps, number, packed, as_of))
            signed += 1
    if signed:
        log.info("status_lists.signed", count=signed)
    return signed


def find_as_of(deps: Deps) -> datetime | None:
    """The moment up to which the model is known to be complete, or None while it isn't fresh."""
    behind_s = deps.freshness.as_of_s()
    if behind_s is None or not deps.freshness.is_fresh():
        return None
    return deps.clock.now() - timedelta(seconds=behind_s)


async def list_heads(deps: Deps) -> Sequence[ListHead]:
    """The published lists, in their order."""
    return await deps.listing.lists.heads()


async def get_status_list(deps: Deps, number: int) -> PublishedList:
    """One list.

    Raises:
        NotFound: There's no such list.
    """
    found = await deps.listing.lists.find(number)
    if found is None:
        raise NotFound
    return found


async def list_keys(deps: Deps) -> Sequence[Mapping[str, str]]:
    """All keys with which payloads and status lists are checked; their `use` tells which is which."""
    payloads = await deps.store.verifier_keys.find_by({}, order_by="-published_at", limit=_MOST_KEYS)
    lists = await deps.store.list_keys.find_by({}, order_by="-published_at", limit=_MOST_KEYS)
    return [stored.value.jwk for stored in (*payloads, *lists) if stored.value.withdrawn_at is None]


def uri_of(origin: str, number: int) -> str:
    """Where a list is fetched."""
    return f"{origin}/api/verification/v1/status-lists/{number}"


async def _find_own_key(deps: Deps) -> VerifierKey | None:
    stored = await deps.store.list_keys.find(key_id_text(deps.listing.key.key_id))
    return None if stored is None else stored.value


async def _signed(deps: Deps, number: int, packed: bytes, as_of: datetime) -> PublishedList:
    listing = deps.listing
    lst = await asyncio.to_thread(compressed, packed)
    unsigned = prepare(lst, uri_of(listing.origin, number), as_of, listing.key.key_id)
    return published(number, packed, as_of, unsigned.signed(listing.key.sign(unsigned.to_be_signed)))
