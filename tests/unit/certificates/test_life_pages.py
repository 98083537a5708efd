"""The pages of a certificate's life, for the staff, in Arabic and in French."""

from __future__ import annotations

from datetime import date, timedelta
from http import HTTPStatus

import pytest

from libs.contracts.certificates import CertificateStatus
from libs.contracts.people import Role
from libs.ui.pages import Pages
from services.certificates.domain.certificate import Stage
from services.certificates.domain.orders import OrderKind
from services.certificates.domain.version import VersionKind
from services.certificates.pages.life import LIFE_ACTS
from tests.support.certificates_world import PRINTED
from tests.support.life_house import FILE, House, new_house, says

WORDS = Pages("services.certificates")
STAFF_PATH = f"/staff/certificates/{FILE}"
REASON = {"reason": "The police asked for an inquiry."}
REVOCATION = {
    **REASON,
    "revocation": "forgery",
    "seized_on-day": "20",
    "seized_on-month": "11",
    "seized_on-year": "2026",
    "seized_by": "الدرك الملكي",
}
FILLED = {
    "suspend": REASON,
    "resume": REASON,
    "revoke": REVOCATION,
    "confirm": {"approved": "yes"},
    "decline": {},
    "duplicate": {"loss_declared": "yes"},
    "drop": REASON,
    "dismiss": REASON,
}
MISSING = {
    "suspend": ["step.return.reason.missing"],
    "resume": ["step.return.reason.missing"],
    "revoke": ["step.return.reason.missing", "life.revocation.missing"],
    "confirm": ["life.confirm.approved.missing"],
    "duplicate": ["life.duplicate.loss_declared.missing"],
    "drop": ["step.return.reason.missing"],
    "dismiss": ["step.return.reason.missing"],
}
CORRECTION = {
    "arabic_family_name": PRINTED.arabic_family_name,
    "arabic_given_name": PRINTED.arabic_given_name,
    "latin_family_name": PRINTED.latin_family_name,
    "latin_given_name": PRINTED.latin_given_name,
    "sex": "male",
    "birth_precision": "day",
    "birth_date-day": "8",
    "birth_date-month": "3",
    "birth_date-year": "1994",
    "birth_place": "فاس",
}
languages = pytest.mark.parametrize("lang", ["ar", "fr"])


@pytest.fixture
async def house() -> House:
    return await new_house(WORDS)


@languages
@pytest.mark.parametrize("act", LIFE_ACTS)
async def test_an_act_shows_its_page_takes_its_answers_and_leads_back(
    house: House, act: str, lang: str
) -> None:
    await house.ready_for(act)
    caller = house.somebody(LIFE_ACTS[act].roles[0])
    path = f"{STAFF_PATH}/life/{act}"
    file = await house.get(STAFF_PATH, caller, lang)
    assert f'href="{path}"' in file.text
    page = await house.get(path, caller, lang)
    assert page.status_code == HTTPStatus.OK
    assert says(page, WORDS.word(lang, f"life.{act}.title"))
    answer = await house.post(path, caller, FILLED[act], lang)
    assert answer.headers["location"] == f"{STAFF_PATH}?done={act}"
    back = await house.get(answer.headers["location"], caller, lang)
    assert says(back, WORDS.word(lang, f"life.{act}.done"))


@languages
@pytest.mark.parametrize("act", MISSING)
async def test_an_act_without_its_answers_says_what_is_missing(house: House, act: str, lang: str) -> None:
    await house.ready_for(act)
    before = await house.world.file()
    caller = house.somebody(LIFE_ACTS[act].roles[0])
    answer = await house.post(f"{STAFF_PATH}/life/{act}", caller, {}, lang)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    for key in MISSING[act]:
        assert says(answer, WORDS.word(lang, key))
    assert await house.world.file() == before


@pytest.mark.parametrize("act", LIFE_ACTS)
async def test_an_act_is_closed_to_every_other_role(house: House, act: str) -> None:
    await house.ready_for(act)
    before = await house.world.file()
    for role in set(Role) - set(LIFE_ACTS[act].roles):
        answer = await house.post(f"{STAFF_PATH}/life/{act}", house.somebody(role), FILLED[act])
        assert answer.status_code == HTTPStatus.FORBIDDEN, role
    assert await house.world.file() == before


@pytest.mark.parametrize("act", LIFE_ACTS)
async def test_an_act_that_cannot_be_done_leads_to_the_file_or_is_refused(house: House, act: str) -> None:
    await house.ready_for(act)
    caller = house.somebody(LIFE_ACTS[act].roles[0])
    await house.post(f"{STAFF_PATH}/life/{act}", caller, FILLED[act])
    again = await house.get(f"{STAFF_PATH}/life/{act}", caller)
    assert again.headers["location"] == STAFF_PATH
    refused = await house.post(f"{STAFF_PATH}/life/{act}", caller, FILLED[act])
    assert refused.status_code == HTTPStatus.CONFLICT


async def test_an_act_of_no_name_does_not_exist(house: House) -> None:
    answer = await house.get(f"{STAFF_PATH}/life/burn", house.somebody(Role.SIGNATORY))
    assert answer.status_code == HTTPStatus.NOT_FOUND


async def test_confirming_asks_who_it_is_again_after_five_minutes(house: House) -> None:
    await house.asked(OrderKind.REVOKE)
    signatory = house.somebody(Role.SIGNATORY)
    house.site.authority.clock.advance(timedelta(minutes=6))
    answer = await house.post(f"{STAFF_PATH}/life/confirm", signatory, FILLED["confirm"])
    assert "fresh=5" in answer.headers["location"]
    assert (await house.world.file()).versions[0].status is CertificateStatus.VALID


@languages
async def test_the_signatory_reads_why_and_what_was_seized(house: House, lang: str) -> None:
    officer = house.somebody(Role.CERTIFICATE_OFFICER)
    await house.post(f"{STAFF_PATH}/life/revoke", officer, REVOCATION)
    waiting = await house.get("/staff/certificates/asked", house.somebody(Role.SIGNATORY), lang)
    assert f'href="{STAFF_PATH}"' in waiting.text
    page = await house.get(f"{STAFF_PATH}/life/confirm", house.somebody(Role.SIGNATORY), lang)
    for word in (WORDS.word(lang, "revocation.forgery"), "الدرك الملكي", REASON["reason"]):
        assert says(page, word)


@pytest.mark.parametrize("fields", [{"seized_by": ""}, {"seized_on-year": "2027"}])
async def test_a_seizure_needs_its_authority_and_a_day_that_has_come(
    house: House, fields: dict[str, str]
) -> None:
    officer = house.somebody(Role.CERTIFICATE_OFFICER)
    answer = await house.post(f"{STAFF_PATH}/life/revoke", officer, REVOCATION | fields)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert (await house.world.file()).order is None


async def test_the_desk_reads_no_grounds(house: House) -> None:
    await house.asked(OrderKind.REVOKE)
    page = await house.get(STAFF_PATH, house.somebody(Role.DELIVERY_DESK))
    assert page.status_code == HTTPStatus.OK
    assert "a secret word" not in page.text
    asked = await house.get("/staff/certificates/asked", house.somebody(Role.DELIVERY_DESK))
    assert asked.status_code == HTTPStatus.FORBIDDEN


@languages
async def test_a_correction_is_proposed_beside_what_is_printed(house: House, lang: str) -> None:
    officer = house.somebody(Role.CERTIFICATE_OFFICER)
    page = await house.get(f"{STAFF_PATH}/correct", officer, lang)
    assert f'value="{PRINTED.arabic_family_name}"' in page.text
    answer = await house.post(f"{STAFF_PATH}/correct", officer, CORRECTION, lang)
    back = await house.get(answer.headers["location"], officer, lang)
    assert says(back, WORDS.word(lang, "life.correct.done"))
    assert says(back, WORDS.word(lang, "correct.now"))
    assert "فاس" in back.text
    assert PRINTED.birth_place in back.text
    file = await house.world.file()
    assert file.reissue is not None
    assert (file.reissue.kind, file.stage) == (VersionKind.CORRECTION, Stage.DRAFTING)
    again = await house.get(f"{STAFF_PATH}/correct", officer, lang)
    assert 'value="فاس"' in again.text


@pytest.mark.parametrize(
    ("field", "typed", "key"),
    [
        ("arabic_given_name", "", "correct.arabic_given_name.missing"),
        ("arabic_given_name", "Yassine", "correct.arabic"),
        ("latin_given_name", "ياسين", "correct.latin"),
        ("sex", "", "correct.sex.missing"),
        ("birth_place", "", "correct.birth_place.missing"),
        ("birth_precision", "", "correct.birth_precision.missing"),
        ("birth_place", PRINTED.birth_place, "error.nothing-to-correct"),
    ],
)
async def test_a_correction_that_cannot_be_printed_is_told_at_its_field(
    house: House, field: str, typed: str, key: str
) -> None:
    officer = house.somebody(Role.CERTIFICATE_OFFICER)
    answer = await house.post(f"{STAFF_PATH}/correct", officer, CORRECTION | {field: typed}, "fr")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert says(answer, WORDS.word("fr", key))
    assert (await house.world.file()).reissue is None


async def test_a_year_alone_is_kept_as_its_first_day(house: House) -> None:
    officer = house.somebody(Role.CERTIFICATE_OFFICER)
    await house.post(f"{STAFF_PATH}/correct", officer, CORRECTION | {"birth_precision": "year"})
    assert (await house.world.file()).get_personal().to_print.birth_date == date(1994, 1, 1)


async def test_only_the_officer_corrects(house: House) -> None:
    for role in set(Role) - {Role.CERTIFICATE_OFFICER}:
        answer = await house.post(f"{STAFF_PATH}/correct", house.somebody(role), CORRECTION)
        assert answer.status_code == HTTPStatus.FORBIDDEN, role
