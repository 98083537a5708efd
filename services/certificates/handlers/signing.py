"""The signature: plan, page, seal, and one write that makes the certificate public."""

from __future__ import annotations

import structlog

from libs.chassis.aggregates import Stored
from libs.chassis.delivery import Fact
from libs.chassis.errors import Stale
from libs.chassis.web.caller import Caller
from services.certificates.domain import facts
from services.certificates.domain.certificate import Certificate
from services.certificates.domain.code import ENTROPY_BYTES, draw_code
from services.certificates.domain.page import claims_of, page_of
from services.certificates.domain.signing import issue, plan_signing, planned_by
from services.certificates.domain.version import Approval, Kept, Proof, SigningPlan
from services.certificates.handlers.logging import record_changes
from services.certificates.handlers.payloads import sign_payload
from services.certificates.handlers.publishing import told_of
from services.certificates.handlers.renewing import check_renewed, end_renewed
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
        Stale: Another write came between and ended the signing.
    """
    stored = await load_file(deps, signatory, certificate_id)
    now = deps.clock.now()
    try:
        await sign_file(deps, stored, Approval(signatory.id, signatory.authenticated_at or now, now))
    except Stale:
        # Another write came between, such as a time-stamp on the version before: what is planned goes on.
        stored = await load_file(deps, signatory, certificate_id)
        if stored.value.plan is None:
            raise
        await resume_signing(deps, stored)


async def sign_file(deps: Deps, stored: Stored[Certificate], approval: Approval) -> None:
    """Sign one file, or finish what an earlier attempt began, as it was planned.

    Raises:
        AlreadyIssued: It is issued.
        WrongStage: It isn't at the signature.
        FourEyes: The signatory drafted or controlled it.
        SealUnavailable: The seal's process doesn't answer; signing again resumes.
    """
    if stored.value.plan is None:
        await check_renewed(deps, stored.value)
        code, index = draw_code(deps.entropy(ENTROPY_BYTES)), await deps.status_indices.take()
        planned = plan_signing(stored.value, approval, code, status_index=index)
        stored = await deps.certificates.save(stored, planned)
        await _finish(deps, stored, await keep_page(deps, stored.value, planned_by(stored.value)))
    else:
        await resume_signing(deps, stored)


async def resume_signing(deps: Deps, stored: Stored[Certificate]) -> None:
    """Finish what is planned: keep the page, seal its digest, log it, issue.

    Raises:
        WrongStage: Nothing is planned.
        SealUnavailable: The seal's process doesn't answer.
        Stale: Another process finished it.
    """
    plan = planned_by(stored.value)
    kept = await deps.papers.find(_paper_id(stored.value, plan))
    await _finish(deps, stored, kept or await keep_page(deps, stored.value, plan))


async def _finish(deps: Deps, stored: Stored[Certificate], kept: Kept) -> None:
    """Seal what is kept, log it, and write down that it is issued, which also tells it."""
    seal = await deps.signer.sign(kept.document_sha256)
    await end_renewed(deps, stored.value, planned_by(stored.value).approval.signatory_id)
    now = deps.clock.now()
    proof = Proof(kept.paper, seal, kept.document_sha256, changed_at=now)
    issued = issue(stored.value, proof, now)
    issued = await record_changes(deps, stored.value, issued, now)
    told = [Fact(facts.reissued(issued, issued.versions[-1])), *told_of(stored.value, issued, now)]
    await deps.certificates.save(stored, issued, told)
    log.info("certificate.issued", certificate_id=stored.id, version=issued.versions[-1].version)


async def keep_page(deps: Deps, certificate: Certificate, plan: SigningPlan) -> Kept:
    """Set the page of what is planned and keep it; only what is stored is ever signed.

    Raises:
        Unprintable: A value can't be set.
        SealUnavailable: The process that holds the QR code's key doesn't answer.
    """
    content = page_of(certificate, plan, deps.origin, await _qr_url(deps, certificate, plan))
    page = await deps.printer.print_page(content, deps.signer.evidence())
    return await deps.papers.keep(_paper_id(certificate, plan), certificate.person_id, page)


async def _qr_url(deps: Deps, certificate: Certificate, plan: SigningPlan) -> str | None:
    """The address with the signed payload; None for a plan that was made before there were payloads."""
    if plan.status_index is None:
        return None
    claims = claims_of(certificate, plan, plan.status_index)
    return await sign_payload(deps.payload_key, claims, deps.origin)


def _paper_id(certificate: Certificate, plan: SigningPlan) -> str:
    return f"{certificate.request_id}-{plan.version}"
