"""Asks a certification authority for a certificate of a key that never leaves its place."""

from __future__ import annotations

from hashlib import sha256
from typing import Final, Protocol

from asn1crypto import algos, csr, keys, pem, x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from services.certificates.adapters.seal.keys import NUMBER_BYTES

# The authority writes the name that it has verified; this one only tells requests apart.
COMMON_NAME: Final = "Khadamaty document seal"


class Keys(Protocol):
    """Reaches keys by their names."""

    async def public_key(self, key: str) -> EllipticCurvePublicKey:
        """The public half of a key."""
        ...

    async def sign(self, key: str, sha256: bytes) -> bytes:
        """The ES256 signature over a digest: r and s, 32 bytes each."""
        ...


async def certificate_request(holder: Keys, key: str) -> str:
    """A certification request (RFC 2986), in PEM, which the key itself has signed.

    Args:
        holder: Reaches the key.
        key: Its name.
    """
    public = (await holder.public_key(key)).public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    info = csr.CertificationRequestInfo(
        {
            "version": "v1",
            "subject": x509.Name.build({"common_name": COMMON_NAME}),
            "subject_pk_info": keys.PublicKeyInfo.load(public),
            "attributes": [],
        }
    )
    raw = await holder.sign(key, sha256(info.dump()).digest())
    signature = encode_dss_signature(int.from_bytes(raw[:NUMBER_BYTES]), int.from_bytes(raw[NUMBER_BYTES:]))
    request = csr.CertificationRequest(
        {
            "certification_request_info": info,
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
            "signature": signature,
        }
    )
    written: bytes = pem.armor("CERTIFICATE REQUEST", request.dump())
    return written.decode()
