"""Issued PDFs in MongoDB, each in one document, sealed under its holder's key."""

from __future__ import annotations

import base64
from hashlib import sha256

from libs.chassis import crypto
from libs.chassis.clock import Clock
from libs.chassis.crypto import Tampered, Vault
from libs.chassis.errors import NotFound
from libs.chassis.mongo import Database, DuplicateKeyError
from services.certificates.adapters.pdf import slot
from services.certificates.domain.version import Kept, Paper, Seal


class MongoPapers:
    """The PDFs by their id.

    A certificate stays far below a document's 16 MB, so one insert keeps it whole or not at all: nothing half
    written can be found or signed, and no second page can take the place of the first.
    """

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._papers = database["papers"]
        self._vault = vault
        self._clock = clock

    async def find(self, paper_id: str) -> Kept | None:
        """What is kept under that id, or None."""
        found = await self._papers.find_one({"_id": paper_id}, {"sha256": 1, "document_sha256": 1})
        if found is None:
            return None
        # What was kept before there was a slot is covered whole.
        covered = found.get("document_sha256") or found["sha256"]
        return Kept(Paper(paper_id, found["sha256"]), covered)

    async def keep(self, paper_id: str, person_id: str, pdf: bytes) -> Kept:
        """Keep a PDF with an empty slot unless there is one under that id; returns the one that is kept.

        Raises:
            SlotUnusable: It has no slot, or one that isn't closed.
        """
        paper = Paper(paper_id, sha256(pdf).hexdigest())
        covered = slot.digest(pdf).hex()
        key = await self._vault.key_of(person_id)
        document = {
            "_id": paper_id,
            "owner": person_id,
            "sha256": paper.sha256,
            "document_sha256": covered,
            "sealed": crypto.seal(key, pdf, _place(paper_id)),
            "at": self._clock.now(),
        }
        try:
            await self._papers.insert_one(document)
        except DuplicateKeyError:
            kept = await self.find(paper_id)
            if kept is not None:
                return kept
            raise
        return Kept(paper, covered)

    async def read(self, paper: Paper, seal: Seal, person_id: str) -> bytes:
        """The PDF with its seal in its slot; a detached one stays beside the file.

        Raises:
            NotFound: It isn't there.
            Tampered: It isn't the one whose digest `paper` names.
            KeyMissing: The holder's key isn't here.
        """
        found = await self._papers.find_one({"_id": paper.paper_id, "owner": person_id}, {"sealed": 1})
        if found is None:
            raise NotFound
        key = await self._vault.key_of(person_id)
        pdf = crypto.unseal(key, bytes(found["sealed"]), _place(paper.paper_id))
        if sha256(pdf).hexdigest() != paper.sha256:
            raise Tampered(place="papers")
        return slot.fill(pdf, base64.b64decode(seal.cms)) if seal.cms else pdf


def _place(paper_id: str) -> str:
    return f"papers|{paper_id}|pdf"
