"""What identity tells every service: owners' keys, signing keys, the staff's standing, ended sessions."""

from __future__ import annotations

from typing import Any, Protocol

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from libs.chassis.crypto import Vault
from libs.chassis.delivery import Delivery
from libs.chassis.mongo import Collection, Database, DuplicateKeyError
from libs.chassis.subscription import On
from libs.chassis.web.sessions import ALGORITHM, StaffStanding
from libs.contracts.event import Event
from libs.contracts.identity import PersonKeyShared, SessionRevoked, SigningKeyPublished, StaffState

_ENDED_KEPT_S = 24 * 3600


class Trust:
    """The service's own copy of what identity has published; it answers what checking a session asks."""

    def __init__(self, service: str, database: Database, vault: Vault) -> None:
        self._service = service
        self._vault = vault
        self._signing_keys: Collection = database["trusted_signing_keys"]
        self._staff: Collection = database["trusted_staff"]
        self._ended: Collection = database["ended_sessions"]
        self._read_keys: dict[str, EllipticCurvePublicKey] = {}

    async def prepare(self) -> None:
        """Create the indexes; ended sessions are forgotten a day after their last token."""
        await self._ended.create_index("ended_at", name="ended_at", expireAfterSeconds=_ENDED_KEPT_S)

    async def find_key(self, key_id: str) -> EllipticCurvePublicKey | None:
        """The signing key of that id, or None if it was never published."""
        if key_id not in self._read_keys:
            found = await self._signing_keys.find_one({"_id": key_id})
            if found is None:
                return None
            self._read_keys[key_id] = read_jwk(found["jwk"])
        return self._read_keys[key_id]

    async def is_ended(self, session_id: str) -> bool:
        """Whether that session is over."""
        return await self._ended.find_one({"_id": session_id}, {"_id": 1}) is not None

    async def find_staff(self, staff_id: str) -> StaffStanding | None:
        """The present roles and centres of a staff member, or None without an active one."""
        found = await self._staff.find_one({"_id": staff_id})
        if found is None or not found["active"]:
            return None
        return StaffStanding(frozenset(found["roles"]), frozenset(found["centres"]))

    async def keep_person_key(self, delivery: Delivery[PersonKeyShared]) -> None:
        """Keep the key that was wrapped for this service, where there is one."""
        wrapped = delivery.event.wrapped.get(self._service)
        if wrapped is not None:
            await self._vault.keep(delivery.event.person_id, wrapped)

    async def keep_signing_key(self, delivery: Delivery[SigningKeyPublished]) -> None:
        """Keep a public key."""
        event = delivery.event
        await _overwrite(self._signing_keys, event.key_id, delivery, {"jwk": event.jwk})

    async def keep_staff(self, delivery: Delivery[StaffState]) -> None:
        """Keep a staff member's standing."""
        event = delivery.event
        fields = {
            "display_name": event.display_name,
            "roles": list(event.roles),
            "centres": list(event.centres),
            "active": event.active,
        }
        await _overwrite(self._staff, event.staff_id, delivery, fields)

    async def end_session(self, delivery: Delivery[SessionRevoked]) -> None:
        """Remember that a session is over."""
        event = delivery.event
        await _overwrite(self._ended, event.session_id, delivery, {"ended_at": event.revoked_at})


class HasTrust(Protocol):
    """The `Deps` of a service that follows identity."""

    @property
    def trust(self) -> Trust:
        """The service's copy of what identity has published."""
        ...


async def keep_person_key(deps: HasTrust, delivery: Delivery[PersonKeyShared]) -> None:
    """Keep the key that was wrapped for this service."""
    await deps.trust.keep_person_key(delivery)


async def keep_signing_key(deps: HasTrust, delivery: Delivery[SigningKeyPublished]) -> None:
    """Keep a public key of identity's."""
    await deps.trust.keep_signing_key(delivery)


async def keep_staff(deps: HasTrust, delivery: Delivery[StaffState]) -> None:
    """Keep a staff member's standing."""
    await deps.trust.keep_staff(delivery)


async def end_session(deps: HasTrust, delivery: Delivery[SessionRevoked]) -> None:
    """Remember that a session is over."""
    await deps.trust.end_session(delivery)


IDENTITY_FEED = (
    On(PersonKeyShared, keep_person_key),
    On(SigningKeyPublished, keep_signing_key),
    On(StaffState, keep_staff),
    On(SessionRevoked, end_session),
)
"""The rows that every service but identity has."""


def read_jwk(jwk: dict[str, str]) -> EllipticCurvePublicKey:
    """The public key of a JWK on the curve P-256 (RFC 7517).

    Raises:
        TypeError: It is another kind of key.
    """
    key = jwt.PyJWK(jwk, algorithm=ALGORITHM).key
    if not isinstance(key, EllipticCurvePublicKey):
        raise TypeError("not an elliptic-curve public key")
    return key


async def _overwrite(
    collection: Collection, document_id: str, delivery: Delivery[Event], fields: dict[str, Any]
) -> None:
    """Replace a document unless a later event already did: the guard stands in the write's own filter."""
    try:
        await collection.update_one(
            {"_id": document_id, "sequence": {"$lt": delivery.sequence}},
            {"$set": {**fields, "sequence": delivery.sequence}},
            upsert=True,
        )
    except DuplicateKeyError:
        return
