"""Certificates and revocation lists of the local test authority, as X.509 wants them (RFC 5280)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import NameOID

# Whoever reads such a certificate learns from its very name that nothing stands behind it.
ORGANISATION: Final = "Khadamaty local test authority - no legal value"
# A page names its day of issue, whose first minute lies before the certificate was made.
EARLIER: Final = timedelta(days=1)
# Clocks differ: a list that counts from now on counts from a little earlier.
LIST_EARLIER: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Holder:
    """A certified key."""

    key: EllipticCurvePrivateKey
    certificate: x509.Certificate


@dataclass(frozen=True)
class Subject:
    """What is certified.

    Attributes:
        title: Its common name.
        life: How long the certificate counts.
        below: Of an authority: how many levels of authorities may stand below it. None for anything else.
        usage: What the key may be used for.
        only_for: The one purpose that the certificate is limited to (RFC 5280, section 4.2.1.12), or None.
    """

    title: str
    life: timedelta
    usage: x509.KeyUsage
    below: int | None = None
    only_for: x509.ObjectIdentifier | None = None


def usage(*, signs: bool = False, commits: bool = False, certifies: bool = False) -> x509.KeyUsage:
    """What a key may be used for.

    Args:
        signs: Signatures in general.
        commits: Signatures by which somebody commits themselves to a content.
        certifies: Certificates and revocation lists.
    """
    return x509.KeyUsage(
        digital_signature=signs,
        content_commitment=commits,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certifies,
        crl_sign=certifies,
        encipher_only=False,
        decipher_only=False,
    )


def certify(
    subject: Subject,
    public_key: CertificatePublicKeyTypes,
    now: datetime,
    by: Holder | EllipticCurvePrivateKey,
) -> x509.Certificate:
    """A certificate for a key.

    Args:
        subject: Whose key it is, and what for.
        public_key: The key.
        now: From when on the certificate counts.
        by: The authority, or the key itself for one that certifies itself.
    """
    name = _name(subject.title)
    key = by.key if isinstance(by, Holder) else by
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(by.certificate.subject if isinstance(by, Holder) else name)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLIER)
        .not_valid_after(now + subject.life)
        .add_extension(x509.BasicConstraints(subject.below is not None, subject.below), critical=True)
        .add_extension(subject.usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(_issuer_key(key), critical=False)
    )
    if subject.only_for is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([subject.only_for]), critical=True)
    return builder.sign(key, hashes.SHA256())


def revocation_list(
    by: Holder, now: datetime, life: timedelta, revoked: Sequence[tuple[int, datetime]]
) -> x509.CertificateRevocationList:
    """An authority's revocation list.

    Args:
        by: The authority.
        now: When the list is made.
        life: How long it counts.
        revoked: Serial number and moment of each revoked certificate.
    """
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(by.certificate.subject)
        .last_update(now - LIST_EARLIER)
        .next_update(now + life)
        .add_extension(x509.CRLNumber(int(now.timestamp() * 1000)), critical=False)
        .add_extension(_issuer_key(by.key), critical=False)
    )
    for serial, moment in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(moment).build()
        builder = builder.add_revoked_certificate(entry)
    return builder.sign(by.key, hashes.SHA256())


def _issuer_key(key: EllipticCurvePrivateKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _name(title: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, title),
        ]
    )
