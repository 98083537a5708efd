"""What identity itself asks when it checks a session: its own stores, not what it has published."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from libs.chassis.trust import read_jwk
from libs.chassis.web.sessions import StaffStanding
from services.identity.ports import Store


class OwnTrust:
    """Signing keys, ended sessions and the staff's standing from identity's own collections."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._keys: dict[str, EllipticCurvePublicKey] = {}

    async def find_key(self, key_id: str) -> EllipticCurvePublicKey | None:
        """The key of that id, or None if it was never published."""
        if key_id not in self._keys:
            stored = await self._store.signing_keys.find(key_id)
            if stored is None:
                return None
            self._keys[key_id] = read_jwk(stored.value.jwk)
        return self._keys[key_id]

    async def is_ended(self, session_id: str) -> bool:
        """Whether that session is over; one that was never begun counts as over."""
        stored = await self._store.sessions.find(session_id)
        return stored is None or stored.value.ended_at is not None

    async def find_staff(self, staff_id: str) -> StaffStanding | None:
        """Their standing, or None if they aren't known or no longer active."""
        stored = await self._store.staff.find(staff_id)
        if stored is None or not stored.value.active:
            return None
        return StaffStanding(frozenset(map(str, stored.value.roles)), frozenset(stored.value.centres))
