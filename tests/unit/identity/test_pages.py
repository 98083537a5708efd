"""Identity's pages as a browser sees them, in Arabic and in French."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import httpx
import pytest

from libs.chassis.web.sessions import COOKIE
from libs.contracts.identity import RegistrationRepeated, SessionRevoked
from libs.contracts.people import Role
from services.identity.handlers.staff import Post, take_on
from tests.support.identity_house import BORN_ON, CHOSEN, EMAIL, House, born, build_house, path_of

FILLED = {"kind": "cin", "number": "zz 100-002", "email": EMAIL, "consent": "yes", **born()}
PAGES = (
    "/",
    "/register",
    "/register/done",
    "/login",
    "/login/forgotten",
    "/login/forgotten/done",
    "/staff/login",
    "/terms",
    "/privacy",
)


async def log_in(browser: httpx.AsyncClient, code: str, **more: str) -> httpx.Response:
    return await browser.post("/login", data={"number": "ZZ100002", "code": code} | born() | more)


async def choose(browser: httpx.AsyncClient, code: str = CHOSEN, **more: str) -> httpx.Response:
    return await browser.post("/account/code", data={"new_code": code, "new_code_again": code, **more})


async def signed_in(house: House, browser: httpx.AsyncClient) -> None:
    """Let somebody register, log in and choose a code."""
    assert (await browser.post("/register", data=FILLED)).status_code == 303
    assert path_of(await log_in(browser, (await house.mailed_codes())[-1][1])) == "/account/code"
    assert path_of(await choose(browser)) == "/space"


@pytest.mark.parametrize("lang", ["ar", "fr"])
@pytest.mark.parametrize("path", PAGES)
async def test_every_public_page_opens_in_both_languages(house: House, path: str, lang: str) -> None:
    async with house.browser(lang) as browser:
        page = await browser.get(path)
    assert page.status_code == 200
    assert f'dir="{"rtl" if lang == "ar" else "ltr"}"' in page.text


async def test_the_start_page_greets_as_the_portal_does(house: House) -> None:
    async with house.browser() as browser:
        page = unescape((await browser.get("/")).text)
    for words in ("فضاء خاص مؤمن", "لا تتوفرون على فضاء خاص؟", "تتوفرون على فضاء خاص؟", "+ إنشاء فضاء خاص"):
        assert words in page


async def test_from_registration_to_the_private_space(house: House) -> None:
    async with house.browser() as browser:
        await signed_in(house, browser)
        page = await browser.get("/account")
    assert page.status_code == 200
    assert "ZZ100002" in page.text
    assert EMAIL in page.text


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("ar", ("هناك مشكل", "أدخلوا رقمكم", "اطلعوا على شروط")),
        ("fr", ("Il y a un problème", "Saisissez votre numéro")),
    ],
)
async def test_a_wrong_form_tells_all_faults_at_once_and_keeps_what_was_typed(
    house: House, lang: str, told: tuple[str, ...]
) -> None:
    async with house.browser(lang) as browser:
        page = await browser.post("/register", data={"kind": "cin", "email": "kept@example.org"})
    assert page.status_code == 422
    assert "kept@example.org" in page.text
    assert all(words in unescape(page.text) for words in told)


async def test_a_birth_certificate_needs_office_and_year(house: House) -> None:
    act = FILLED | {"kind": "birth_certificate", "number": "214"}
    async with house.browser("fr") as browser:
        refused = await browser.post("/register", data=act)
        accepted = await browser.post("/register", data=act | {"office": "Meknès", "year": "2019"})
    assert refused.status_code == 422
    assert 'href="#office"' in refused.text
    assert path_of(accepted) == "/register/done"


async def test_a_residence_card_of_a_cins_form_logs_in_by_its_kind(house: House) -> None:
    card = {"kind": "residence_card", "number": "ZZ100002"}
    async with house.browser() as browser:
        await browser.post("/register", data=FILLED | card)
        code = (await house.mailed_codes())[-1][1]
        assert (await log_in(browser, code)).status_code == 422
        assert path_of(await log_in(browser, code, **card)) == "/account/code"


async def test_a_second_registration_looks_like_the_first(house: House) -> None:
    async with house.browser() as browser:
        first = await browser.post("/register", data=FILLED)
        second = await browser.post("/register", data=FILLED | {"email": "somebody.else@example.org"})
    assert (first.status_code, first.text, path_of(first)) == (
        second.status_code,
        second.text,
        path_of(second),
    )
    assert len(await house.of_type(RegistrationRepeated)) == 1


@pytest.mark.parametrize(
    "wrong", [{"number": "ZZ100003"}, {"born_on-day": "2"}, {"code": "wrong guess"}], ids=str
)
async def test_a_refused_login_never_tells_which_part_is_wrong(house: House, wrong: dict[str, str]) -> None:
    async with house.browser("fr") as browser:
        await signed_in(house, browser)
        browser.cookies.clear()
        page = await browser.post("/login", data={"number": "ZZ100002", "code": CHOSEN} | born() | wrong)
    assert page.status_code == 422
    assert "Ces informations ne correspondent pas" in unescape(page.text)
    assert COOKIE not in page.headers.get("set-cookie", "")
    assert CHOSEN not in page.text


async def test_no_page_but_the_code_form_opens_before_a_code_is_chosen(house: House) -> None:
    async with house.browser() as browser:
        await browser.post("/register", data=FILLED)
        await log_in(browser, (await house.mailed_codes())[-1][1])
        assert (await browser.get("/account")).status_code == 403
        form = await browser.get("/account/code")
    assert 'name="old_code"' not in form.text
    assert "/requests/new" not in form.text


async def test_a_weak_or_unconfirmed_code_is_told_at_its_field(house: House) -> None:
    async with house.browser("fr") as browser:
        await browser.post("/register", data=FILLED)
        await log_in(browser, (await house.mailed_codes())[-1][1])
        weak = await choose(browser, "12345678")
        different = await choose(browser, CHOSEN, new_code_again="another")
    assert (weak.status_code, different.status_code) == (422, 422)
    assert "facile à deviner" in unescape(weak.text)
    assert "Les deux codes sont différents" in unescape(different.text)


async def test_where_the_visitor_wanted_to_go_survives_login_and_choice(house: House) -> None:
    async with house.browser() as browser:
        await browser.post("/register", data=FILLED)
        entered = await log_in(browser, (await house.mailed_codes())[-1][1], next="/requests/new?kept=x")
        assert entered.headers["location"] == "/account/code?next=%2Frequests%2Fnew%3Fkept%3Dx"
        chosen = await choose(browser, next="/requests/new?kept=x")
    assert chosen.headers["location"] == "/requests/new?kept=x"


async def test_nobody_is_led_to_another_site(house: House) -> None:
    async with house.browser() as browser:
        await signed_in(house, browser)
        entered = await log_in(browser, CHOSEN, next="https://example.org/")
        renewed = await browser.get("/session", params={"next": "//example.org/"})
    assert (entered.headers["location"], renewed.headers["location"]) == ("/space", "/space")


async def test_an_expired_token_is_renewed_and_leads_back(house: House) -> None:
    async with house.browser() as browser:
        await signed_in(house, browser)
        house.clock.advance(timedelta(minutes=16))
        expired = await browser.get("/account")
        assert expired.headers["location"] == "/session?next=%2Faccount"
        renewed = await browser.get(expired.headers["location"])
        assert renewed.headers["location"] == "/account"
        assert (await browser.get("/account")).status_code == 200


async def test_a_session_that_rested_too_long_leads_to_the_login(house: House) -> None:
    async with house.browser() as browser:
        await signed_in(house, browser)
        house.clock.advance(timedelta(minutes=31))
        over = await browser.get("/session", params={"next": "/account"})
    assert over.headers["location"] == "/login?next=%2Faccount"
    assert f'{COOKIE}=""' in over.headers["set-cookie"]


async def test_a_posted_form_waits_for_the_renewal(house: House) -> None:
    async with house.browser() as browser:
        await signed_in(house, browser)
        house.clock.advance(timedelta(minutes=16))
        late = await browser.post("/account", data={"language": "fr"})
        assert path_of(late) == "/session"
        assert "%3Fkept%3D" in late.headers["location"]


async def test_logging_out_ends_the_session_for_good(house: House) -> None:
    async with house.browser() as browser:
        await signed_in(house, browser)
        token = browser.cookies[COOKIE]
        before = len(await house.of_type(SessionRevoked))
        assert path_of(await browser.post("/logout")) == "/"
        assert COOKIE not in browser.cookies
        replayed = await browser.get("/account", headers={"cookie": f"{COOKIE}={token}"})
    assert path_of(replayed) == "/login"
    assert len(await house.of_type(SessionRevoked)) == before + 1


async def test_a_forgotten_code_gets_the_same_answer_for_everybody(house: House) -> None:
    async with house.browser() as browser:
        await browser.post("/register", data=FILLED)
        answers = [
            await browser.post("/login/forgotten", data={"number": number, **born()})
            for number in ("ZZ100002", "ZZ100003")
        ]
    assert len({(answer.status_code, answer.text, path_of(answer)) for answer in answers}) == 1
    assert [reason for reason, _ in await house.mailed_codes()] == ["registered", "forgotten"]


async def test_too_many_logins_are_told_when_to_come_back() -> None:
    house = await build_house(identity=1)
    async with house.browser("fr") as browser:
        await log_in(browser, "wrong guess")
        page = await log_in(browser, "wrong guess")
    assert page.status_code == 429
    assert int(page.headers["retry-after"]) == 900
    assert "Minutes à attendre : 15" in unescape(page.text)


async def test_the_language_of_the_account_is_kept_and_shown(house: House) -> None:
    async with house.browser() as browser:
        await signed_in(house, browser)
        saved = await browser.post("/account", data={"language": "fr"})
        page = await browser.get(saved.headers["location"])
    assert "La langue est enregistrée" in unescape(page.text)


async def test_a_form_of_another_site_is_refused(house: House) -> None:
    async with house.browser() as browser:
        page = await browser.post("/register", data=FILLED, headers={"origin": "https://example.org"})
    assert page.status_code == 403


async def test_the_staff_logs_in_and_confirms(house: House) -> None:
    post = Post("signatory", "signatory@example.org", "Signatory", (Role.SIGNATORY,))
    await take_on(house.deps, post, "a long password")
    async with house.browser("fr") as browser:
        wrong = await browser.post("/staff/login", data={"login": "signatory", "password": "wrong"})
        entered = await browser.post(
            "/staff/login", data={"login": "signatory", "password": "a long password"}
        )
        assert (wrong.status_code, path_of(entered)) == (422, "/staff")
        house.clock.advance(timedelta(minutes=10))
        stale = await browser.get("/session", params={"next": "/staff/certificates/1/sign", "fresh": "5"})
        assert stale.headers["location"] == "/staff/confirm?next=%2Fstaff%2Fcertificates%2F1%2Fsign"
        assert (await browser.get(stale.headers["location"])).status_code == 200
        confirmed = await browser.post(
            "/staff/confirm", data={"password": "a long password", "next": "/staff/certificates/1/sign"}
        )
        assert path_of(confirmed) == "/staff/certificates/1/sign"
        fresh = await browser.get("/session", params={"next": "/staff", "fresh": "5"})
    assert path_of(fresh) == "/staff"


async def test_a_person_may_not_confirm_as_staff(house: House) -> None:
    async with house.browser() as browser:
        await signed_in(house, browser)
        assert (await browser.get("/staff/confirm")).status_code == 403


async def test_whoever_is_signed_in_is_led_to_the_space_from_the_start_page(house: House) -> None:
    async with house.browser() as browser:
        await signed_in(house, browser)
        page = await browser.get("/")
    assert 'href="/space"' in page.text
    assert 'href="/register"' not in page.text


async def test_no_log_line_holds_a_number_an_address_a_birth_date_or_a_code(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    async with house.browser() as browser:
        await signed_in(house, browser)
        await log_in(browser, "wrong guess")
    logged = "".join(capsys.readouterr())
    codes = [code for _, code in await house.mailed_codes()]
    assert "session.opened" in logged
    for secret in ("100-002", "ZZ100002", EMAIL, BORN_ON.isoformat(), CHOSEN, "wrong guess", *codes):
        assert secret not in logged
