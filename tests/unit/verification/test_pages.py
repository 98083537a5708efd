"""Anybody checks a certificate on one page, in both languages; the code travels in the body only."""

from __future__ import annotations

import html
import io
import logging
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest
import structlog

from libs.chassis.errors import DependencyDown
from libs.chassis.logging import configure_logging
from libs.contracts.certificates import CertificateStatus, SupersededBy
from libs.contracts.code import code_hash, format_code
from services.verification import api, pages
from services.verification.adapters.misses import MOST
from services.verification.domain.certificate import Reason
from services.verification.domain.typed import key_of
from tests.support.verifying import CODE, PAGES, UNKNOWN_CODE, Verifying, verifying, version
from tests.support.visitors import FORM, Site, build_site

TYPED = format_code(CODE)
# The holder's birth year as a value of its own; by chance it may stand in a moment's fraction or in an id.
YEAR_ALONE = re.compile(r"(?<![\w.-])1994(?![\w-])")
BIRTH_DATE = {"birth_date-day": "8", "birth_date-month": "3", "birth_date-year": "1994"}
HTML = {"accept": "text/html"}


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    configure_logging("verification", level="DEBUG", stream=stream)
    yield stream
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


async def site_of(service: Verifying, **parts: Any) -> Site:
    site = build_site(pages.router, api.router, translate=PAGES.word, on_error=PAGES.on_error, **parts)
    site.app.state.deps, site.app.state.pages = service.deps, PAGES
    return site


async def posted(
    service: Verifying, fields: dict[str, str], lang: str = "fr", **parts: Any
) -> httpx.Response:
    site = await site_of(service, **parts)
    async with site.client(**FORM, **HTML) as client:
        return await client.post(f"/verify?lang={lang}", data=fields)


@pytest.mark.parametrize(("path", "scripts"), [("/verify", 0), ("/v", 1), ("/V", 1)])
@pytest.mark.parametrize(("lang", "label"), [("ar", "رمز التحقق"), ("fr", "Code de vérification")])
async def test_the_form_asks_for_the_code_alone_and_posts_it(
    path: str, scripts: int, lang: str, label: str
) -> None:
    site = await site_of(await verifying())
    async with site.client(**HTML) as client:
        answer = await client.get(f"{path}?lang={lang}")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert label in answer.text
    assert '<form method="post" action="/verify"' in answer.text
    without_templates = re.sub(r"<template.*?</template>", "", answer.text, flags=re.DOTALL)
    assert without_templates.count("<input") == 1
    assert answer.text.count("<script") == scripts


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("ar", ["شهادة صحيحة وسارية", "سارية", "20 نونبر 2026", "بدون أجل", "ي••• أ••• وَ•••"]),
        ("fr", ["Attestation authentique et valide", "20 novembre 2026", "sans limite", "Y••• A••• O•••"]),
    ],
)
async def test_a_code_alone_shows_status_number_dates_and_masked_name(lang: str, words: list[str]) -> None:
    service = await verifying()
    await service.know()
    answer = await posted(service, {"code": TYPED}, lang)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert all(word in answer.text for word in [*words, "2026/000123"])
    assert not any(hidden in answer.text for hidden in ("Yassine", "ياسين", "ZZ100005", "مكناس"))
    assert not YEAR_ALONE.search(answer.text)


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("ar", ["ياسين أيت وَعزيز", "8 مارس 1994", "مكناس", "ZZ100005", "حركية، متوسطة، دائمة، محتاج لمرافق"]),
        (
            "fr",
            [
                "Yassine Aït Ouâziz",
                "8 mars 1994",
                "مكناس",
                "ZZ100005",
                "Moteur, Moyen, Permanent, Besoin d’un",
            ],
        ),
    ],
)
async def test_code_and_birth_date_show_what_is_printed(lang: str, words: list[str]) -> None:
    service = await verifying()
    await service.know()
    answer = await posted(service, {"code": TYPED, **BIRTH_DATE}, lang)
    text = " ".join(answer.text.split())
    assert answer.status_code == 200
    assert all(word in text for word in words)


@pytest.mark.parametrize("lang", ["ar", "fr"])
async def test_a_wrong_birth_date_shows_nothing_more_and_keeps_what_was_typed(lang: str) -> None:
    service = await verifying()
    await service.know()
    answer = await posted(service, {"code": TYPED, **BIRTH_DATE, "birth_date-day": "9"}, lang)
    assert answer.status_code == 422
    assert PAGES.word(lang, "verify.birth_date.wrong") in answer.text
    assert 'value="9"' in answer.text
    assert not any(hidden in answer.text for hidden in ("Yassine", "ياسين", "ZZ100005", "مكناس"))


@pytest.mark.parametrize(
    "status", [CertificateStatus.REVOKED, CertificateStatus.SUSPENDED, CertificateStatus.SUPERSEDED]
)
@pytest.mark.parametrize("lang", ["ar", "fr"])
async def test_what_is_not_in_force_says_so_and_offers_no_content(
    lang: str, status: CertificateStatus
) -> None:
    service = await verifying()
    await service.know(version(status=status))
    answer = await posted(service, {"code": TYPED, **BIRTH_DATE}, lang)
    assert PAGES.word(lang, f"answer.{status}.title") in answer.text
    assert "birth_date" not in answer.text
    assert "ZZ100005" not in answer.text


@pytest.mark.parametrize("by", SupersededBy)
@pytest.mark.parametrize(("lang", "since"), [("ar", "20 نونبر 2026"), ("fr", "20 novembre 2026")])
async def test_a_superseded_version_says_since_when_and_why_in_plain_words(
    lang: str, since: str, by: SupersededBy
) -> None:
    service = await verifying()
    at = datetime(2026, 11, 20, 10, tzinfo=UTC)
    status = CertificateStatus.SUPERSEDED
    await service.know(version(status=status, changed_at=at, superseded_by=by, issued_on=date(2026, 1, 5)))
    answer = await posted(service, {"code": TYPED}, lang)
    assert PAGES.word(lang, f"answer.superseded.{by}.text") in html.unescape(answer.text)
    assert since in answer.text
    assert "no-store" in answer.headers["cache-control"]


@pytest.mark.parametrize(("lang", "title"), [("ar", "رمز غير معروف"), ("fr", "Code inconnu")])
async def test_an_unknown_code_says_so(lang: str, title: str) -> None:
    answer = await posted(await verifying(), {"code": format_code(UNKNOWN_CODE)}, lang)
    assert answer.status_code == 200
    assert title in answer.text


@pytest.mark.parametrize("typed", ["", "   ", "A" * 101])
async def test_nothing_or_far_too_much_is_an_error_on_the_form(typed: str) -> None:
    answer = await posted(await verifying(), {"code": typed})
    assert answer.status_code == 422
    assert 'id="code-error"' in answer.text


async def test_a_slip_is_told_kept_and_a_better_code_offered() -> None:
    service = await verifying()
    slip = TYPED.replace("8", "B", 1)
    answer = await posted(service, {"code": slip})
    assert answer.status_code == 422
    assert f'value="{slip}"' in answer.text
    assert f'<input type="hidden" name="code" value="{TYPED}">' in answer.text


async def test_too_many_codes_are_told_with_when_to_come_back() -> None:
    service = await verifying()
    site = await site_of(service)
    async with site.client(**FORM, **HTML) as client:
        for _ in range(MOST):
            await client.post("/verify", data={"code": format_code(UNKNOWN_CODE)})
        answer = await client.post("/verify", data={"code": format_code(UNKNOWN_CODE)})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) <= 60


async def test_without_the_store_a_code_is_answered_and_no_content_is_shown() -> None:
    service = await verifying()
    await service.know()

    async def unreachable(_where: object) -> int:
        raise ConnectionResetError

    service.store.certificates.count_by = unreachable  # type: ignore[method-assign, assignment]
    failures = {ConnectionResetError: DependencyDown}
    answer = await posted(service, {"code": TYPED}, failures=failures)
    assert answer.status_code == 200
    answer = await posted(service, {"code": TYPED, **BIRTH_DATE}, failures=failures)
    assert (answer.status_code, "retry-after" in answer.headers) == (503, True)


@pytest.mark.parametrize("reason", [Reason.MODEL_STALE, Reason.IN_DOUBT])
@pytest.mark.parametrize("lang", ["ar", "fr"])
async def test_when_nobody_can_say_the_page_says_so_and_keeps_the_code(lang: str, reason: Reason) -> None:
    service = await verifying()
    await service.know()
    if reason is Reason.IN_DOUBT:
        service.memory.doubted.add(key_of(code_hash(CODE)))
    else:
        service.freshness.behind_s = 45
    answer = await posted(service, {"code": TYPED, **BIRTH_DATE}, lang)
    assert (answer.status_code, answer.headers["cache-control"]) == (503, "no-store")
    assert int(answer.headers["retry-after"]) > 0
    assert PAGES.word(lang, f"answer.{reason}.title") in html.unescape(answer.text)
    assert f'value="{TYPED}"' in answer.text
    assert PAGES.word(lang, "answer.valid.title") not in answer.text


async def test_no_log_names_a_code_a_number_or_a_person(logged: io.StringIO) -> None:
    service = await verifying()
    await service.know()
    await posted(service, {"code": TYPED, **BIRTH_DATE})
    await posted(service, {"code": TYPED.replace("8", "B", 1)})
    text = logged.getvalue()
    assert '"route": "/verify"' in text or '"route":"/verify"' in text
    assert not any(hidden in text for hidden in (CODE, TYPED, "2026/000123", "Yassine"))
    assert not YEAR_ALONE.search(text)


async def api_check(service: Verifying, body: dict[str, str]) -> httpx.Response:
    site = await site_of(service)
    async with site.client(**FORM) as client:
        return await client.post("/api/verification/v1/checks", json=body)


async def test_programs_check_a_code() -> None:
    service = await verifying()
    await service.know()
    answer = await api_check(service, {"code": TYPED})
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {
        "verdict": "valid",
        "reason": "valid",
        "suggestions": [],
        "number": "2026/000123",
        "issued_on": "2026-11-20",
        "valid_until": None,
        "since": None,
        "superseded_by": None,
        "arabic_name": "ي••• أ••• وَ•••",
        "latin_name": "Y••• A••• O•••",
        "content": None,
    }


async def test_programs_get_the_content_with_the_birth_date_only() -> None:
    service = await verifying()
    await service.know()
    right = await api_check(service, {"code": TYPED, "birth_date": "1994-03-08"})
    wrong = await api_check(service, {"code": TYPED, "birth_date": "1994-03-09"})
    assert right.json()["content"]["latin_given_name"] == "Yassine"
    assert (wrong.status_code, wrong.json()["type"].rpartition("/")[2]) == (422, "birth-date-wrong")
    assert "Yassine" not in wrong.text


async def test_programs_may_send_nothing_else() -> None:
    answer = await api_check(await verifying(), {"code": TYPED, "number": "2026/000123"})
    assert answer.status_code == 422
