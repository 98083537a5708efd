"""Identifiers: time-ordered inside, unguessable where they open something."""

from __future__ import annotations

import secrets

import uuid_utils


def new_id() -> str:
    """A UUIDv7 in its canonical text form (RFC 9562 section 5.7)."""
    return str(uuid_utils.uuid7())


def new_secret(size_bytes: int = 32) -> str:
    """An unguessable URL-safe token of `size_bytes` random bytes."""
    return secrets.token_urlsafe(size_bytes)
