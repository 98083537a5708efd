"""The signature: plan, page, seal, and one write that makes the certificate public."""

from __future__ import annotations

from datetime import datetime

import structlog

from libs.chassis.aggregates import Stored
from libs.chassis.delivery import Fact
from libs.chassis.web.caller import Caller
from services.certificates.domain import facts
from services.certificates.domain.certificate import Certificate
from services.certificates.domain.code import ENTROPY_BYTES, draw_code
from services.certificates.domain.page import page_of
from services.certificates.domain.signing import issue, plan_signing
from services.certificates.domain.version import Approval, Paper, Proof, SigningPlan
from services.certificates.errors import WrongStage
from services.certificates.handlers.logging import record_changes
from services.certificates.handlers.work import load_file
from services.certificates.ports import Deps

log = structlog.get_logger(__name__)


async def sign(deps: Deps, signatory: Caller, certificate_id: str) -> None:
    """The signatory approves; what an earlier attempt began is finished as it was planned.

    Args:
        deps: The service's parts.
        signatory: Who proved a moment ago who they are.
        certificate_id: At stage 7.

    Raises:
        NotFound: There's no such file.
        AlreadyIssued: It is issued.
        WrongStage: It isn't at the signature.
        FourEyes: The signatory drafted or controlled it.
        SealUnavailable: The seal's process doesn't answer; signing again resumes.
    """
    stored = await load_file(deps, signatory, certificate_id)
    if stored.value.plan is None:
        now = deps.clock.now()
        approval = Approval(signatory.id, signatory.authenticated_at or now, now)
        planned = plan_signing(stored.value, approval, draw_code(deps.entropy(ENTROPY_BYTES)))
        stored = await deps.certificates.save(stored, planned)
    await resume_signing(deps, stored)


async def resume_signing(deps: Deps, stored: Stored[Certificate]) -> None:
    """Finish what is planned: keep the page, seal its digest, issue.

    Raises:
        WrongStage: Nothing is planned.
        SealUnavailable: The seal's process doesn't answer.
        Stale: Another process finished it.
    """
    plan = stored.value.plan
    if plan is None:
        raise WrongStage
    paper = await _kept_paper(deps, stored.value, plan)
    seal = await deps.signer.sign(paper.sha256)
    now = deps.clock.now()
    issued = issue(stored.value, Proof(paper, seal, changed_at=now), now)
    issued = await record_changes(deps, stored.value, issued, now)
    await deps.certificates.save(stored, issued, _told(stored.value, issued, now))
    log.info("certificate.issued", certificate_id=stored.id, version=issued.versions[-1].version)


def _told(before: Certificate, after: Certificate, at: datetime) -> list[Fact]:
    """What the world hears of an issue; partners also hear of the version that it took the place of."""
    changed = facts.changed_versions(before, after)
    return [
        Fact(facts.reissued(after, after.versions[-1])),
        Fact(facts.state(after), facts.content(after)),
        *(Fact(facts.status(after, version, at)) for version in changed),
    ]


async def _kept_paper(deps: Deps, certificate: Certificate, plan: SigningPlan) -> Paper:
    """The page as it lies in the store; only what is stored is ever signed."""
    paper_id = f"{certificate.request_id}-{plan.version}"
    kept = await deps.papers.find(paper_id)
    if kept is not None:
        return kept
    pdf = await deps.printer.print_page(page_of(certificate, plan, deps.origin))
    return await deps.papers.keep(paper_id, certificate.person_id, pdf)
