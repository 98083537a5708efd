"""The copies that verification keeps of what certificates publishes."""

from __future__ import annotations

from libs.chassis.aggregates import Copied
from libs.chassis.delivery import Delivery
from libs.contracts.certificates import CertificateState, PrintedContent, VerifierKeyPublished
from services.verification.domain.certificate import Printed, PublicCertificate, VerifierKey, Version
from services.verification.domain.packed import Entry, bundle, rows_of
from services.verification.ports import Deps


def certificate_of(deps: Deps, delivery: Delivery[CertificateState]) -> Copied[PublicCertificate]:
    """The copy of a certificate as it now stands, and the rows from which every process answers.

    Raises:
        Unpackable: A version is beyond what a row can hold.
    """
    event = delivery.event
    versions = tuple(
        Version(
            each.number,
            each.code_hash,
            each.status,
            each.issued_on,
            each.valid_until,
            each.changed_at,
            each.superseded_by,
            each.status_index,
        )
        for each in event.versions
    )
    printed = delivery.opened(PrintedContent).versions
    rows = rows_of(
        Entry.of(
            version,
            f"{person.arabic_given_name} {person.arabic_family_name}",
            f"{person.latin_given_name} {person.latin_family_name}",
        )
        for version, person in zip(versions, printed, strict=True)
    )
    certificate = PublicCertificate(
        certificate_id=event.certificate_id,
        person_id=event.person_id,
        versions=versions,
        code_hashes=tuple(version.code_hash for version in versions),
        personal=Printed(printed),
        packed=deps.sealer.seal(event.certificate_id, bundle(rows)),
    )
    return Copied(event.certificate_id, certificate, delivery)


def verifier_key_of(_deps: Deps, delivery: Delivery[VerifierKeyPublished]) -> Copied[VerifierKey]:
    """The copy of a key with which QR payloads are checked."""
    event = delivery.event
    return Copied(event.key_id, VerifierKey(dict(event.jwk), event.published_at), delivery)
