"""The public log over HTTP: its page, tiles and heads (C2SP tlog-tiles), its proofs, a holder's receipt."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from libs.chassis.errors import NotFound
from libs.chassis.web.access import AnyCaller, SignedInCaller
from libs.contracts.issuance_log.entry import FORMAT, LogKind, written
from libs.contracts.issuance_log.merkle import leaf_hash
from libs.contracts.issuance_log.tiles import find_tile
from services.certificates.domain.log import Evidence
from services.certificates.handlers import log as handlers
from services.certificates.pages.screen import ScreenNeeded

router = APIRouter()

# A tile of a given width never changes: anybody may keep it for ever.
_FOR_EVER = {"cache-control": "public, max-age=31536000, immutable"}
_KINDS = [kind for kind in LogKind if kind is not LogKind.VOIDED]


@router.get("/log")
async def show_log(screen: ScreenNeeded, caller: AnyCaller) -> Response:
    """Tell what the log is, how long it is and how it is checked."""
    head = await handlers.get_log_head(screen.deps)
    return screen.show(
        caller,
        "log.html",
        head=head,
        root=encoded(head.root),
        key=screen.deps.log_tree.key,
        name=screen.deps.log_tree.key.split("+", 1)[0],
        kinds=_KINDS,
    )


@router.get("/log/checkpoint")
async def checkpoint(screen: ScreenNeeded, _caller: AnyCaller) -> Response:
    """Give the newest signed head."""
    return PlainTextResponse((await handlers.get_log_head(screen.deps)).note)


@router.get("/log/key")
async def key(screen: ScreenNeeded, _caller: AnyCaller) -> Response:
    """Give the public key of the heads."""
    return PlainTextResponse(f"{screen.deps.log_tree.key}\n")


@router.get("/log/tile/{name:path}")
async def tile(screen: ScreenNeeded, _caller: AnyCaller, name: str) -> Response:
    """Give a tile of hashes, or a bundle of entries."""
    found = find_tile(name)
    if found is None:
        raise NotFound
    data = await handlers.get_log_tile(screen.deps, found)
    return Response(data, media_type="application/octet-stream", headers=_FOR_EVER)


@router.get("/log/proof/inclusion")
async def inclusion(screen: ScreenNeeded, _caller: AnyCaller, index: int, size: int) -> Response:
    """Prove that an entry is among the first `size`."""
    proof = await handlers.prove_inclusion(screen.deps, index, size)
    return JSONResponse({"index": index, "size": size, "proof": _all(proof)}, headers=_FOR_EVER)


@router.get("/log/proof/consistency")
async def consistency(
    screen: ScreenNeeded,
    _caller: AnyCaller,
    old: Annotated[int, Query(alias="from")],
    new: Annotated[int, Query(alias="to")],
) -> Response:
    """Prove that a longer log begins with a shorter one."""
    proof = await handlers.prove_consistency(screen.deps, old, new)
    return JSONResponse({"from": old, "to": new, "proof": _all(proof)}, headers=_FOR_EVER)


@router.get("/certificates/{certificate_id}/receipt")
async def receipt(
    screen: ScreenNeeded, caller: SignedInCaller, certificate_id: str, version: int | None = None
) -> Response:
    """Hand out what shows that a certificate stands in the log."""
    evidence = await handlers.get_evidence(screen.deps, caller, certificate_id, version)
    named = {"content-disposition": 'attachment; filename="log-receipt.json"'}
    return JSONResponse(receipt_of(evidence), headers=named)


def receipt_of(evidence: Evidence) -> dict[str, Any]:
    """A receipt as JSON: all that is needed to check it without asking us (docs/log.md)."""
    statement = evidence.statement
    told = asdict(statement) | {
        "issued_on": statement.issued_on.isoformat(),
        "valid_until": statement.valid_until.isoformat() if statement.valid_until else None,
        "changed_at": written(statement.changed_at),
    }
    return {
        "format": FORMAT,
        "key": evidence.key,
        "index": evidence.index,
        "entry": evidence.leaf.decode(),
        "leaf_hash": encoded(leaf_hash(evidence.leaf)),
        "salt": evidence.salt,
        "statement": told,
        "size": evidence.head.size,
        "proof": _all(evidence.proof),
        "checkpoint": evidence.head.note,
    }


def encoded(value: bytes) -> str:
    """Base64, as checkpoints write hashes."""
    return base64.b64encode(value).decode()


def _all(proof: Sequence[bytes]) -> list[str]:
    return [encoded(step) for step in proof]
