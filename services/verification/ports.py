"""What the handlers need of the outside, and the one frozen object in which they receive it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from libs.chassis.aggregates import Aggregates
from libs.chassis.clock import Clock
from libs.chassis.web.access_tokens import AccessTokenReader
from libs.chassis.web.throttle import Throttle
from services.verification.domain.certificate import PublicCertificate, VerifierKey
from services.verification.domain.partner import Partner


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
    def partners(self) -> Aggregates[Partner]:
        """Partners' systems, by client id."""
        ...

    async def find_code(self, code_hash: str) -> PublicCertificate | None:
        """The certificate of a code, found or missed with the same work."""
        ...


class Freshness(Protocol):
    """How far behind certificates this process' model can be; told without any machine's wall clock.

    An answer of "valid" is only given while the model is fresh; otherwise nobody can say now.
    Source: ADR 19.
    """

    def as_of_s(self) -> float | None:
        """How many seconds ago everything committed in certificates is known to be in this model.

        Counted on this process' monotonic clock; None while nothing is known.
        """
        ...

    def is_fresh(self) -> bool:
        """Whether a revocation that was committed a minute ago is in this model for certain."""
        ...


@dataclass(frozen=True)
class Deps:
    """What every handler receives.

    Attributes:
        trust: The chassis' copy of what identity published; only its own rows in `consumers` use it.
        throttle: Counts attempts under keyed digests.
        partner_tokens: Checks the tokens of partners with identity's published keys.
    """

    clock: Clock
    trust: object
    store: Store
    throttle: Throttle
    partner_tokens: AccessTokenReader
