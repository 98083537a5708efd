"""Writes the CMS of a PDF signature (PAdES B-B) from a template: only digest and signature change."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Final

from asn1crypto import algos, cms, core, tsp, x509
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

DIGEST_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64

_NUMBER_BYTES = 32
_HOLE = b"\xaa" * DIGEST_BYTES
_SIGNED_DATA = core.ObjectIdentifier("1.2.840.113549.1.7.2").dump()
_TIMESTAMP = core.ObjectIdentifier("1.2.840.113549.1.9.16.2.14").dump()
_SET = b"\x31"
_ATTRIBUTES = b"\xa0"
_CERTIFICATES = b"\xa0"
_EXPLICIT = b"\xa0"
_UNSIGNED = b"\xa1"
_SEQUENCE = b"\x30"
_OCTETS = b"\x04"
_LONG_FORM = 0x80  # X.690, section 8.1.3


class CmsUnusable(Exception):
    """What is to be written into a CMS, or read from it, isn't what it has to be."""


class CmsTemplate:
    """The CMS SignedData of one signing certificate, with two holes.

    The signed attributes are those that PAdES asks for (ETSI EN 319 142-1, table 1): content type, message
    digest, signing certificate v2. There is no signing time: the file has it, and a timestamp proves it.

    Args:
        chain: DER certificates, the signing one first, then its issuers; a root is left out by whoever calls.
    """

    def __init__(self, chain: Sequence[bytes]) -> None:
        signing, *_ = certificates = [x509.Certificate.load(der) for der in chain]
        self._before, self._after = _attributes(signing)
        sha256 = algos.DigestAlgorithm({"algorithm": "sha256"}).dump()
        serial = cms.IssuerAndSerialNumber({"issuer": signing.issuer, "serial_number": signing.serial_number})
        signer = cms.SignerIdentifier("issuer_and_serial_number", serial).dump()
        one = core.Integer(1).dump()
        self._signer = one + signer + sha256
        self._algorithm = algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}).dump()
        data = cms.ContentInfo({"content_type": "data"}).dump()
        chosen = b"".join(sorted(certificate.dump() for certificate in certificates))
        self._signed_data = one + _tlv(_SET, sha256) + data + _tlv(_CERTIFICATES, chosen)

    def digest(self, document_sha256: bytes) -> bytes:
        """What the key signs: the SHA-256 of the signed attributes (RFC 5652, section 5.4).

        Args:
            document_sha256: Of the bytes that the signature covers.

        Raises:
            CmsUnusable: It isn't 32 bytes long.
        """
        return hashlib.sha256(self._attributes(document_sha256)).digest()

    def write(self, document_sha256: bytes, signature: bytes) -> bytes:
        """The CMS in DER.

        Args:
            document_sha256: Of the bytes that the signature covers.
            signature: ES256 over `digest(document_sha256)`: r and s, 32 bytes each.

        Raises:
            CmsUnusable: One of them is of another length.
        """
        if len(signature) != SIGNATURE_BYTES:
            raise CmsUnusable("a signature is 64 bytes long")
        attributes = _ATTRIBUTES + self._attributes(document_sha256)[1:]
        numbers = int.from_bytes(signature[:_NUMBER_BYTES]), int.from_bytes(signature[_NUMBER_BYTES:])
        value = _tlv(_OCTETS, encode_dss_signature(*numbers))
        signer = _tlv(_SEQUENCE, self._signer + attributes + self._algorithm + value)
        signed = _tlv(_SEQUENCE, self._signed_data + _tlv(_SET, signer))
        return _tlv(_SEQUENCE, _SIGNED_DATA + _tlv(_EXPLICIT, signed))

    def sign(self, document_sha256: bytes, key: Callable[[bytes], bytes]) -> bytes:
        """The CMS in DER, with a key that is at hand: for measurements and tools.

        Args:
            document_sha256: Of the bytes that the signature covers.
            key: Makes r and s, 64 bytes, of a SHA-256.
        """
        return self.write(document_sha256, key(self.digest(document_sha256)))

    def _attributes(self, document_sha256: bytes) -> bytes:
        if len(document_sha256) != DIGEST_BYTES:
            raise CmsUnusable("a SHA-256 is 32 bytes long")
        return b"".join((self._before, document_sha256, self._after))


def signature_value(cms_der: bytes) -> bytes:
    """The signature's value: what a timestamp of it covers (RFC 3161, appendix A).

    Raises:
        CmsUnusable: This isn't a CMS with one signer.
    """
    for field in _signer_fields(cms_der):
        if field[:1] == _OCTETS:
            return _value(field)
    raise CmsUnusable("no signature")


def with_timestamp(cms_der: bytes, token_der: bytes) -> bytes:
    """The same CMS with a timestamp of its signature as an unsigned attribute: what was signed stays.

    Args:
        cms_der: A CMS with one signer; an older timestamp is replaced.
        token_der: The time-stamp token.

    Raises:
        CmsUnusable: This isn't a CMS with one signer.
    """
    kind, explicit = _parts(cms_der)
    (signed_data,) = _parts(explicit)
    *before, _ = _parts(signed_data)
    kept = [field for field in _signer_fields(cms_der) if field[:1] != _UNSIGNED]
    attribute = _tlv(_SEQUENCE, _TIMESTAMP + _tlv(_SET, token_der))
    signer = _tlv(_SEQUENCE, b"".join((*kept, _tlv(_UNSIGNED, attribute))))
    signed = _tlv(_SEQUENCE, b"".join((*before, _tlv(_SET, signer))))
    return _tlv(_SEQUENCE, kind + _tlv(_EXPLICIT, signed))


def timestamp_of(cms_der: bytes) -> bytes | None:
    """The time-stamp token that the CMS carries, or None.

    Raises:
        CmsUnusable: This isn't a CMS with one signer.
    """
    for field in _signer_fields(cms_der):
        for attribute in _parts(field) if field[:1] == _UNSIGNED else ():
            kind, values = _parts(attribute)
            if kind == _TIMESTAMP:
                return _value(values)
    return None


def _attributes(signing: x509.Certificate) -> tuple[bytes, bytes]:
    """The signed attributes before and after the message digest."""
    serial = {
        "issuer": [x509.GeneralName({"directory_name": signing.issuer})],
        "serial_number": signing.serial_number,
    }
    certificate_hash = hashlib.sha256(signing.dump()).digest()
    named = tsp.SigningCertificateV2(
        {"certs": [tsp.ESSCertIDv2({"cert_hash": certificate_hash, "issuer_serial": serial})]}
    )
    attributes = cms.CMSAttributes(
        [
            cms.CMSAttribute({"type": "content_type", "values": ["data"]}),
            cms.CMSAttribute({"type": "message_digest", "values": [_HOLE]}),
            cms.CMSAttribute({"type": "signing_certificate_v2", "values": [named]}),
        ]
    )
    before, _, after = bytes(attributes.dump()).partition(_HOLE)
    return before, after


def _signer_fields(cms_der: bytes) -> list[bytes]:
    """The fields of the only SignerInfo (RFC 5652, section 5.3), each with its tag and length."""
    try:
        kind, explicit = _parts(cms_der)
        (signed_data,) = _parts(explicit)
        (signer,) = _parts(_parts(signed_data)[-1])
    except (ValueError, IndexError) as error:
        raise CmsUnusable("no CMS with one signer") from error
    if kind != _SIGNED_DATA:
        raise CmsUnusable("no signed data")
    return _parts(signer)


def _parts(der: bytes) -> list[bytes]:
    """What a constructed DER value holds, each part with its tag and length.

    asn1crypto reads this too, but takes exponential time to write what it read and somebody changed.
    """
    content, parts = _value(der), []
    while content:
        _, end = _extent(content)
        if end > len(content):
            raise CmsUnusable("it ends too early")
        parts.append(content[:end])
        content = content[end:]
    return parts


def _value(der: bytes) -> bytes:
    start, end = _extent(der)
    if end != len(der):
        raise CmsUnusable("another length than it says")
    return der[start:]


def _extent(der: bytes) -> tuple[int, int]:
    """Where the value of the DER that these bytes begin with starts and ends."""
    if len(der) < 2:  # noqa: PLR2004 - a tag and a length
        raise CmsUnusable("it ends too early")
    if der[1] < _LONG_FORM:
        return 2, 2 + der[1]
    start = 2 + (der[1] & ~_LONG_FORM)
    return start, start + int.from_bytes(der[2:start])


def _tlv(tag: bytes, value: bytes) -> bytes:
    length = len(value)
    if length < _LONG_FORM:
        return tag + bytes((length,)) + value
    size = length.to_bytes((length.bit_length() + 7) // 8)
    return tag + bytes((_LONG_FORM | len(size),)) + size + value
