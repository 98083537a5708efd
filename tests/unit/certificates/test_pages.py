"""The pages of certificates, as a browser asks for them, in Arabic and in French."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus

import pytest

from libs.contracts.code import format_code
from libs.contracts.people import Role
from services.certificates.domain.certificate import Stage
from services.certificates.pages.steps import STEPS
from tests.support.certificates_house import WORDS, House, house_of
from tests.support.certificates_world import new_world

STEP_STAGES = {name: next(iter(step.roles)) for name, step in STEPS.items()}
FILLED = {
    "draft": {"compared": "yes"},
    "check": {"compared": "yes"},
    "register": {},
    "sign": {"approved": "yes"},
    "return": {"reason": "The birth place differs from the register."},
    "handover": {"identity_checked": "yes", "paper_signed": "yes"},
}
LEADS = {
    "draft": Stage.CONTROL,
    "check": Stage.RECORDING,
    "register": Stage.SIGNATURE,
    "sign": Stage.ISSUED,
    "return": Stage.DRAFTING,
    "handover": Stage.ISSUED,
}


@pytest.fixture
async def house() -> House:
    return house_of(await new_world())


languages = pytest.mark.parametrize("lang", ["ar", "fr"])


@languages
@pytest.mark.parametrize("step", STEPS)
async def test_a_step_shows_its_page_takes_its_answers_and_leads_back(
    house: House, step: str, lang: str
) -> None:
    await house.world.brought_to(STEP_STAGES[step])
    caller = house.somebody(next(iter(STEPS[step].roles.values())))
    path = f"/staff/certificates/request-1/{step}"

    page = await house.get(path, caller, lang)
    assert page.status_code == HTTPStatus.OK
    assert WORDS.word(lang, f"step.{step}.title") in page.text
    assert "ZZ100005" in page.text

    answer = await house.post(path, caller, FILLED[step], lang)
    assert answer.status_code == HTTPStatus.SEE_OTHER
    assert (await house.world.file()).stage is LEADS[step]

    back = await house.get(answer.headers["location"], house.somebody(Role.CENTRAL_AGENT), lang)
    assert WORDS.word(lang, f"step.{step}.done") in back.text


@languages
@pytest.mark.parametrize("step", [name for name, answers in FILLED.items() if answers])
async def test_a_step_without_its_answers_says_what_is_missing(house: House, step: str, lang: str) -> None:
    await house.world.brought_to(STEP_STAGES[step])
    caller = house.somebody(next(iter(STEPS[step].roles.values())))
    answer = await house.post(f"/staff/certificates/request-1/{step}", caller, {}, lang)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    for field in FILLED[step]:
        assert WORDS.word(lang, f"step.{step}.{field}.missing") in answer.text
    assert (await house.world.file()).stage is STEP_STAGES[step]


async def test_a_reason_that_is_too_short_is_kept_and_refused(house: House) -> None:
    await house.world.brought_to(Stage.CONTROL)
    caller = house.somebody(Role.CONTROLLER)
    answer = await house.post("/staff/certificates/request-1/return", caller, {"reason": "no"})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert ">no</textarea>" in answer.text


@languages
async def test_the_own_draft_is_refused_to_the_controller_with_a_clear_word(house: House, lang: str) -> None:
    both = house.somebody(Role.CERTIFICATE_OFFICER, Role.CONTROLLER)
    await house.world.approved()
    await house.post("/staff/certificates/request-1/draft", both, FILLED["draft"])
    answer = await house.post("/staff/certificates/request-1/check", both, FILLED["check"], lang)
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert WORDS.word(lang, "error.four-eyes") in answer.text
    file = await house.get("/staff/certificates/request-1", both, lang)
    assert WORDS.word(lang, "step.check.other_eyes") in file.text
    assert 'href="/staff/certificates/request-1/check"' not in file.text


async def test_a_second_signature_is_refused(house: House) -> None:
    await house.world.brought_to(Stage.SIGNATURE)
    signatory = house.somebody(Role.SIGNATORY)
    path = "/staff/certificates/request-1/sign"
    assert (await house.post(path, signatory, FILLED["sign"])).status_code == HTTPStatus.SEE_OTHER
    again = await house.post(path, signatory, FILLED["sign"])
    assert again.status_code == HTTPStatus.CONFLICT
    assert WORDS.word("ar", "error.already-issued") in again.text
    assert len((await house.world.file()).versions) == 1


async def test_signing_asks_who_it_is_again_after_five_minutes(house: House) -> None:
    await house.world.brought_to(Stage.SIGNATURE)
    signatory = house.somebody(Role.SIGNATORY)
    house.site.authority.clock.advance(timedelta(minutes=6))
    for answer in (
        await house.get("/staff/certificates/request-1/sign", signatory),
        await house.post("/staff/certificates/request-1/sign", signatory, FILLED["sign"]),
    ):
        assert answer.status_code == HTTPStatus.SEE_OTHER
        assert "fresh=5" in answer.headers["location"]
    assert (await house.world.file()).plan is None


@pytest.mark.parametrize("step", STEPS)
async def test_a_step_is_closed_to_every_other_role(house: House, step: str) -> None:
    await house.world.brought_to(STEP_STAGES[step])
    allowed = set(STEPS[step].roles.values())
    for role in set(Role) - allowed:
        caller = house.somebody(role, staff_id=f"a {role}")
        answer = await house.post(f"/staff/certificates/request-1/{step}", caller, FILLED[step])
        assert answer.status_code == HTTPStatus.FORBIDDEN, role
    assert (await house.world.file()).stage is STEP_STAGES[step]


async def test_a_step_that_is_not_next_leads_to_the_file(house: House) -> None:
    await house.world.approved()
    answer = await house.get("/staff/certificates/request-1/check", house.somebody(Role.CONTROLLER))
    assert answer.headers["location"] == "/staff/certificates/request-1"


@languages
async def test_a_queue_shows_its_files(house: House, lang: str) -> None:
    await house.world.approved()
    for path in ("/staff/certificates", "/staff/certificates?stage=4", "/staff/certificates?stage=5"):
        page = await house.get(path, house.somebody(Role.CERTIFICATE_OFFICER), lang)
        assert page.status_code == HTTPStatus.OK
        assert ("/staff/certificates/request-1" in page.text) is not path.endswith("5")


async def test_a_search_finds_by_reference(house: House) -> None:
    await house.world.brought_to(Stage.RECORDING)
    officer = house.somebody(Role.CERTIFICATE_OFFICER)
    found = await house.get("/staff/certificates?named=%202026-0000123%20", officer)
    assert "/staff/certificates/request-1" in found.text
    nothing = await house.get("/staff/certificates?named=2026-0000999", officer)
    assert "/staff/certificates/request-1" not in nothing.text


@pytest.mark.parametrize("stage", ["3", "9", "x"])
async def test_an_unknown_stage_is_refused(house: House, stage: str) -> None:
    answer = await house.get(f"/staff/certificates?stage={stage}", house.somebody(Role.REGISTRAR))
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


async def test_a_reason_is_shown_to_the_staff_as_text(house: House) -> None:
    await house.world.brought_to(Stage.CONTROL)
    controller = house.somebody(Role.CONTROLLER)
    reason = "<script>alert(1)</script> is no name"
    await house.post("/staff/certificates/request-1/return", controller, {"reason": reason})
    page = await house.get("/staff/certificates/request-1", controller)
    assert "&lt;script&gt;" in page.text
    assert "<script>" not in page.text


async def test_a_preview_is_a_pdf_for_the_central_staff_only(house: House) -> None:
    await house.world.approved()
    path = "/staff/certificates/request-1/preview.pdf"
    answer = await house.get(path, house.somebody(Role.CONTROLLER))
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'inline; filename="preview.pdf"'
    desk = house.somebody(Role.DELIVERY_DESK, staff_id="desk")
    assert (await house.get(path, desk)).status_code == HTTPStatus.FORBIDDEN


@languages
async def test_holders_see_what_theirs_says(house: House, lang: str) -> None:
    await house.world.brought_to(Stage.ISSUED)
    person = house.site.authority.person("person-1")
    assert "2026/000001" in (await house.get("/certificates", person, lang)).text
    page = (await house.get("/certificates/request-1", person, lang)).text
    code = (await house.world.file()).get_personal().codes[0]
    for shown in ("ZZ100005", "مكناس", format_code(code), WORDS.word(lang, "status.valid")):
        assert shown in page


async def test_an_expired_certificate_is_told_as_expired(house: House) -> None:
    until = house.world.clock.now().date()
    await house.world.brought_to(Stage.ISSUED, valid_until=until)
    house.world.clock.advance(timedelta(days=2))
    page = await house.get("/certificates/request-1", house.site.authority.person("person-1"), "fr")
    assert WORDS.word("fr", "status.expired") in page.text


async def test_the_pdf_goes_to_its_holder_without_being_kept_on_the_way(house: House) -> None:
    await house.world.brought_to(Stage.ISSUED)
    answer = await house.get("/certificates/request-1/pdf", house.site.authority.person("person-1"))
    seal = (await house.world.file()).versions[0].seal
    assert answer.content == house.world.papers.kept["request-1-1"][1] + b64decode(seal.cms)
    assert answer.headers["content-disposition"] == 'inline; filename="certificate.pdf"'
    assert "no-store" in answer.headers["cache-control"]
    assert "CertificateDownloaded" in await house.world.platform.published()


@pytest.mark.parametrize("path", ["", "/pdf"])
async def test_a_certificate_of_somebody_else_does_not_exist(house: House, path: str) -> None:
    await house.world.brought_to(Stage.ISSUED)
    other = await house.get(f"/certificates/request-1{path}", house.site.authority.person("person-2"))
    nothing = await house.get(f"/certificates/request-9{path}", house.site.authority.person("person-2"))
    assert (other.status_code, nothing.status_code) == (HTTPStatus.NOT_FOUND, HTTPStatus.NOT_FOUND)


async def test_a_desk_of_another_centre_does_not_get_the_pdf(house: House) -> None:
    await house.world.brought_to(Stage.ISSUED)
    here = house.somebody(Role.DELIVERY_DESK, staff_id="here")
    there = house.site.authority.hire("there", Role.DELIVERY_DESK, centres=["231"])
    assert (await house.get("/certificates/request-1/pdf", here)).status_code == HTTPStatus.OK
    assert (await house.get("/certificates/request-1/pdf", there)).status_code == HTTPStatus.NOT_FOUND


async def test_an_erased_certificate_is_told_as_such(house: House) -> None:
    await house.world.brought_to(Stage.ISSUED)
    stored = await house.world.stored()
    await house.world.deps.certificates.save(stored, replace(stored.value, personal=None))
    page = await house.get("/staff/certificates/request-1", house.somebody(Role.CENTRAL_AGENT), "fr")
    assert page.status_code == HTTPStatus.GONE
    assert WORDS.word("fr", "error.erased.title") in page.text


async def test_programs_get_the_own_certificates(house: House) -> None:
    await house.world.brought_to(Stage.ISSUED, "mine")
    await house.world.brought_to(Stage.ISSUED, "hers", person_id="person-2")
    person = house.site.authority.person("person-1")
    listed = (await house.get("/api/certificates/v1/certificates", person)).json()
    assert [(item["id"], item["status"], item["pdf"]) for item in listed] == [
        ("mine", "valid", "/certificates/mine/pdf")
    ]
    one = (await house.get("/api/certificates/v1/certificates/mine", person)).json()
    assert one["printed"]["identifier"]["number"] == "ZZ100005"
    other = await house.get("/api/certificates/v1/certificates/hers", person)
    assert other.json()["type"].endswith("/problems/not-found")


async def test_no_page_shows_a_code_in_an_address(house: House) -> None:
    await house.world.brought_to(Stage.ISSUED)
    code = (await house.world.file()).get_personal().codes[0]
    page = await house.get("/certificates/request-1", house.site.authority.person("person-1"))
    assert f"/{format_code(code)}" not in page.text
    assert f"={format_code(code)}" not in page.text
