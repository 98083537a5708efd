"""What is given out, set and kept: numbers, places in the status list, pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from libs.contracts.requests import PrintedPerson
from services.certificates.domain.evidence import Evidence
from services.certificates.domain.number import VoidReason
from services.certificates.domain.printed import CertificateContent
from services.certificates.domain.proof import ProofLine
from services.certificates.domain.version import Kept, Paper, PrintedPage, Seal


class Numbers(Protocol):
    """Gives out certificate numbers: each one once, each one accounted for."""

    async def take(self, year: int, certificate_id: str, at: datetime) -> str:
        """The number of that certificate, the same at every call.

        Args:
            year: The civil year in Casablanca in which it is first asked for.
            certificate_id: Whose it is; a correction's is `reissue.number_owner`.
            at: The moment, for the record.

        Returns:
            `YYYY/NNNNNN`.
        """
        ...

    async def void(self, certificate_id: str, reason: VoidReason, at: datetime) -> None:
        """Record that this certificate's number, if it has one, will never stand on a certificate."""
        ...

    async def void_lost(self, year: int, before: datetime, at: datetime) -> int:
        """Record the numbers that were counted before `before` and that a crash kept from being taken.

        Returns:
            How many there were.
        """
        ...


class StatusIndices(Protocol):
    """Gives out places in the status list."""

    async def take(self) -> int:
        """An index that no other version has or will have, from 0; some may stay unused."""
        ...


class Papers(Protocol):
    """Keeps the PDFs, sealed under their holders' keys."""

    async def find(self, paper_id: str) -> Kept | None:
        """What is kept under that id, or None."""
        ...

    async def keep(self, paper_id: str, person_id: str, page: PrintedPage) -> Kept:
        """Keep a page unless there is one under that id; returns the one that is kept."""
        ...

    async def read(self, paper: Paper, seal: Seal, person_id: str) -> bytes:
        """The PDF with its seal in its slot.

        Args:
            paper: Which one.
            seal: Its signature; a detached one stays beside the file.
            person_id: Its holder.

        Raises:
            NotFound: It isn't there.
            Tampered: It isn't the one whose digest `paper` names.
            KeyMissing: The holder's key isn't here.
        """
        ...


class Printer(Protocol):
    """Sets pages, away from the event loop."""

    async def print_page(self, content: CertificateContent, evidence: Evidence) -> PrintedPage:
        """The page that will be signed, its slot empty: the same bytes for the same arguments.

        Args:
            content: What it prints.
            evidence: What it carries for its later judges.

        Raises:
            Unprintable: A value can't be set.
        """
        ...

    async def print_preview(self, content: CertificateContent) -> bytes:
        """The PDF of a page that is marked as one without force.

        Raises:
            Unprintable: A value can't be set.
        """
        ...

    async def prove(
        self, content: CertificateContent, printed: PrintedPerson, valid_until: date | None
    ) -> Sequence[ProofLine]:
        """What a reader of the page would find, beside what the file says.

        Args:
            content: What the page prints.
            printed: What the file says of its holder.
            valid_until: What the opinion says; None for ever.

        Raises:
            Unprintable: A value can't be set.
        """
        ...
