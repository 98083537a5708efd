"""Sealing under an owner's own key, and those keys wrapped under the service's key-encryption key."""

from __future__ import annotations

import base64
import hmac
import os
from collections import OrderedDict
from hashlib import sha256
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from libs.chassis.errors import KeyMissing, Permanent
from libs.chassis.mongo import Collection, DuplicateKeyError

_NONCE_BYTES = 12
_KEY_BYTES = 32
_CACHED_KEYS = 10_000


class Tampered(Permanent):
    """A sealed value doesn't open: another key, another place, or altered."""

    slug = "tampered"


def seal(key: bytes, plain: bytes, place: str) -> bytes:
    """Encrypt `plain` with AES-256-GCM, bound to `place` (NIST SP 800-38D).

    Args:
        key: 32 bytes.
        plain: What to hide.
        place: Where it will stand, such as collection, id, field and version; opening needs the same.

    Returns:
        12 bytes of nonce, then ciphertext and tag.
    """
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, place.encode())


def unseal(key: bytes, sealed: bytes, place: str) -> bytes:
    """Open what `seal` made.

    Raises:
        Tampered: The key, the place or the bytes are not those of the sealing.
    """
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place.encode())
    except InvalidTag as error:
        raise Tampered(place=place.partition("|")[0]) from error


def lookup_digest(key: bytes, *parts: str) -> str:
    """A keyed digest by which a guessable value is found without being stored (HMAC-SHA-256, hex)."""
    return hmac.new(key, "\x1f".join(parts).encode(), sha256).hexdigest()


def wrap_key(kek: bytes, service: str, owner_id: str, key: bytes) -> str:
    """Wrap an owner's key for `service`, as base64."""
    return base64.b64encode(seal(kek, key, f"owner-key|{service}|{owner_id}")).decode()


def unwrap_key(kek: bytes, service: str, owner_id: str, wrapped: str) -> bytes:
    """Unwrap what `wrap_key` made.

    Raises:
        Tampered: It was wrapped for another service or another owner.
    """
    return unseal(kek, base64.b64decode(wrapped), f"owner-key|{service}|{owner_id}")


class KeyStore(Protocol):
    """Keeps wrapped owner keys."""

    async def find(self, owner_id: str) -> str | None:
        """The wrapped key of `owner_id`."""
        ...

    async def put(self, owner_id: str, wrapped: str) -> str:
        """Keep a key unless the owner has one; returns the one that is kept."""
        ...


class Vault:
    """The owners' keys that this service may use."""

    def __init__(self, service: str, kek: bytes, keys: KeyStore) -> None:
        self._service = service
        self._kek = kek
        self._keys = keys
        self._open: OrderedDict[str, bytes] = OrderedDict()

    async def key_of(self, owner_id: str) -> bytes:
        """The owner's key, 32 bytes.

        Raises:
            KeyMissing: It hasn't arrived, or was destroyed.
        """
        if (key := self._open.get(owner_id)) is not None:
            return key
        wrapped = await self._keys.find(owner_id)
        if wrapped is None:
            raise KeyMissing
        return self._remember(owner_id, unwrap_key(self._kek, self._service, owner_id, wrapped))

    async def create(self, owner_id: str) -> bytes:
        """Make a key for a new owner; a second call answers the first one's."""
        wrapped = wrap_key(self._kek, self._service, owner_id, AESGCM.generate_key(_KEY_BYTES * 8))
        kept = await self._keys.put(owner_id, wrapped)
        return self._remember(owner_id, unwrap_key(self._kek, self._service, owner_id, kept))

    async def keep(self, owner_id: str, wrapped: str) -> None:
        """Keep a key that was wrapped for this service.

        Raises:
            Tampered: It was wrapped for another service or another owner.
        """
        unwrap_key(self._kek, self._service, owner_id, wrapped)
        await self._keys.put(owner_id, wrapped)

    def _remember(self, owner_id: str, key: bytes) -> bytes:
        self._open[owner_id] = key
        if len(self._open) > _CACHED_KEYS:
            self._open.popitem(last=False)
        return key


class MongoKeyStore:
    """Wrapped keys in the service's own database."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    async def find(self, owner_id: str) -> str | None:
        """The wrapped key of `owner_id`."""
        found = await self._collection.find_one({"_id": owner_id})
        return found["wrapped"] if found else None

    async def put(self, owner_id: str, wrapped: str) -> str:
        """Keep a key unless the owner has one."""
        try:
            await self._collection.insert_one({"_id": owner_id, "wrapped": wrapped})
        except DuplicateKeyError:
            kept = await self.find(owner_id)
            if kept is not None:
                return kept
            raise
        return wrapped


class MemoryKeyStore:
    """Wrapped keys in memory, for tests."""

    def __init__(self) -> None:
        self._wrapped: dict[str, str] = {}

    async def find(self, owner_id: str) -> str | None:
        """The wrapped key of `owner_id`."""
        return self._wrapped.get(owner_id)

    async def put(self, owner_id: str, wrapped: str) -> str:
        """Keep a key unless the owner has one."""
        return self._wrapped.setdefault(owner_id, wrapped)
