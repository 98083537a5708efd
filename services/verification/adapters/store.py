"""The copies of certificates and how a code finds one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from libs.chassis.aggregates import Aggregates, Index
from libs.chassis.codec import Codec
from libs.chassis.crypto import Vault
from libs.chassis.errors import Duplicate
from libs.chassis.platform import Ground
from libs.contracts.certificates import CertificateStatus
from libs.contracts.people import Identifier, IdentifierKind, Precision, Sex
from libs.contracts.requests import PrintedPerson
from services.verification.domain.certificate import Printed, PublicCertificate, VerifierKey, Version
from services.verification.domain.partner import Partner
from services.verification.domain.webhook import Webhook

CERTIFICATES = Codec("certificates", PublicCertificate, owner=lambda certificate: certificate.person_id)
VERIFIER_KEYS = Codec("verifier_keys", VerifierKey)
LIST_KEYS = Codec("list_keys", VerifierKey)
PARTNERS = Codec("partners", Partner)
WEBHOOKS = Codec("webhooks", Webhook, owner=lambda webhook: webhook.id)
CERTIFICATE_INDEXES = (Index("code", ("code_hashes",)),)
WEBHOOK_INDEXES = (Index("client", ("client_id",)), Index("standing", ("standing",)))

#: Stands in for what isn't there; no code has this as its digest.
DECOY: Final = "decoy"


@dataclass(frozen=True)
class VerificationStore:
    """The collections, opened on the real platform or on its in-memory twin."""

    certificates: Aggregates[PublicCertificate]
    verifier_keys: Aggregates[VerifierKey]
    list_keys: Aggregates[VerifierKey]
    partners: Aggregates[Partner]
    webhooks: Aggregates[Webhook]

    @classmethod
    async def open(cls, ground: Ground, vault: Vault) -> VerificationStore:
        """Open the collections, make their index and see to the decoy."""
        store = cls(
            certificates=await ground.aggregates(CERTIFICATES, CERTIFICATE_INDEXES),
            verifier_keys=await ground.aggregates(VERIFIER_KEYS),
            list_keys=await ground.aggregates(LIST_KEYS),
            partners=await ground.aggregates(PARTNERS),
            webhooks=await ground.aggregates(WEBHOOKS, WEBHOOK_INDEXES),
        )
        await store._place_decoy(vault)
        return store

    async def find_code(self, code_hash: str) -> PublicCertificate | None:
        """The certificate of a code.

        A code that isn't there costs what one that is costs: two questions, one document, one unsealing.
        """
        there = await self.certificates.count_by({"code_hashes": code_hash}) > 0
        wanted = code_hash if there else DECOY
        found = await self.certificates.find_by({"code_hashes": wanted}, limit=1)
        return found[0].value if found and there else None

    async def _place_decoy(self, vault: Vault) -> None:
        if await self.certificates.find(DECOY) is not None:
            return
        await vault.create(DECOY)
        try:
            await self.certificates.insert(DECOY, _decoy())
        except Duplicate:
            return


def _decoy() -> PublicCertificate:
    day = date(2000, 1, 1)
    printed = PrintedPerson(
        arabic_family_name="-",
        arabic_given_name="-",
        latin_family_name="-",
        latin_given_name="-",
        sex=Sex.FEMALE,
        birth_date=day,
        birth_precision=Precision.DAY,
        birth_place="-",
        identifier=Identifier(kind=IdentifierKind.CIN, number="-"),
        disabilities=(),
    )
    version = Version(DECOY, DECOY, CertificateStatus.REVOKED, day, day)
    return PublicCertificate(DECOY, DECOY, (version,), (DECOY,), Printed((printed,)))
