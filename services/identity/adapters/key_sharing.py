"""A person's key, wrapped for each service that may open what is sealed under it."""

from __future__ import annotations

from collections.abc import Mapping

from libs.chassis.crypto import wrap_key


class KeySharing:
    """Wraps keys for the reading services.

    Args:
        keks: Service name to its key-encryption key, 32 bytes.
    """

    def __init__(self, keks: Mapping[str, bytes]) -> None:
        self._keks = dict(keks)

    def share(self, person_id: str, key: bytes) -> dict[str, str]:
        """Service name to the key, wrapped for that service and that person alone."""
        return {service: wrap_key(kek, service, person_id, key) for service, kek in self._keks.items()}
