"""What the handlers need of the outside world, and the one object in which they receive it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from libs.chassis.aggregates import Aggregates, Stored
from libs.chassis.clock import Clock
from libs.chassis.trust import Trust
from libs.contracts.issuance_log.tiles import Tile
from libs.contracts.requests import PrintedPerson
from services.certificates.domain.batch import Batch
from services.certificates.domain.certificate import Certificate, Stage
from services.certificates.domain.evidence import Evidence
from services.certificates.domain.log import Head, LogIntent, LogReceipt
from services.certificates.domain.number import VoidReason
from services.certificates.domain.printed import CertificateContent
from services.certificates.domain.proof import ProofLine
from services.certificates.domain.verifier_key import VerifierKey
from services.certificates.domain.version import Kept, Paper, Seal


@dataclass(frozen=True)
class Scope:
    """The files that somebody of the staff may see.

    Attributes:
        stages: Whose queues they work off.
        centres: Of these centres; None for all.
        only_issued: Also those at other stages, once a version is issued; else those at `stages`.
    """

    stages: frozenset[Stage]
    centres: frozenset[str] | None = None
    only_issued: bool = False


class Queries(Protocol):
    """The questions that pages and the sweep ask of the files."""

    async def find_of_person(self, person_id: str, certificate_id: str) -> Stored[Certificate] | None:
        """That person's issued certificate of that id, or None."""
        ...

    async def of_person(self, person_id: str) -> Sequence[Stored[Certificate]]:
        """That person's issued certificates, the newest first."""
        ...

    async def find_within(self, scope: Scope, certificate_id: str) -> Stored[Certificate] | None:
        """The file of that id if `scope` holds it, or None."""
        ...

    async def those(self, scope: Scope, certificate_ids: Sequence[str]) -> Sequence[Stored[Certificate]]:
        """The files of those ids that `scope` holds, in no order."""
        ...

    async def queue(
        self, scope: Scope, stage: Stage, *, limit: int, skip: int = 0
    ) -> Sequence[Stored[Certificate]]:
        """The files of `scope` at that stage; whoever has waited longest comes first."""
        ...

    async def named(self, scope: Scope, text: str) -> Sequence[Stored[Certificate]]:
        """The files of `scope` whose reference or number is `text`."""
        ...

    async def count(self, scope: Scope, stage: Stage) -> int:
        """How many files of `scope` are at that stage."""
        ...

    async def ordered(self, scope: Scope) -> Sequence[Stored[Certificate]]:
        """The files of `scope` whose change of status waits for the signatory, the oldest order first."""
        ...

    async def mistaken(self, scope: Scope) -> Sequence[Stored[Certificate]]:
        """The files of `scope` whose holder told of a mistake, the oldest word first."""
        ...

    async def approved_before(self, moment: datetime) -> Sequence[Stored[Certificate]]:
        """Files whose change of status was confirmed before `moment` and isn't carried out."""
        ...

    async def to_remind(self, today: date) -> Sequence[Stored[Certificate]]:
        """Issued files whose holder is to be told of the end by `today`, the longest due first."""
        ...

    async def unstamped(self, *, limit: int) -> Sequence[Stored[Certificate]]:
        """Files with a seal that has no time-stamp yet."""
        ...

    async def count_unstamped(self) -> int:
        """How many files have a seal without a time-stamp."""
        ...

    async def planned_before(self, moment: datetime) -> Sequence[Stored[Certificate]]:
        """Files whose signing began before `moment` and didn't end."""
        ...

    async def unsettled_before(self, moment: datetime) -> Sequence[Stored[Certificate]]:
        """Files that were cancelled before `moment` and whose number isn't recorded as void."""
        ...


class Numbers(Protocol):
    """Gives out certificate numbers: each one once, each one accounted for."""

    async def take(self, year: int, certificate_id: str, at: datetime) -> str:
        """The number of that certificate, the same at every call.

        Args:
            year: The civil year in Casablanca in which it is first asked for.
            certificate_id: Whose it is.
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


class Papers(Protocol):
    """Keeps the PDFs, sealed under their holders' keys."""

    async def find(self, paper_id: str) -> Kept | None:
        """What is kept under that id, or None."""
        ...

    async def keep(self, paper_id: str, person_id: str, pdf: bytes) -> Kept:
        """Keep a PDF with an empty slot unless there is one under that id; returns the one that is kept."""
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

    async def print_page(self, content: CertificateContent, evidence: Evidence) -> bytes:
        """The PDF that will be signed, its slot empty: the same bytes for the same arguments.

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


class Signer(Protocol):
    """Asks the holder of the ministry's seal for a signature."""

    async def sign(self, sha256: str) -> Seal:
        """The seal over a document.

        Args:
            sha256: In hex, of the file but for the signature's slot.

        Raises:
            SealUnavailable: The key doesn't answer, or isn't certified today.
        """
        ...

    def evidence(self) -> Evidence:
        """What a file that is sealed today carries for its later judges.

        Raises:
            SealUnavailable: The certificates can't be read.
        """
        ...


class TimeStamps(Protocol):
    """Asks a time-stamp authority."""

    async def stamp(self, seal: Seal) -> Seal:
        """The same seal with a time-stamp of its signature, at level B-LT.

        Raises:
            TimeStampUnavailable: The authority doesn't answer, or not as it should.
        """
        ...


class PayloadKey(Protocol):
    """Reaches the key that signs QR payloads, wherever it is held."""

    async def key_id(self) -> bytes:
        """How payloads name it: the first 8 bytes of its thumbprint (RFC 7638).

        Raises:
            SealUnavailable: The process that holds it doesn't answer.
        """
        ...

    async def public_jwk(self) -> Mapping[str, str]:
        """Its public half: `kty`, `crv`, `x` and `y` (RFC 7517).

        Raises:
            SealUnavailable: The process that holds it doesn't answer.
        """
        ...

    async def sign(self, sha256: bytes) -> bytes:
        """The ES256 signature over a digest: r and s, 32 bytes each.

        Raises:
            SealUnavailable: The process that holds it doesn't answer.
        """
        ...


class StatusIndices(Protocol):
    """Gives out places in the status list."""

    async def take(self) -> int:
        """An index that no other version has or will have, from 0; some may stay unused."""
        ...


class Log(Protocol):
    """The public log of what happens to certificates."""

    async def append(self, intent: LogIntent) -> LogReceipt:
        """Where that change stands in the log; it is written unless an earlier attempt wrote it.

        Its moment becomes that of the entry before, where it would be earlier.
        """
        ...


class LogTree(Protocol):
    """The public log as its readers see it: a Merkle tree (RFC 6962) with signed heads."""

    @property
    def key(self) -> str:
        """The public key of the heads, on one line; it begins with the log's name and a plus sign."""
        ...

    async def newest(self) -> Head | None:
        """The newest head that was published, or None."""
        ...

    async def publish(self) -> Head:
        """The head of all entries that there are, signed unless it was.

        Raises:
            LogBroken: What is stored no longer leads to the last head.
        """
        ...

    async def tile(self, tile: Tile) -> bytes | None:
        """A tile's or a bundle's bytes, or None where the published tree isn't that large."""
        ...

    async def leaf(self, index: int) -> bytes:
        """The bytes of an entry that is there."""
        ...

    async def inclusion(self, index: int, size: int) -> Sequence[bytes]:
        """The proof that entry `index` is among the first `size`, the lowest hash first."""
        ...

    async def consistency(self, old: int, new: int) -> Sequence[bytes]:
        """The proof that the log of `new` entries begins with that of `old`."""
        ...


@dataclass(frozen=True)
class Deps:
    """What every handler receives.

    Attributes:
        entropy: Gives that many unpredictable bytes.
        origin: The platform's public origin, without a slash at its end.
    """

    clock: Clock
    trust: Trust
    certificates: Aggregates[Certificate]
    batches: Aggregates[Batch]
    queries: Queries
    numbers: Numbers
    papers: Papers
    printer: Printer
    signer: Signer
    payload_key: PayloadKey
    log: Log
    log_tree: LogTree
    status_indices: StatusIndices
    verifier_keys: Aggregates[VerifierKey]
    entropy: Callable[[int], bytes]
    origin: str
