"""Time-stamps for seals (RFC 3161), asked of an authority over HTTP and believed once they check out."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import Final

import httpx
import structlog
from asn1crypto import algos, tsp
from asn1crypto import cms as asn1_cms
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from prometheus_client import Gauge

from libs.chassis.clock import Clock
from libs.chassis.metrics import REGISTRY
from services.certificates.adapters.cms import CmsUnusable, signature_value, with_timestamp
from services.certificates.adapters.credentials import CredentialsFolder
from services.certificates.domain.version import Seal, SealLevel
from services.certificates.errors import SealUnavailable, TimeStampUnavailable

log = structlog.get_logger(__name__)

WAITING: Final = Gauge("seals_without_timestamp", "Seals that wait for their time-stamp.", registry=REGISTRY)

_ANSWER_WITHIN_S = 10.0
_NONCE_BITS = 64
_CLOCKS_DIFFER = timedelta(minutes=5)
_GRANTED = {"granted", "granted_with_mods"}
_KINDS = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
_HASHES: dict[str, Callable[[], hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
_MALFORMED = (ValueError, TypeError, KeyError, AttributeError, InvalidSignature, x509.ExtensionNotFound)


class TokenRefused(Exception):
    """What the authority answered isn't a time-stamp of what was asked, by the authority that is trusted."""


class HttpTimeStamps:
    """A time-stamp authority.

    Args:
        url: Where it answers.
        credentials: Holds the certificate that it must sign with.
        clock: Tells how far its clock may be off.
    """

    def __init__(self, url: str, credentials: CredentialsFolder, clock: Clock) -> None:
        self._url = url
        self._folder = credentials
        self._clock = clock
        self._client = httpx.AsyncClient(timeout=_ANSWER_WITHIN_S, headers=_KINDS, trust_env=False)

    async def stamp(self, seal: Seal) -> Seal:
        """The same seal with a time-stamp of its signature; the bytes that it covers stay as they are.

        Args:
            seal: At level B-B.

        Returns:
            It at level B-LT: the file carries the other evidence since it was printed.

        Raises:
            TimeStampUnavailable: The authority doesn't answer, or not as it should.
        """
        try:
            cms = base64.b64decode(seal.cms)
            imprint = hashlib.sha256(signature_value(cms)).digest()
            nonce = secrets.randbits(_NONCE_BITS)
            certificate, *_ = self._folder.current().clock_chain
            answer = await self._client.post(self._url, content=request_for(imprint, nonce))
            token = self._checked(answer, imprint, nonce, certificate)
        except (httpx.HTTPError, SealUnavailable, CmsUnusable, TokenRefused, ValueError) as error:
            log.warning("timestamp.none", cause=type(error).__name__, why=str(error))
            raise TimeStampUnavailable from error
        return replace(
            seal, cms=base64.b64encode(with_timestamp(cms, token)).decode(), level=SealLevel.BASELINE_LT
        )

    async def close(self) -> None:
        """End the connections."""
        await self._client.aclose()

    def _checked(
        self, answer: httpx.Response, imprint: bytes, nonce: int, certificate: x509.Certificate
    ) -> bytes:
        if answer.status_code != HTTPStatus.OK:
            raise TokenRefused(f"status {answer.status_code}")
        token, info = read_answer(answer.content, certificate)
        if info["message_imprint"]["hashed_message"].native != imprint or info["nonce"].native != nonce:
            raise TokenRefused("it answers another question")
        moment = info["gen_time"].native
        if abs(moment - self._clock.now()) > _CLOCKS_DIFFER:
            raise TokenRefused("its clock is another")
        if not certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc:
            raise TokenRefused("its certificate wasn't valid then")
        return token


def request_for(imprint: bytes, nonce: int) -> bytes:
    """A request for a time-stamp (RFC 3161, section 2.4.1), in DER.

    Args:
        imprint: The SHA-256 of what is stamped.
        nonce: Ties the answer to this request.
    """
    asked = {
        "version": "v1",
        "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": imprint},
        "nonce": nonce,
        "cert_req": True,
    }
    written: bytes = tsp.TimeStampReq(asked).dump()
    return written


def read_answer(answer: bytes, certificate: x509.Certificate) -> tuple[bytes, tsp.TSTInfo]:
    """The token in an answer and what it says, once its signature was checked.

    Args:
        answer: A TimeStampResp (RFC 3161, section 2.4.2), in DER.
        certificate: Whose signature it must have.

    Raises:
        TokenRefused: It is a refusal, nonsense, or by somebody else.
    """
    try:
        response = tsp.TimeStampResp.load(answer, strict=True)
        if response["status"]["status"].native not in _GRANTED:
            raise TokenRefused(f"status {response['status']['status'].native}")
        token: bytes = response["time_stamp_token"].dump()
        signed = response["time_stamp_token"]["content"]
        if signed["encap_content_info"]["content_type"].native != "tst_info":
            raise TokenRefused("no time-stamp")
        content = signed["encap_content_info"]["content"]
        _check_signature(signed, content.contents, certificate)
        info: tsp.TSTInfo = content.parsed
        if info["message_imprint"]["hash_algorithm"]["algorithm"].native != "sha256":
            raise TokenRefused("another hash")
    except _MALFORMED as error:
        raise TokenRefused("it doesn't check out") from error
    return token, info


def _check_signature(signed: asn1_cms.SignedData, content: bytes, certificate: x509.Certificate) -> None:
    purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    if not purposes.critical or list(purposes.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise TokenRefused("its certificate isn't for time-stamps")
    (signer,) = signed["signer_infos"]
    attributes = {attribute["type"].native: attribute["values"] for attribute in signer["signed_attrs"]}
    digest = hashlib.new(signer["digest_algorithm"]["algorithm"].native, content).digest()
    if attributes["message_digest"][0].native != digest or attributes["content_type"][0].native != "tst_info":
        raise TokenRefused("its digest is of something else")
    if not _names(attributes, certificate):
        raise TokenRefused("another certificate")
    value, covered = signer["signature"].native, signer["signed_attrs"].untag().dump()
    algorithm = signer["signature_algorithm"]
    hashing = _HASHES[_hash_of(algorithm, signer["digest_algorithm"])]()
    key = certificate.public_key()
    if isinstance(key, EllipticCurvePublicKey):
        key.verify(value, covered, ECDSA(hashing))
    elif isinstance(key, RSAPublicKey):
        key.verify(value, covered, PKCS1v15(), hashing)
    else:
        raise TokenRefused("its key is of another kind")


def _hash_of(algorithm: algos.SignedDigestAlgorithm, digest: algos.DigestAlgorithm) -> str:
    try:
        return str(algorithm.hash_algo)
    except ValueError:
        # A signer may name the bare algorithm, such as rsaEncryption, beside its digest (RFC 3370, 3.2).
        return str(digest["algorithm"].native)


def _names(attributes: dict[str, asn1_cms.SetOfAny], certificate: x509.Certificate) -> bool:
    """Whether the signed attributes name that certificate (RFC 5035; RFC 2634 with SHA-1 in older tokens)."""
    der = certificate.public_bytes(Encoding.DER)
    if "signing_certificate_v2" in attributes:
        first = attributes["signing_certificate_v2"][0]["certs"][0]
        expected = hashlib.new(first["hash_algorithm"]["algorithm"].native, der).digest()
        return bool(first["cert_hash"].native == expected)
    first = attributes["signing_certificate"][0]["certs"][0]
    return bool(first["cert_hash"].native == hashlib.sha1(der, usedforsecurity=False).digest())
