"""What the handlers need of the outside, and the one frozen object in which they receive it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from libs.chassis.aggregates import Aggregates
from libs.chassis.clock import CivilCalendar, Clock
from libs.chassis.lease import Lease
from libs.chassis.web.access_tokens import AccessTokenReader
from libs.chassis.web.throttle import Throttle
from services.verification.domain.certificate import PublicCertificate, VerifierKey
from services.verification.domain.partner import Partner
from services.verification.domain.status_list import ListHead, PublishedList
from services.verification.domain.webhook import Webhook
from services.verification.ports.inquiries import Inquiries
from services.verification.ports.outlet import Outlet


class Store(Protocol):
    """The service's own copy of every certificate."""

    @property
    def certificates(self) -> Aggregates[PublicCertificate]:
        """The copies, by certificate."""
        ...

    @property
    def verifier_keys(self) -> Aggregates[VerifierKey]:
        """The published keys, by their id."""
        ...

    @property
    def list_keys(self) -> Aggregates[VerifierKey]:
        """The public keys of this service's own that ever signed a status list, by their id."""
        ...

    @property
    def partners(self) -> Aggregates[Partner]:
        """Partners' systems, by client id."""
        ...

    @property
    def webhooks(self) -> Aggregates[Webhook]:
        """Partners' subscriptions."""
        ...

    async def find_code(self, code_hash: str) -> PublicCertificate | None:
        """The certificate of a code, found or missed with the same work."""
        ...


class KnownCodes(Protocol):
    """The codes that are known of a certificate."""

    async def code_hashes_of(self, certificate_id: str) -> Sequence[str]:
        """Those of all versions; none of a certificate that isn't known."""
        ...


class Freshness(Protocol):
    """How far behind certificates this process' model can be; told without any machine's wall clock.

    An answer of "valid" is only given while the model is fresh; otherwise nobody can say now.
    Source: ADR 19.
    """

    def as_of_s(self) -> float | None:
        """How many seconds ago everything committed in certificates is known to be in this model.

        Counted on this process' own clock that never jumps; None while nothing is known. Whoever reads the
        model elsewhere, such as in the database, asks before he reads.
        """
        ...

    def is_fresh(self) -> bool:
        """Whether a revocation that was committed a minute ago is in this model for certain."""
        ...


class Codes(Protocol):
    """Every version in this process' memory, found by its code's key."""

    @property
    def is_current(self) -> bool:
        """Whether no change of the database was lost on its way here."""
        ...

    def find(self, key: bytes) -> bytes | None:
        """The row of a key, or None."""
        ...

    def is_doubted(self, key: bytes) -> bool:
        """Whether something about it was told that isn't understood yet."""
        ...


class RowSealer(Protocol):
    """Seals rows under the service's own key."""

    def seal(self, certificate_id: str, rows: bytes) -> str:
        """Seal a certificate's rows, as base64."""
        ...

    def open(self, certificate_id: str, sealed: str) -> bytes:
        """Open what `seal` made.

        Raises:
            Tampered: It was made with another key or for another certificate.
        """
        ...


class Misses(Protocol):
    """How many wrong codes each network has tried of late."""

    def find_places(self, network: str) -> tuple[int, int] | None:
        """Where a network is counted; None once it has tried as many wrong codes as it may."""
        ...

    def count(self, places: tuple[int, int], missed: int) -> None:
        """Count what the network tried: 1 for a wrong code, 0 for a right one, which takes as long."""
        ...

    def retry_after_s(self) -> int:
        """Whole seconds until the count begins anew."""
        ...


class Statuses(Protocol):
    """What status lists are made of."""

    def packed(self) -> Sequence[bytes]:
        """The statuses of all versions, list by list, as this process' model has them now."""
        ...


class StatusLists(Protocol):
    """The published lists, the same for every process and for everybody who asks."""

    async def heads(self) -> Sequence[ListHead]:
        """What there is, in the order of the lists."""
        ...

    async def find(self, number: int) -> PublishedList | None:
        """One list, or None."""
        ...

    async def publish(self, published: PublishedList) -> None:
        """Put a list in the place of the one before, unless that one is as true or truer."""
        ...

    async def forget(self) -> None:
        """Publish none of them any more, until new ones come."""
        ...


class ListKey(Protocol):
    """The private key of status lists."""

    @property
    def key_id(self) -> bytes:
        """How lists name it: the first 8 bytes of its thumbprint (RFC 7638)."""
        ...

    @property
    def jwk(self) -> Mapping[str, str]:
        """Its public half (RFC 7517)."""
        ...

    def sign(self, message: bytes) -> bytes:
        """The ES256 signature: r and s, 32 bytes each."""
        ...


@dataclass(frozen=True)
class Listing:
    """What status lists need.

    Attributes:
        origin: The platform's public origin, without a slash at its end.
        lease: One process at a time makes lists.
    """

    origin: str
    key: ListKey
    statuses: Statuses
    lists: StatusLists
    lease: Lease


@dataclass(frozen=True)
class Deps:
    """What every handler receives.

    Attributes:
        trust: The chassis' copy of what identity published; only its own rows in `consumers` use it.
        known: Tells which codes are in doubt with a certificate.
        throttle: Counts attempts under keyed digests.
        partner_tokens: Checks the tokens of partners with identity's published keys.
        listing: What status lists are made with.
        codes: From which every code is answered.
        freshness: Whether they may be.
        sealer: For rows as they lie in the database.
        misses: Counts wrong codes.
        calendar: Tells today's date in Morocco.
        outlet: What partners' events are delivered with.
        inquiries: What partners' questions are answered with.
    """

    clock: Clock
    trust: object
    store: Store
    known: KnownCodes
    throttle: Throttle
    partner_tokens: AccessTokenReader
    listing: Listing
    codes: Codes
    freshness: Freshness
    sealer: RowSealer
    misses: Misses
    calendar: CivilCalendar
    outlet: Outlet
    inquiries: Inquiries
