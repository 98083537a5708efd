"""A walker answers what a page's form really asks, and nothing else."""

from __future__ import annotations

from datetime import date

import pytest

from deploy.local.demo.element import read_html
from deploy.local.demo.errors import Unanswerable, WalkFailedError
from deploy.local.demo.page import Answers, Document, Page

HTML = """<!doctype html><html><body>
<form method="post" action="/logout"><button>out</button></form>
<main><h1>A <b>form</b></h1>
<form method="get" action="/search"><input name="named"></form>
<form method="post" action="/save">
  <input type="hidden" name="token" value="t-1">
  <input name="born_on-day"><input name="born_on-month"><input name="born_on-year">
  <input type="radio" name="sex" value="male"><input type="radio" name="sex" value="female" checked>
  <input type="checkbox" name="sure" value="yes">
  <select name="centre"><option value="">-</option><optgroup><option value="061">M</option></optgroup>
  </select>
  <textarea name="note">old &amp; kept</textarea>
  <input type="file" name="scan">
  <button name="act" value="go">go</button>
</form>
<a href="/next">next</a>
<ul class="govuk-list govuk-error-summary__list"><li>one</li><li>two <i>words</i></li></ul>
</main></body></html>"""


@pytest.fixture
def page() -> Page:
    return Page(200, "/save?done=1", HTML)


def test_only_the_pages_own_part_is_read(page: Page) -> None:
    assert (page.path, page.title, page.links) == ("/save", "A form", ["/next"])
    assert page.errors == ["one", "two words"]
    assert page.get_form().action == "/save"


def test_an_unanswered_form_posts_what_stands_in_it(page: Page) -> None:
    pairs, files = page.get_form().filled({})
    assert dict(pairs) == {
        "token": "t-1",
        "born_on-day": "",
        "born_on-month": "",
        "born_on-year": "",
        "sex": "female",
        "centre": "",
        "note": "old & kept",
    }
    assert files == {}


def test_answers_take_the_place_of_what_stood_there(page: Page) -> None:
    scan = Document("a.pdf", "application/pdf", b"%PDF-")
    answers: Answers = {
        "sex": "male",
        "sure": ["yes"],
        "centre": "061",
        "born_on": date(1983, 8, 5),
        "scan": scan,
    }
    pairs, files = page.get_form().filled(answers)
    typed = dict(pairs)
    assert (typed["sex"], typed["sure"], typed["centre"]) == ("male", "yes", "061")
    assert (typed["born_on-day"], typed["born_on-month"], typed["born_on-year"]) == ("5", "8", "1983")
    assert (typed["token"], files) == ("t-1", {"scan": scan})


@pytest.mark.parametrize("answers", [{"nobody": "x"}, {"sex": "other"}, {"centre": "999"}, {"sure": ["no"]}])
def test_what_the_form_does_not_ask_or_offer_is_refused(page: Page, answers: dict[str, str]) -> None:
    with pytest.raises(Unanswerable):
        page.get_form().filled(answers)


def test_a_page_without_the_form_says_which_was_missed(page: Page) -> None:
    with pytest.raises(WalkFailedError, match=r"/save.*password"):
        page.get_form("password")


def test_a_missing_end_tag_loses_nothing() -> None:
    root = read_html("<main><ul><li>a<li>b</ul><p>c</main>")
    main = root.find("main")
    assert main is not None
    assert main.text == "a b c"
