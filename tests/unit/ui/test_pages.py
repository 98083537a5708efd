import re
from datetime import UTC, datetime

import pytest
from fastapi import Request
from jinja2 import UndefinedError

from libs.chassis.web.caller import ANONYMOUS, Caller
from libs.chassis.web.language import LANGUAGES as CHASSIS_LANGUAGES
from libs.chassis.web.problem import ErrorPage
from libs.ui.assets import Assets, AssetsNotBuiltError
from libs.ui.elements import stage_steps
from libs.ui.languages import LANGUAGES
from libs.ui.navigation import ANONYMOUS_MENU, CITIZEN_MENU, NavLink, menu_for
from libs.ui.pages import PageContext, Pages
from tests.unit.ui.gallery import gallery

PAGES = Pages("libs.ui", Assets({"khadamaty.rtl.css": "khadamaty.rtl.0123.css"}))


def _failure(slug: str, status: int, **details: object) -> ErrorPage:
    return ErrorPage("ar", "/x", "", status, slug, details, "0b6f")


def test_a_page_names_its_language_and_direction() -> None:
    arabic, french = (
        PAGES.on_error(ErrorPage(lang, "/x", "", 404, "not-found", {}, "")) for lang in ("ar", "fr")
    )
    assert '<html lang="ar-MA" dir="rtl"' in arabic
    assert 'href="/static/khadamaty.rtl.0123.css"' in arabic
    assert '<html lang="fr-MA" dir="ltr"' in french
    assert 'href="/static/khadamaty.ltr.css"' in french


def test_the_language_switch_keeps_the_query() -> None:
    page = PageContext("ar", "/centres", "q=a%26b&lang=ar&page=2")
    assert page.address_in("fr") == "/centres?q=a%26b&page=2&lang=fr"


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/", "/"),
        ("/staff", "/staff"),
        ("/staff/requests/7", "/staff/requests"),
        ("/staffing", None),
        ("/x", None),
    ],
)
def test_the_nearest_link_of_the_menu_is_current(path: str, current: str | None) -> None:
    menu = tuple(NavLink("nav.home", href) for href in ("/", "/staff", "/staff/requests"))
    found = PageContext("ar", path, nav=menu).current_link
    assert (found.href if found else None) == current


def test_a_menu_follows_the_caller() -> None:
    staff = Caller("staff", "s1", roles=frozenset({"controller", "auditor"}))
    assert menu_for(ANONYMOUS) == ANONYMOUS_MENU
    assert menu_for(Caller("person", "p1")) == CITIZEN_MENU
    assert [link.href for link in menu_for(staff)] == ["/staff", "/staff/certificates", "/log"]


def test_a_context_is_made_of_a_request() -> None:
    scope = {"type": "http", "path": "/space", "query_string": b"a=1", "headers": [], "state": {"lang": "fr"}}
    page = PageContext.of(Request(scope), Caller("person", "p1"), signed_in_as="ZZ100001")
    assert (page.lang, page.path, page.query, page.signed_in, page.staff) == (
        "fr",
        "/space",
        "a=1",
        True,
        False,
    )


def test_a_failure_without_words_of_its_own_is_told_in_general_words() -> None:
    told = PAGES.on_error(_failure("never-heard-of", 418))
    assert PAGES.word("ar", "error.title.500") in told
    assert PAGES.word("ar", "error.internal") in told
    assert "0b6f" in told


def test_a_failure_is_told_by_its_slug_and_status() -> None:
    told = PAGES.on_error(_failure("too-many-attempts", 429, retry_after_s=60))
    assert PAGES.word("ar", "error.title.429") in told
    assert PAGES.word("ar", "error.too-many-attempts") in told


def test_a_value_that_a_template_misses_raises() -> None:
    with pytest.raises(UndefinedError):
        PAGES.render(PageContext("ar", "/x"), "error.html", title="x")


def test_what_people_typed_is_escaped() -> None:
    page = PageContext("ar", "/x", signed_in=True, signed_in_as="<script>")
    html = PAGES.render(page, "error.html", title="<b>", text="&", reference="")
    assert "<script>" not in html
    assert "<title>&lt;b&gt;" in html


def test_no_page_holds_inline_script_or_style() -> None:
    for html in gallery("ar", Assets()).values():
        assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=", html)


def test_chassis_and_pages_offer_the_same_languages() -> None:
    assert {code for code, language in LANGUAGES.items() if language.selectable} == set(CHASSIS_LANGUAGES)


def test_assets_that_were_not_built_are_told(tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(AssetsNotBuiltError, match=r"libs\.ui\.build"):
        Assets.read(tmp_path_factory.mktemp("static"))


def test_a_stage_that_was_not_needed_is_skipped() -> None:
    when = datetime(2026, 11, 23, tzinfo=UTC)
    steps = stage_steps(4, {0: when, 2: when, 4: when, 6: when}, note="soon")
    assert [step.state for step in steps] == ["done", "skipped", "done", "skipped", "now", *["todo"] * 4]
    assert (steps[4].note, steps[6].when) == ("soon", None)
    assert stage_steps(8, {8: when})[8].state == "done"
