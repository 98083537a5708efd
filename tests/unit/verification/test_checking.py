"""What a code comes to, and how often a wrong one may be tried."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from libs.chassis.web.errors import TooManyAttempts
from libs.contracts.certificates import CertificateStatus, SupersededBy
from libs.contracts.code import code_hash, format_code
from services.verification.adapters.misses import MOST, WINDOW_S
from services.verification.domain.certificate import PublicCertificate, Reason, Verdict, masked
from services.verification.domain.typed import key_of
from services.verification.errors import CannotSayNow
from services.verification.handlers.checking import (
    check_code,
)
from tests.support.verifying import (
    CODE,
    NETWORK,
    OTHER_CODE,
    UNKNOWN_CODE,
    Verifying,
    verifying,
    version,
)

TYPED = format_code(CODE)


async def verdict(service: Verifying, code: str = CODE) -> Verdict:
    return check_code(service.deps, format_code(code), NETWORK).verdict


async def test_a_code_shows_number_dates_and_a_masked_name() -> None:
    service = await verifying()
    await service.know(version(valid_until=date(2031, 11, 19)))
    answer = check_code(service.deps, TYPED, NETWORK)
    assert answer.verdict is Verdict.VALID
    assert answer.shown is not None
    assert (answer.shown.number, answer.shown.issued_on) == ("2026/000123", date(2026, 11, 20))
    assert answer.shown.valid_until == date(2031, 11, 19)
    assert answer.shown.arabic_name == "ي••• أ••• وَ•••"
    assert answer.shown.latin_name == "Y••• A••• O•••"


async def test_a_code_is_read_however_it_is_typed() -> None:
    service = await verifying()
    await service.know()
    for typed in (
        TYPED.lower(),
        TYPED.replace("-", ""),
        f"  {TYPED.replace('-', ' ')}\n",
        TYPED.replace("0", "O"),
    ):
        assert check_code(service.deps, typed, NETWORK).verdict is Verdict.VALID


@pytest.mark.parametrize("status", set(CertificateStatus) - {CertificateStatus.VALID})
async def test_a_status_is_told_as_it_is(status: CertificateStatus) -> None:
    service = await verifying()
    await service.know(version(status=status, valid_until=date(2020, 1, 1)))
    assert await verdict(service) == status.value


async def test_a_certificate_expires_by_itself_after_its_last_day_in_morocco() -> None:
    service = await verifying()
    await service.know(version(valid_until=date(2026, 11, 23)))
    assert await verdict(service) is Verdict.VALID
    service.clock.advance(timedelta(hours=10, minutes=59))
    assert await verdict(service) is Verdict.VALID
    service.clock.advance(timedelta(minutes=1))
    assert await verdict(service) is Verdict.EXPIRED


async def test_each_version_answers_to_its_own_code() -> None:
    service = await verifying()
    await service.know(
        version(status=CertificateStatus.SUPERSEDED), version(OTHER_CODE, version=2, number="2026/000124")
    )
    assert await verdict(service) is Verdict.SUPERSEDED
    answer = check_code(service.deps, format_code(OTHER_CODE), NETWORK)
    assert answer.verdict is Verdict.VALID
    assert answer.shown is not None
    assert answer.shown.number == "2026/000124"


async def test_a_revocation_is_seen_at_once_and_an_older_state_comes_too_late() -> None:
    service = await verifying()
    await service.know()
    await service.know(version(status=CertificateStatus.REVOKED))
    assert await verdict(service) is Verdict.REVOKED
    await service.know(sequence=1)
    assert await verdict(service) is Verdict.REVOKED


async def test_scenario_nine_a_revocation_during_verification_is_never_hidden_by_a_cache() -> None:
    """Checked at 10:00:00, revoked at 10:00:05, checked at 10:00:06 (domain digest, scenario 9)."""
    service = await verifying()
    service.clock.advance(datetime(2026, 11, 20, 10, tzinfo=UTC) - service.clock.now())
    await service.know(version())
    assert await verdict(service) is Verdict.VALID
    service.clock.advance(timedelta(seconds=5))
    revoked_at = service.clock.now()
    await service.know(version(status=CertificateStatus.REVOKED, changed_at=revoked_at))
    service.clock.advance(timedelta(seconds=1))
    answer = check_code(service.deps, TYPED, NETWORK)
    assert answer.verdict is Verdict.REVOKED
    assert answer.shown is not None
    assert answer.shown.since == revoked_at
    assert not answer.content_may_follow


@pytest.mark.parametrize("by", SupersededBy)
async def test_an_old_code_says_since_when_and_by_what_it_was_superseded(by: SupersededBy) -> None:
    service = await verifying()
    at = service.clock.now()
    old = version(status=CertificateStatus.SUPERSEDED, changed_at=at, superseded_by=by)
    await service.know(old, version(OTHER_CODE, version=2))
    answer = check_code(service.deps, TYPED, NETWORK)
    assert answer.verdict is Verdict.SUPERSEDED
    assert answer.shown is not None
    assert (answer.shown.since, answer.shown.superseded_by) == (at, by)
    assert (
        answer.reason
        == {
            SupersededBy.CORRECTION: "superseded-by-correction",
            SupersededBy.DUPLICATE: "duplicate-issued",
            SupersededBy.RENEWAL: "renewed",
        }[by]
    )
    assert await verdict(service, OTHER_CODE) is Verdict.VALID


async def test_what_is_in_force_says_nothing_of_a_change() -> None:
    service = await verifying()
    await service.know(version(changed_at=service.clock.now()))
    answer = check_code(service.deps, TYPED, NETWORK)
    assert answer.shown is not None
    assert (answer.shown.since, answer.shown.superseded_by) == (None, None)


async def test_an_unknown_code_is_told_as_such() -> None:
    service = await verifying()
    await service.know()
    answer = check_code(service.deps, format_code(UNKNOWN_CODE), NETWORK)
    assert (answer.verdict, answer.reason, answer.shown) == (Verdict.UNKNOWN, Reason.UNKNOWN, None)


async def test_a_malformed_code_brings_what_was_likely_meant() -> None:
    service = await verifying()
    answer = check_code(service.deps, TYPED.replace("8", "B", 1), NETWORK)
    assert answer.verdict is Verdict.MALFORMED
    assert TYPED in answer.suggestions


@pytest.mark.parametrize("wrong", [format_code(UNKNOWN_CODE), "nonsense"])
async def test_wrong_codes_are_throttled_by_network(wrong: str) -> None:
    service = await verifying()
    await service.know()
    for _ in range(MOST):
        check_code(service.deps, wrong, NETWORK)
    for typed in (wrong, TYPED):
        with pytest.raises(TooManyAttempts) as refused:
            check_code(service.deps, typed, NETWORK)
        assert refused.value.details == {"retry_after_s": WINDOW_S}
    check_code(service.deps, wrong, "198.51.100.1")
    service.clock.advance(timedelta(seconds=WINDOW_S))
    check_code(service.deps, wrong, NETWORK)


async def test_right_codes_are_no_guesses() -> None:
    service = await verifying()
    await service.know()
    for _ in range(3 * MOST):
        assert check_code(service.deps, TYPED, NETWORK).verdict is Verdict.VALID


@pytest.mark.parametrize("behind_s", [None, 45.0, 4000.0])
@pytest.mark.parametrize("code", [CODE, UNKNOWN_CODE])
async def test_while_the_model_is_not_fresh_nothing_is_said_of_any_code(
    code: str, behind_s: float | None
) -> None:
    service = await verifying()
    await service.know()
    service.freshness.behind_s = behind_s
    with pytest.raises(CannotSayNow) as refused:
        check_code(service.deps, format_code(code), NETWORK)
    assert refused.value.details == {"reason": Reason.MODEL_STALE}


async def test_while_changes_may_have_been_lost_nothing_is_said_either() -> None:
    service = await verifying()
    await service.know()
    service.memory.is_current = False
    with pytest.raises(CannotSayNow):
        check_code(service.deps, TYPED, NETWORK)


async def test_a_code_in_doubt_is_not_answered_and_others_are() -> None:
    service = await verifying()
    await service.know(version(), version(OTHER_CODE, version=2))
    service.memory.doubted.add(key_of(code_hash(CODE)))
    with pytest.raises(CannotSayNow) as refused:
        check_code(service.deps, TYPED, NETWORK)
    assert refused.value.details == {"reason": Reason.IN_DOUBT}
    assert await verdict(service, OTHER_CODE) is Verdict.VALID


async def test_what_cannot_be_a_code_is_told_at_any_time() -> None:
    service = await verifying()
    service.freshness.behind_s = None
    assert check_code(service.deps, "nonsense", NETWORK).reason is Reason.MALFORMED_LENGTH


async def test_what_is_stored_hides_the_person() -> None:
    service = await verifying()
    await service.know()
    (stored,) = await service.store.certificates.find_by({"certificate_id": "request-1"})
    assert isinstance(stored.value, PublicCertificate)
    document = vars(service.store.certificates)["_documents"]["request-1"]
    assert "personal" not in document["state"]
    assert "Yassine" not in str(document)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Salma T", "S••• T•••"),
        ("وَعزيز", "وَ•••"),
        ("  ياسين   أيت ", "ي••• أ•••"),
        ("e\N{COMBINING ACUTE ACCENT}lise", "e\N{COMBINING ACUTE ACCENT}•••"),
        ("", ""),
    ],
)
def test_a_masked_name_keeps_first_letters_and_no_length(name: str, shown: str) -> None:
    assert masked(name) == shown
