"""Seals documents with the key that another process holds."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import NamedTuple

import structlog
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from libs.chassis.clock import Clock
from services.certificates.adapters.cms import CmsTemplate
from services.certificates.adapters.credentials import Credentials, CredentialsFolder
from services.certificates.adapters.seal.keys import key_id_of
from services.certificates.adapters.signer import SEAL, KeyProcess
from services.certificates.domain.evidence import Evidence
from services.certificates.domain.version import Seal, SealLevel
from services.certificates.errors import SealUnavailable

log = structlog.get_logger(__name__)

_DER = serialization.Encoding.DER


class _Certified(NamedTuple):
    """What was found in the folder: its seal isn't revoked and is that of the key.

    Attributes:
        begins: Since when its certificate is valid.
        ends: Until when.
    """

    credentials: Credentials
    template: CmsTemplate
    key_id: str
    begins: datetime
    ends: datetime


class DocumentSealer:
    """The ministry's seal on documents: PAdES B-B.

    Args:
        keys: Holds the key `seal`.
        credentials: What certifies it.
        clock: Tells whether that counts today.
    """

    def __init__(self, keys: KeyProcess, credentials: CredentialsFolder, clock: Clock) -> None:
        self._keys = keys
        self._folder = credentials
        self._clock = clock
        self._known: _Certified | None = None

    async def sign(self, sha256: str) -> Seal:
        """The seal over a document.

        Args:
            sha256: In hex, of the file but for the signature's slot.

        Raises:
            SealUnavailable: The key doesn't answer, or its certificate is missing, another key's, revoked or
                not valid today.
        """
        certified = await self._certified(self._folder.current())
        digest = bytes.fromhex(sha256)
        signature = await self._keys.sign(SEAL, certified.template.digest(digest))
        cms = certified.template.write(digest, signature)
        return Seal(certified.key_id, base64.b64encode(cms).decode(), SealLevel.BASELINE_B)

    def evidence(self) -> Evidence:
        """What a file that is sealed today carries for its later judges.

        Raises:
            SealUnavailable: The certificates can't be read.
        """
        return self._folder.current().evidence

    async def _certified(self, credentials: Credentials) -> _Certified:
        known = self._known
        if known is None or known.credentials is not credentials:
            known = self._known = await self._read(credentials)
        if not known.begins <= self._clock.now() <= known.ends:
            raise _refused("the seal's certificate isn't valid today")
        return known

    async def _read(self, credentials: Credentials) -> _Certified:
        """What the certificates allow, as long as the folder stays as it is."""
        certificate, *above = credentials.seal_chain
        if credentials.is_revoked(certificate):
            raise _refused("the seal's certificate is revoked")
        public_key = await self._keys.public_key(SEAL)
        if certificate.public_key() != public_key:
            raise _refused("the seal's certificate is another key's")
        chain = [one.public_bytes(_DER) for one in (certificate, *above) if not _is_root(one)]
        days = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        return _Certified(credentials, CmsTemplate(chain), key_id_of(public_key), *days)


def _is_root(certificate: x509.Certificate) -> bool:
    return certificate.issuer == certificate.subject


def _refused(why: str) -> SealUnavailable:
    log.error("seal.refused", why=why)
    return SealUnavailable()
