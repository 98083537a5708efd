"""Issued PDFs in MongoDB: what pages of a shape share is kept once, the rest under its holder's key."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Sequence
from hashlib import sha256

from libs.chassis import crypto
from libs.chassis.clock import Clock
from libs.chassis.crypto import Tampered, Vault
from libs.chassis.errors import NotFound
from libs.chassis.mongo import BulkWriteError, Database, Document, duplicates_in
from libs.chassis.rounds import Rounds
from services.certificates.adapters.pdf import slot
from services.certificates.domain.version import Kept, Paper, PrintedPage, Seal

_DIGEST_BYTES = 32
_MOST_AT_ONCE = 64
# The slot's zeros and the QR code shrink at any level; the default takes three times as long.
_LEVEL = 1


class MongoPapers:
    """The PDFs by their id.

    What a page shares with others lies in the clear under its SHA-256, before any paper needs it. That digest
    is sealed with the paper's rest, as the shape of a page says something of its holder. An insert keeps the
    rest whole or not at all: nothing half written can be found or signed, and no second page can take the
    place of the first.
    """

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._papers = database["papers"]
        self._prefixes = database["paper_prefixes"]
        self._vault = vault
        self._clock = clock
        self._known: set[str] = set()
        self._inserting = Rounds(self._insert_all, _MOST_AT_ONCE)

    async def find(self, paper_id: str) -> Kept | None:
        """What is kept under that id, or None."""
        found = await self._papers.find_one({"_id": paper_id}, {"sha256": 1, "document_sha256": 1})
        if found is None:
            return None
        # What was kept before there was a slot is covered whole.
        covered = found.get("document_sha256") or found["sha256"]
        return Kept(Paper(paper_id, found["sha256"]), covered)

    async def keep(self, paper_id: str, person_id: str, page: PrintedPage) -> Kept:
        """Keep a page unless there is one under that id; returns the one that is kept.

        Raises:
            KeyMissing: The holder's key isn't here.
            NotFound: There was one, and it is gone by now.
        """
        key = await self._vault.key_of(person_id)
        paper = Paper(paper_id, page.sha256)
        await self._keep_prefix(page.shared_sha256, page.shared)
        rest = bytes.fromhex(page.shared_sha256) + zlib.compress(page.rest, _LEVEL)
        document = {
            "_id": paper_id,
            "owner": person_id,
            "sha256": paper.sha256,
            "document_sha256": page.document_sha256,
            "rest": crypto.seal(key, rest, _place(paper_id, "rest")),
            "at": self._clock.now(),
        }
        if await self._inserting.ask(document):
            return Kept(paper, page.document_sha256)
        kept = await self.find(paper_id)
        if kept is None:
            raise NotFound
        return kept

    async def read(self, paper: Paper, seal: Seal, person_id: str) -> bytes:
        """The PDF with its seal in its slot; a detached one stays beside the file.

        Raises:
            NotFound: It isn't there.
            Tampered: It isn't the one whose digest `paper` names.
            KeyMissing: The holder's key isn't here.
        """
        found = await self._papers.find_one({"_id": paper.paper_id, "owner": person_id})
        if found is None:
            raise NotFound
        pdf = await self._joined(found, await self._vault.key_of(person_id))
        if sha256(pdf).hexdigest() != paper.sha256:
            raise Tampered(place="papers")
        return slot.fill(pdf, base64.b64decode(seal.cms)) if seal.cms else pdf

    async def _keep_prefix(self, digest: str, prefix: bytes) -> None:
        """Keep what pages share, once for each process; a crash after it leaves what the next page uses."""
        if digest not in self._known:
            kept = {"$setOnInsert": {"bytes": prefix}}
            await self._prefixes.update_one({"_id": digest}, kept, upsert=True)
            self._known.add(digest)

    async def _insert_all(self, documents: Sequence[Document]) -> Sequence[bool]:
        """Keep papers, each whole or not at all; tells which weren't there before."""
        try:
            await self._papers.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            there = duplicates_in(error)
            return [place not in there for place in range(len(documents))]
        return [True] * len(documents)

    async def _joined(self, found: Document, key: bytes) -> bytes:
        if "rest" not in found:
            # The first form: the whole file in one piece.
            return crypto.unseal(key, bytes(found["sealed"]), _place(found["_id"], "pdf"))
        opened = crypto.unseal(key, bytes(found["rest"]), _place(found["_id"], "rest"))
        shared = await self._prefixes.find_one({"_id": opened[:_DIGEST_BYTES].hex()})
        if shared is None:
            raise Tampered(place="papers")
        return bytes(shared["bytes"]) + zlib.decompress(opened[_DIGEST_BYTES:])


def _place(paper_id: str, part: str) -> str:
    return f"papers|{paper_id}|{part}"
