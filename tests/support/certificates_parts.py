"""What stands in memory for the parts of certificates."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from libs.chassis.crypto import Tampered
from libs.chassis.errors import NotFound
from libs.contracts.requests import PrintedPerson
from services.certificates.domain.evidence import Evidence
from services.certificates.domain.number import VoidReason, format_number
from services.certificates.domain.printed import CertificateContent
from services.certificates.domain.proof import ProofField, ProofLine
from services.certificates.domain.version import Kept, Paper, PrintedPage, Seal, SealLevel
from services.certificates.errors import SealUnavailable


@dataclass
class MemoryNumbers:
    """Gives out numbers in a dictionary."""

    taken: dict[str, str] = field(default_factory=dict)
    voided: dict[str, VoidReason] = field(default_factory=dict)

    async def take(self, year: int, certificate_id: str, _at: datetime) -> str:
        return self.taken.setdefault(certificate_id, format_number(year, len(self.taken) + 1))

    async def void(self, certificate_id: str, reason: VoidReason, _at: datetime) -> None:
        if certificate_id in self.taken:
            self.voided[self.taken[certificate_id]] = reason

    async def void_lost(self, _year: int, _before: datetime, _at: datetime) -> int:
        return 0


@dataclass
class MemoryStatusIndices:
    """Counts up."""

    taken: int = 0

    async def take(self) -> int:
        self.taken += 1
        return self.taken - 1


@dataclass
class MemoryPapers:
    """Keeps PDFs in a dictionary; the first one under an id stays."""

    kept: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    async def find(self, paper_id: str) -> Kept | None:
        found = self.kept.get(paper_id)
        return None if found is None else _kept(paper_id, found[1])

    async def keep(self, paper_id: str, person_id: str, page: PrintedPage) -> Kept:
        _owner, first = self.kept.setdefault(paper_id, (person_id, page.shared + page.rest))
        return _kept(paper_id, first)

    async def read(self, paper: Paper, seal: Seal, person_id: str) -> bytes:
        owner, pdf = self.kept.get(paper.paper_id, ("", b""))
        if owner != person_id:
            raise NotFound
        if sha256(pdf).hexdigest() != paper.sha256:
            raise Tampered(place="papers")
        return pdf + base64.b64decode(seal.cms)


def printed_page(pdf: bytes, covered: str, shared_bytes: int = 0) -> PrintedPage:
    """A page as a printer tells it.

    Args:
        pdf: The file.
        covered: The SHA-256 of what a seal covers, in hex.
        shared_bytes: How many bytes at its beginning are those of every page of its shape.
    """
    shared, rest = pdf[:shared_bytes], pdf[shared_bytes:]
    return PrintedPage(sha256(pdf).hexdigest(), covered, shared, sha256(shared).hexdigest(), rest)


def _kept(paper_id: str, pdf: bytes) -> Kept:
    return Kept(Paper(paper_id, sha256(pdf).hexdigest()), _covered(pdf))


def _covered(pdf: bytes) -> str:
    return sha256(b"but for its slot " + pdf).hexdigest()


@dataclass
class NotedPrinter:
    """Prints a page's words into bytes, and remembers every page."""

    pages: list[tuple[CertificateContent, bool]] = field(default_factory=list)
    misprint: str = ""

    async def print_page(self, content: CertificateContent, _evidence: Evidence) -> PrintedPage:
        self.pages.append((content, False))
        pdf = f"%PDF-1.7 {content}".encode()
        return printed_page(pdf, _covered(pdf))

    async def print_preview(self, content: CertificateContent) -> bytes:
        self.pages.append((content, True))
        return f"%PDF-1.7 preview {content}".encode()

    async def prove(
        self, content: CertificateContent, printed: PrintedPerson, _valid_until: date | None
    ) -> Sequence[ProofLine]:
        said = f"{printed.arabic_given_name} {printed.arabic_family_name}"
        return [ProofLine(ProofField.NAME, (self.misprint or content.holder.arabic_name,), (said,))]


@dataclass
class NotedSigner:
    """Signs as the seal does: the same digest gets the same signature."""

    signed: list[str] = field(default_factory=list)
    silent: bool = False

    async def sign(self, sha256: str) -> Seal:
        if self.silent:
            raise SealUnavailable
        self.signed.append(sha256)
        cms = base64.b64encode(f"seal of {sha256}".encode()).decode()
        return Seal("key-1", cms, SealLevel.BASELINE_B)

    def evidence(self) -> Evidence:
        return Evidence()


class Crash(Exception):
    """The process ends here."""


class Crashing:
    """Stands before a part and ends the process at the n-th call of one of its methods.

    Args:
        part: What really works.
        method: Whose calls are counted.
        after: Let the call take effect first.
    """

    def __init__(self, part: object, method: str, *, at_call: int = 1, after: bool = False) -> None:
        self._part = part
        self._method = method
        self._left = at_call
        self._after = after

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._part, name)
        if name != self._method:
            return real

        async def crashing(*arguments: Any, **named: Any) -> Any:
            self._left -= 1
            if self._left != 0:
                return await real(*arguments, **named)
            if self._after:
                await real(*arguments, **named)
            raise Crash

        return crashing
