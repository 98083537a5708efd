"""Seals documents with the key that another process holds."""

from __future__ import annotations

import base64

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
        self._templates: dict[bytes, tuple[CmsTemplate, str]] = {}

    async def sign(self, sha256: str) -> Seal:
        """The seal over a document.

        Args:
            sha256: In hex, of the file but for the signature's slot.

        Raises:
            SealUnavailable: The key doesn't answer, or its certificate is missing, another key's, revoked or
                not valid today.
        """
        template, key_id = await self._certified(self._folder.current())
        digest = bytes.fromhex(sha256)
        signature = await self._keys.sign(SEAL, template.digest(digest))
        cms = template.write(digest, signature)
        return Seal(key_id, base64.b64encode(cms).decode(), SealLevel.BASELINE_B)

    def evidence(self) -> Evidence:
        """What a file that is sealed today carries for its later judges.

        Raises:
            SealUnavailable: The certificates can't be read.
        """
        return self._folder.current().evidence

    async def _certified(self, credentials: Credentials) -> tuple[CmsTemplate, str]:
        certificate, *above = credentials.seal_chain
        now = self._clock.now()
        if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
            raise _refused("the seal's certificate isn't valid today")
        if credentials.is_revoked(certificate):
            raise _refused("the seal's certificate is revoked")
        der = certificate.public_bytes(_DER)
        known = self._templates.get(der)
        if known is None:
            public_key = await self._keys.public_key(SEAL)
            if certificate.public_key() != public_key:
                raise _refused("the seal's certificate is another key's")
            chain = [one.public_bytes(_DER) for one in (certificate, *above) if not _is_root(one)]
            known = self._templates[der] = (CmsTemplate(chain), key_id_of(public_key))
        return known


def _is_root(certificate: x509.Certificate) -> bool:
    return certificate.issuer == certificate.subject


def _refused(why: str) -> SealUnavailable:
    log.error("seal.refused", why=why)
    return SealUnavailable()
