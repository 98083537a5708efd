"""Keeps every public fact about certificates, once and in order."""

from __future__ import annotations

from typing import Final

from libs.chassis.delivery import Delivery
from libs.chassis.errors import Permanent
from libs.contracts.certificates import CertificateStatusPublished
from services.verification.domain.public_fact import PublicFact, cloud_event
from services.verification.ports import Deps

SCHEMAS_PATH: Final = "/api/verification/v1/schemas"


async def on_status_published(deps: Deps, delivery: Delivery[CertificateStatusPublished]) -> None:
    """Write a fact behind those that are there, and wake whoever delivers them.

    Raises:
        Permanent: It doesn't say when it happened.
        SequenceGap: The one before it, of the same certificate, isn't there.
    """
    await deps.outlet.chronicle.append(_fact_of(delivery, deps.outlet.origin))
    deps.outlet.bell.set()


def _fact_of(delivery: Delivery[CertificateStatusPublished], origin: str) -> PublicFact:
    event, time = delivery.event, delivery.time
    if time is None:
        raise Permanent("a fact without its time")
    kind = event.type_name()
    attributes = {
        "id": delivery.id,
        "source": delivery.source,
        "type": kind,
        "subject": delivery.key,
        "time": time.isoformat(),
        "dataschema": f"{origin}{SCHEMAS_PATH}/{kind}",
        "sequence": str(delivery.sequence),
    }
    body = cloud_event(attributes, event.model_dump(mode="json"))
    return PublicFact(delivery.id, delivery.key, delivery.sequence, time, event.status, body)
