"""The public log as it is read: its head, its tiles, its proofs, and the evidence for one certificate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import structlog

from libs.chassis.errors import NotFound
from libs.chassis.web.caller import Caller
from libs.contracts.issuance_log.tiles import Tile
from services.certificates.domain.certificate import Certificate
from services.certificates.domain.log import Evidence, Head, statement_of
from services.certificates.domain.version import Version
from services.certificates.errors import LogBroken
from services.certificates.handlers.holder import find_own
from services.certificates.handlers.work import get_file
from services.certificates.ports import Deps

log = structlog.get_logger(__name__)

UNUSED_AFTER = timedelta(minutes=1)
"""Longer than a change takes from its entry to its write, shorter than a monitor's patience."""


async def publish_log_head(deps: Deps) -> Head:
    """Sign the head of what has been logged since the last one.

    Raises:
        LogBroken: The store no longer leads to the last head.
    """
    try:
        return await deps.log_tree.publish()
    except LogBroken as error:
        log.exception("log.broken", **error.details)
        raise


async def void_unused_entries(deps: Deps) -> None:
    """Have the log say which entries never took effect, once whoever wrote them has published or died."""
    now = deps.clock.now()
    voided = await deps.log_voids.void_unused(now - UNUSED_AFTER, now)
    if voided:
        log.warning("log.voided", count=voided)


async def get_log_head(deps: Deps) -> Head:
    """The newest head; the first one is signed when somebody asks for it."""
    return await deps.log_tree.newest() or await publish_log_head(deps)


async def get_log_tile(deps: Deps, tile: Tile) -> bytes:
    """A tile or a bundle of entries.

    Raises:
        NotFound: The newest head doesn't reach so far.
    """
    data = await deps.log_tree.tile(tile)
    if data is None:
        raise NotFound
    return data


async def prove_inclusion(deps: Deps, index: int, size: int) -> Sequence[bytes]:
    """The proof that entry `index` is among the first `size`.

    Raises:
        NotFound: It isn't, or no head reaches so far.
    """
    head = await get_log_head(deps)
    if not 0 <= index < size <= head.size:
        raise NotFound
    return await deps.log_tree.inclusion(index, size)


async def prove_consistency(deps: Deps, old: int, new: int) -> Sequence[bytes]:
    """The proof that the log of `new` entries begins with that of `old`.

    Raises:
        NotFound: No heads have these sizes.
    """
    head = await get_log_head(deps)
    if not 1 <= old <= new <= head.size:
        raise NotFound
    return await deps.log_tree.consistency(old, new)


async def get_evidence(
    deps: Deps, caller: Caller, certificate_id: str, number_of_version: int | None = None
) -> Evidence:
    """What shows that a version of a certificate stands in the log: for its holder and for the staff.

    Args:
        deps: The service's parts.
        caller: Its holder, or staff who may see the file.
        certificate_id: Which one.
        number_of_version: From 1; None for the newest.

    Raises:
        NotFound: There's none that the caller may see, or it was issued before there was a log.
    """
    seen = find_own if caller.kind == "person" else get_file
    certificate = await seen(deps, caller, certificate_id)
    version = _find_version(certificate, number_of_version) if certificate else None
    if version is None or version.log_index is None or version.changed_at is None:
        raise NotFound
    head = await get_log_head(deps)
    if head.size <= version.log_index:
        head = await publish_log_head(deps)
    return Evidence(
        key=deps.log_tree.key,
        index=version.log_index,
        leaf=await deps.log_tree.leaf(version.log_index),
        salt=version.log_salt,
        statement=statement_of(certificate_id, version, version.changed_at),
        proof=await deps.log_tree.inclusion(version.log_index, head.size),
        head=head,
    )


def _find_version(certificate: Certificate, number: int | None) -> Version | None:
    if number is None:
        return certificate.versions[-1] if certificate.versions else None
    return next((version for version in certificate.versions if version.version == number), None)
