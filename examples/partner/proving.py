"""Checks that the issuance log bears a fact out: its entry commits to it, a signed head contains it."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from .api import PartnerApi
from .errors import NotProved
from .events import Fact
from .folder import Folder

FORMAT: Final = "khadamaty-log-1"
ENTRIES_IN_A_BUNDLE: Final = 256
STATUS_AFTER: Final = {
    "issued": "valid",
    "corrected": "valid",
    "duplicated": "valid",
    "resumed": "valid",
    "superseded": "superseded",
    "suspended": "suspended",
    "revoked": "revoked",
}

_ED25519: Final = b"\x01"
_ID_BYTES: Final = 4
_GROUP: Final = 1000


@dataclass(frozen=True)
class Head:
    """A signed head of the log."""

    size: int
    root: bytes


def prove(api: PartnerApi, folder: Folder, fact: Fact) -> Head:
    """Check a fact against the log, as docs/log.md describes.

    Returns:
        The head that contains its entry.

    Raises:
        NotProved: It doesn't hold, and somebody should be told.
        ApiRefused: The log doesn't answer.
    """
    if fact.log_index is None or fact.log_salt is None:
        raise NotProved("the fact names no entry")
    head = open_head(api.read_public("/log/checkpoint").decode(), _key(api, folder))
    if fact.log_index >= head.size:
        raise NotProved(f"the head covers {head.size} entries, not yet {fact.log_index}", may_come=True)
    leaf = _entry(api, fact.log_index, head.size)
    asked = {"index": fact.log_index, "size": head.size}
    answer = json.loads(api.read_public("/log/proof/inclusion", params=asked))
    proof = [base64.b64decode(step) for step in answer["proof"]]
    if not is_included(leaf, fact.log_index, head, proof):
        raise NotProved("the entry isn't below the signed head")
    told = json.loads(leaf)
    if told["commitment"] != commitment_of(fact, told["at"]):
        raise NotProved("the entry commits to something else")
    if STATUS_AFTER.get(told["kind"]) != fact.status:
        raise NotProved(f"the entry says {told['kind']}, the fact {fact.status}")
    if datetime.fromisoformat(told["at"]) != fact.changed_at:
        raise NotProved("the entry is of another moment")
    return head


def open_head(note: str, key: str) -> Head:
    """The head in a signed note (C2SP signed-note, tlog-checkpoint).

    Args:
        note: As `/log/checkpoint` gives it.
        key: As `/log/key` gave it, once: name, id and key, with plus signs between.

    Raises:
        NotProved: That key didn't sign it.
    """
    name, _, encoded = key.split("+", 2)
    raw = base64.b64decode(encoded)
    key_id = sha256(name.encode() + b"\n" + raw).digest()[:_ID_BYTES]
    text, _, below = note.rpartition("\n\n")
    text += "\n"
    for line in below.splitlines():
        _, signer, signature = (*line.split(" "), "", "")[:3]
        if signer == name and _has_signed(raw, key_id, signature, text):
            origin, size, root, *_ = text.split("\n")
            if origin == name:
                return Head(int(size), base64.b64decode(root))
    raise NotProved("the head isn't signed with the log's key")


def commitment_of(fact: Fact, at: str) -> str:
    """What an entry of that moment must say if it stands for this fact."""
    parts: list[Any] = [
        FORMAT,
        fact.log_salt,
        fact.certificate_id,
        fact.number,
        fact.version,
        fact.status,
        fact.document_sha256,
        fact.issued_on,
        fact.valid_until,
        at,
    ]
    return sha256(json.dumps(parts, separators=(",", ":"), ensure_ascii=True).encode()).hexdigest()


def is_included(leaf: bytes, index: int, head: Head, proof: Sequence[bytes]) -> bool:
    """Whether a proof leads from an entry to a head (RFC 9162, section 2.1.3.2)."""
    node, last, result = index, head.size - 1, sha256(b"\x00" + leaf).digest()
    for step in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            result = sha256(b"\x01" + step + result).digest()
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            result = sha256(b"\x01" + result + step).digest()
        node, last = node >> 1, last >> 1
    return last == 0 and result == head.root


def _key(api: PartnerApi, folder: Folder) -> str:
    """The log's key: believed the first time it is seen, held against the log from then on."""
    served = api.read_public("/log/key").decode().strip()
    if not folder.log_key.exists():
        folder.write_private(folder.log_key.name, f"{served}\n")
    known = folder.log_key.read_text("utf-8").strip()
    if served != known:
        raise NotProved("the log shows another key than before")
    return known


def _entry(api: PartnerApi, index: int, size: int) -> bytes:
    """One entry, from the bundle that holds it: each stands behind its length in two bytes."""
    n, place = divmod(index, ENTRIES_IN_A_BUNDLE)
    width = min(ENTRIES_IN_A_BUNDLE, size - n * ENTRIES_IN_A_BUNDLE)
    groups = [f"{n % _GROUP:03d}"]
    while n := n // _GROUP:
        groups.insert(0, f"x{n % _GROUP:03d}")
    partial = "" if width == ENTRIES_IN_A_BUNDLE else f".p/{width}"
    bundle = api.read_public(f"/log/tile/entries/{'/'.join(groups)}{partial}")
    at = 0
    for _ in range(place):
        at += 2 + int.from_bytes(bundle[at : at + 2])
    return bundle[at + 2 : at + 2 + int.from_bytes(bundle[at : at + 2])]


def _has_signed(raw: bytes, key_id: bytes, signature: str, text: str) -> bool:
    try:
        signed = base64.b64decode(signature, validate=True)
        if raw[:1] != _ED25519 or signed[:_ID_BYTES] != key_id:
            return False
        Ed25519PublicKey.from_public_bytes(raw[1:]).verify(signed[_ID_BYTES:], text.encode())
    except (binascii.Error, InvalidSignature):
        return False
    return True
