"""What identity's use cases need from outside."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from libs.chassis.aggregates import Aggregates, Stored
from libs.chassis.clock import Clock
from libs.chassis.crypto import Vault
from libs.chassis.web.caller import Caller
from libs.chassis.web.throttle import Limit
from services.identity.domain.partner import Partner
from services.identity.domain.person import Person
from services.identity.domain.session import Session
from services.identity.domain.signing import SigningKey
from services.identity.domain.staff import StaffMember

#: The unique index that lets a number have one account.
IDENTIFIER_INDEX = "one_account_per_identifier"


class Store(Protocol):
    """Identity's collections."""

    @property
    def persons(self) -> Aggregates[Person]:
        """Accounts, by person id."""
        ...

    @property
    def sessions(self) -> Aggregates[Session]:
        """Sessions, by session id."""
        ...

    @property
    def staff(self) -> Aggregates[StaffMember]:
        """The staff, by staff id."""
        ...

    @property
    def signing_keys(self) -> Aggregates[SigningKey]:
        """Published keys, by key id."""
        ...

    @property
    def partners(self) -> Aggregates[Partner]:
        """Partners' systems, by client id."""
        ...

    async def find_person(self, identifier_digest: str) -> Stored[Person] | None:
        """The account of a number, by the number's keyed digest."""
        ...

    async def find_staff(self, login: str) -> Stored[StaffMember] | None:
        """The staff member with that code or address."""
        ...

    async def open_sessions(self, owner_id: str) -> tuple[Stored[Session], ...]:
        """The sessions of that person or staff member that were not ended."""
        ...


class SecretHasher(Protocol):
    """Slow hashes of secrets."""

    async def hash_secret(self, secret: str) -> str:
        """Hash a secret."""
        ...

    async def verify_secret(self, stored: str, secret: str) -> bool:
        """Whether `secret` is the one that `stored` was made from."""
        ...

    async def verify_nothing(self, secret: str) -> None:
        """Do the work of a check for an account that doesn't exist."""
        ...


class TokenIssuer(Protocol):
    """Signs session tokens."""

    def issue(self, caller: Caller) -> str:
        """A token for a signed-in caller."""
        ...


class AccessTokenIssuer(Protocol):
    """Signs access tokens for partners' systems."""

    def issue(self, client_id: str, scopes: Collection[str], audience: str, token_id: str) -> str:
        """A token for one interface."""
        ...


class UsedAssertions(Protocol):
    """Remembers, through crashes, which assertions of clients were used."""

    async def use(self, client_id: str, jti: str, expires_at: datetime) -> bool:
        """Use one up.

        Args:
            client_id: Whose it is.
            jti: Its id.
            expires_at: Until when it must be remembered.

        Returns:
            True the first time, False from then on.
        """
        ...


class AttemptCounter(Protocol):
    """Counts attempts and refuses those over a limit."""

    async def hit(self, limit: Limit, who: str) -> None:
        """Count an attempt.

        Raises:
            TooManyAttempts: The limit was reached before.
        """
        ...

    async def give_back(self, limit: Limit, who: str) -> None:
        """Take back an attempt that was right."""
        ...


@dataclass(frozen=True)
class Limits:
    """How often what may be tried.

    Attributes:
        login_identity: Wrong logins for one number or staff code.
        login_network: Logins from one network.
        login_all: Logins on the whole platform.
        mail_identity: Mailed codes for one number.
        register_network: Registrations and forgotten codes from one network.
        token_client: Refused token requests in one client's name from one network.
        token_network: Refused token requests from one network.
    """

    login_identity: Limit
    login_network: Limit
    login_all: Limit
    mail_identity: Limit
    register_network: Limit
    token_client: Limit
    token_network: Limit


@dataclass(frozen=True)
class Policy:
    """What the platform's owner decides.

    Attributes:
        issuer: The platform's public origin, which partners' tokens name.
        cin_pattern: What a CIN number matches.
        code_ttl: How long a mailed code works.
        terms_version: The version of terms and notice that the consent box refers to.
        denied_codes: Codes that many people choose, folded.
    """

    issuer: str
    cin_pattern: str
    code_ttl: timedelta
    terms_version: str
    denied_codes: frozenset[str]
    limits: Limits


@dataclass(frozen=True)
class Deps:
    """What every use case receives.

    Attributes:
        lookup: Text to its keyed digest.
        share_key: A person's id and key to the key wrapped for each reading service.
        random: That many unguessable bytes.
        new_id: A new aggregate's id.
        new_session_id: 256 unguessable bits as text.
    """

    clock: Clock
    store: Store
    vault: Vault
    hasher: SecretHasher
    attempts: AttemptCounter
    tokens: TokenIssuer
    access_tokens: AccessTokenIssuer
    used_assertions: UsedAssertions
    policy: Policy
    lookup: Callable[[str], str]
    share_key: Callable[[str, bytes], Mapping[str, str]]
    random: Callable[[int], bytes]
    new_id: Callable[[], str]
    new_session_id: Callable[[], str]
