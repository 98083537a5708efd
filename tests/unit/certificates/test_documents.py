"""Documents as they lie: what is personal is sealed, and what was stored in an older form is still read."""

from __future__ import annotations

from pydantic import TypeAdapter

from services.certificates.domain.certificate import Stage
from services.certificates.domain.version import Seal, SealLevel, SigningPlan, Version, VersionKind
from tests.support.certificates_world import new_world

NUMBER = "2026/000001"
OLD_APPROVAL = {
    "signatory_id": "signatory",
    "authenticated_at": "2026-11-23T08:58:00Z",
    "approved_at": "2026-11-23T09:00:00Z",
}
OLD_VERSION = {
    "version": 1,
    "number": NUMBER,
    "code_hash": "ab" * 32,
    "status": "valid",
    "issued_on": "2026-11-23",
    "valid_until": None,
    "paper": {"paper_id": "request-1-1", "sha256": "cd" * 32},
    "seal": {"signature": "c2ln", "key_id": "key"},
    "approval": OLD_APPROVAL,
}


def test_a_version_that_was_stored_before_the_slot_and_the_log_is_still_read() -> None:
    version = TypeAdapter(Version).validate_python(OLD_VERSION)
    assert version.seal == Seal("key", level=SealLevel.DETACHED, signature="c2ln")
    assert (version.kind, version.log_index, version.document_sha256) == (VersionKind.FIRST, None, None)


def test_a_plan_that_was_stored_before_the_status_list_is_still_read() -> None:
    old = {"version": 1, "number": NUMBER, "code_hash": "ab" * 32, "issued_on": "2026-11-23"}
    plan = TypeAdapter(SigningPlan).validate_python({**old, "approval": OLD_APPROVAL})
    assert (plan.kind, plan.status_index) == (VersionKind.FIRST, None)


async def test_what_is_personal_is_sealed_at_rest() -> None:
    world = await new_world()
    await world.brought_to(Stage.ISSUED)
    documents = repr(vars(world.deps.certificates))
    for secret in ("ZZ100005", "Yassine", "ياسين", "1994-03-08", "profound"):
        assert secret not in documents
