"""A renewal takes the place of an earlier certificate: that one loses its force first."""

from __future__ import annotations

import structlog

from libs.chassis.aggregates import Stored
from libs.chassis.delivery import Fact
from services.certificates.domain import facts, life
from services.certificates.domain.certificate import Certificate
from services.certificates.handlers.logging import record_changes
from services.certificates.handlers.publishing import told_of
from services.certificates.ports import Deps

log = structlog.get_logger(__name__)


async def check_renewed(deps: Deps, certificate: Certificate) -> None:
    """Refuse a renewal whose predecessor can't end now, before anything is planned.

    Raises:
        NotInForce: It is suspended: the inquiry has to end first.
        OrderUnderway: A change of its status isn't decided yet.
    """
    earlier = await _find_renewed(deps, certificate)
    if earlier is not None:
        life.renew(earlier.value, "", deps.clock.now())


async def end_renewed(deps: Deps, certificate: Certificate, signatory_id: str) -> None:
    """Take the force from the certificate that this one renews; done again, it changes nothing.

    A crash between this and the issue leaves none valid until the sweep goes on, and never two.

    Raises:
        NotInForce: It is suspended: the inquiry has to end first.
        OrderUnderway: A change of its status isn't decided yet.
        Stale: Something else happened to it at the same moment.
    """
    earlier = await _find_renewed(deps, certificate)
    if earlier is None:
        return
    now = deps.clock.now()
    after = life.renew(earlier.value, signatory_id, now)
    if after == earlier.value:
        return
    after = await record_changes(deps, earlier.value, after, now)
    superseded = Fact(facts.renewed(after, certificate.request_id, now))
    await deps.certificates.save(earlier, after, [superseded, *told_of(earlier.value, after, now)])
    log.info("certificate.renewed", certificate_id=earlier.id, by=certificate.request_id)


async def _find_renewed(deps: Deps, certificate: Certificate) -> Stored[Certificate] | None:
    """The earlier certificate, if there is one and it is the same person's."""
    if certificate.renews is None:
        return None
    earlier = await deps.certificates.find(certificate.renews)
    if earlier is None or earlier.value.person_id != certificate.person_id or not earlier.value.versions:
        log.warning("renewal.cites_nothing", certificate_id=certificate.request_id)
        return None
    return earlier
