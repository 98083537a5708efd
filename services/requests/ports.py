"""What the handlers need of the outside, and the one frozen object in which they receive it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from libs.chassis.aggregates import Aggregates, Stored
from libs.chassis.clock import Clock
from libs.chassis.crypto import Vault
from libs.contracts.people import Identifier
from services.requests.domain.centre import Centre
from services.requests.domain.medical_file import MedicalFile
from services.requests.domain.person import Person
from services.requests.domain.request import Request
from services.requests.domain.stages import Stage, Terms


@dataclass(frozen=True)
class Queue:
    """Which requests a list of the staff shows.

    Attributes:
        centres: Codes; None for all, for the central roles.
        stage: None for every stage.
        in_committee: Tells the two parts of stage 2 apart; None for both.
        only_open: False shows what has ended, too.
    """

    centres: Sequence[str] | None = None
    stage: Stage | None = None
    in_committee: bool | None = None
    only_open: bool = True
    limit: int = 50
    skip: int = 0


class Store(Protocol):
    """The service's collections and the questions that are asked of them."""

    @property
    def requests(self) -> Aggregates[Request]:
        """Every request."""
        ...

    @property
    def files(self) -> Aggregates[MedicalFile]:
        """The data bank."""
        ...

    @property
    def persons(self) -> Aggregates[Person]:
        """The copies of what identity tells of people."""
        ...

    @property
    def centres(self) -> Aggregates[Centre]:
        """The directory of centres."""
        ...

    async def find_own(self, person_id: str, request_id: str) -> Stored[Request] | None:
        """A request, if it is that person's."""
        ...

    async def requests_of(self, person_id: str) -> Sequence[Stored[Request]]:
        """All requests of a person, the latest first."""
        ...

    async def find_open(self, person_id: str) -> Stored[Request] | None:
        """The person's open request."""
        ...

    async def find_reference(self, reference: str) -> Stored[Request] | None:
        """The request of that reference."""
        ...

    async def queue(self, queue: Queue) -> Sequence[Stored[Request]]:
        """The requests of a staff list, the oldest first."""
        ...

    async def queue_length(self, queue: Queue) -> int:
        """How many requests a staff list would hold without its limit."""
        ...

    async def overdue(self, today: date, limit: int) -> Sequence[Stored[Request]]:
        """Open requests whose applicant had until before `today` to do something."""
        ...

    async def files_of(self, identifier_digest: str) -> Sequence[Stored[MedicalFile]]:
        """The data bank's files of that number, the latest first."""
        ...

    async def find_file_of(self, person_id: str) -> Stored[MedicalFile] | None:
        """The person's medical file."""
        ...

    async def persons_of(self, identifier_digest: str) -> Sequence[Stored[Person]]:
        """The accounts of that number."""
        ...

    async def all_centres(self) -> Sequence[Centre]:
        """Every centre, by its code."""
        ...


class References(Protocol):
    """Gives each request of a year its number."""

    async def next(self, year: int) -> int:
        """The next number of that year, from 1; one that is lost in a crash leaves a gap."""
        ...


@dataclass(frozen=True)
class KeptScan:
    """Scan bytes that lie in the store, and the file that should refer to them."""

    scan_id: str
    file_id: str


class ScanStore(Protocol):
    """Keeps the bytes of scans, sealed under an owner's key."""

    async def write(self, scan_id: str, file_id: str, owner_id: str, content: bytes) -> None:
        """Keep the bytes, unconfirmed as yet; a second write of the same id replaces the first.

        Raises:
            KeyMissing: The owner's key isn't here.
        """
        ...

    async def confirm(self, scan_id: str) -> None:
        """Note that the medical file refers to it now."""
        ...

    async def doubt(self, scan_id: str) -> None:
        """Note that the file is about to drop its reference; the sweep decides if nobody else does."""
        ...

    async def read(self, scan_id: str, owner_id: str) -> bytes:
        """The plain bytes.

        Raises:
            NotFound: There are none by that id.
            KeyMissing: The owner's key isn't here.
        """
        ...

    async def remove(self, scan_id: str) -> None:
        """Forget the bytes; nothing happens where there are none."""
        ...

    async def unconfirmed(self, before: datetime, limit: int) -> Sequence[KeptScan]:
        """What was written or doubted before that moment and not confirmed since."""
        ...


@dataclass(frozen=True)
class Inspected:
    """An upload that was read, and for a picture drawn anew, so that nothing but its content is kept."""

    content: bytes
    media_type: str
    pages: int


class ScanInspector(Protocol):
    """Reads uploads before they are kept."""

    async def inspect(self, content: bytes) -> Inspected:
        """Check an upload by its bytes alone, whatever its name says.

        Raises:
            ScanUnusable: No PDF, JPEG or PNG, damaged, locked, or beyond a limit.
        """
        ...


@dataclass(frozen=True)
class FormFilling:
    """What is printed into a form beforehand."""

    family_name: str
    given_name: str
    identifier: str
    birth_date: date
    reference: str


class FormPrinter(Protocol):
    """Prints the forms to download."""

    async def print(self, kind: str, filling: FormFilling | None) -> bytes:
        """The form as a PDF file.

        Args:
            kind: One of the five names of `FORMS`.
            filling: None for a blank form.
        """
        ...


FORMS = ("information", "mental", "motor", "hearing", "visual")


@dataclass(frozen=True)
class Deps:
    """What every handler receives.

    Attributes:
        trust: The chassis' copy of what identity published; only its own rows in `consumers` use it.
        vault: Makes the keys of files without an account.
        look_up: The keyed digest of an identifier.
        new_id: Makes ids of scans and files.
    """

    clock: Clock
    trust: object
    vault: Vault
    store: Store
    references: References
    scans: ScanStore
    inspector: ScanInspector
    forms: FormPrinter
    look_up: Callable[[Identifier], str]
    new_id: Callable[[], str]
    terms: Terms
