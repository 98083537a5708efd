"""Mails read as the ministry's do, in both languages, as plain text and as HTML."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import pytest

from services.notifications.adapters.letters import TemplateLetters
from services.notifications.domain import (
    About,
    Address,
    Contact,
    Item,
    Message,
    Secret,
    Template,
    Variant,
    compose,
)
from services.notifications.ports import Letter
from tests.support.notifying import CODE, NOON, ORIGIN, PAGES, PERSON

GREETING = "سيدي(تي):"
SIGNATURE = "التوقيع: وزارة التضامن والإدماج الاجتماعي والأسرة"
E1 = (
    "نخبركم أنه تم التوصل بطلبكم، وندعوكم لإيداع ملفكم لدى أقرب مركز لتوجيه ومساعدة الأشخاص في وضعية إعاقة "
    "(اللائحة) المكون من الوثائق التالية: - الملف الطبي معبأ - نسخة من البطاقة الوطنية للتعريف - رسم الولادة "
    "ونسخة من البطاقة الوطنية للتعريف للولي، بالنسبة للقاصرين - صورتان شمسيتان نخبركم أنه بإمكانكم تتبع مآل "
    "طلبكم عبر الفضاء الخاص بكم."
)
E2 = "نخبركم أنه تم التوصل بطلبكم، وندعوكم إلى تتبع مآل طلبكم عبر الفضاء الخاص بكم."
E3 = (
    "ندعوكم لتحميل شهادة الإعاقة عبر الفضاء الخاص بكم، أو سحبها من أقرب مركز لتوجيه ومساعدة الأشخاص في وضعية "
    "إعاقة (اللائحة)."
)
CLOSINGS: tuple[Variant, ...] = ("withdrawn", "no_deposit", "not_completed")
VARIANTS: dict[Template, tuple[Variant, ...]] = {
    Template.REQUEST_CLOSED: CLOSINGS,
    Template.STATUS_CHANGED: ("suspended", "resumed", "revoked"),
    Template.REISSUED: ("correction", "duplicate"),
    Template.REISSUE_OPENED: ("correction", "duplicate"),
    Template.REISSUE_DROPPED: ("correction", "duplicate"),
}
WORDINGS = [(template, variant) for template in Template for variant in VARIANTS.get(template, ("",))]


def message(
    template: Template, lang: str = "ar", *, variant: Variant = "", secret: Secret | None = None
) -> Message:
    about = About(
        request_id="request-1",
        reference="2026-0000123",
        happened_at=NOON,
        expires_at=NOON + timedelta(hours=1),
        due_on=date(2027, 1, 12),
        items=(Item.PHOTOS, Item.IDENTITY_COPY),
        variant=variant,
    )
    contact = Contact(PERSON, lang, active=True, personal=Address("yassine@example.org"))
    return compose("event-1", contact, template, about, NOON, secret)


def written(template: Template, lang: str = "ar", **more: object) -> Letter:
    return TemplateLetters(PAGES, ORIGIN).write(message(template, lang, **more))  # type: ignore[arg-type]


def plain(html: str) -> str:
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL).split())


@pytest.mark.parametrize(
    ("template", "subject", "text"),
    [
        (Template.DEPOSIT_INVITED, "دعوة لإيداع الطلب", E1),
        (Template.REQUEST_RECEIVED, "تأكيد التوصل بالطلب", E2),
        (Template.CERTIFICATE_READY, "شهادة الإعاقة", E3),
    ],
)
def test_arabic_mails_of_the_manual_have_its_exact_words(template: Template, subject: str, text: str) -> None:
    letter = written(template)
    assert letter.subject == subject
    assert text in " ".join(letter.text.split())
    assert text.replace("(اللائحة)", "( اللائحة )").replace(" - ", " ") in plain(letter.html)


@pytest.mark.parametrize(("template", "variant"), WORDINGS)
def test_arabic_mails_open_and_end_as_the_manual_says(template: Template, variant: Variant) -> None:
    letter = written(template, variant=variant)
    assert letter.text.strip().startswith(f"{GREETING}\n\n")
    assert letter.text.strip().endswith(f"\n\n{SIGNATURE}")
    assert 'dir="rtl"' in letter.html
    assert GREETING in letter.html
    assert SIGNATURE in letter.html


@pytest.mark.parametrize("template", VARIANTS)
@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_each_variant_has_its_own_words(lang: str, template: Template) -> None:
    variants = VARIANTS[template]
    assert len({written(template, lang, variant=variant).text for variant in variants}) == len(variants)


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_no_mail_about_a_status_names_a_reason(lang: str) -> None:
    for variant in VARIANTS[Template.STATUS_CHANGED]:
        text = written(Template.STATUS_CHANGED, lang, variant=variant).text
        assert not re.search("تزوير|خطأ|وفاة|طعن|fraude|faux|erreur|décès|recours", text)


def test_french_mails_are_french_and_left_to_right() -> None:
    letter = written(Template.DEPOSIT_INVITED, "fr")
    assert letter.text.strip().startswith("Madame, Monsieur,")
    assert "deux photos d'identité" in letter.text
    assert 'dir="ltr"' in letter.html
    assert letter.language == "fr-MA"


def test_the_list_of_centres_is_linked() -> None:
    letter = written(Template.DEPOSIT_INVITED)
    assert f'<a class="govuk-link" href="{ORIGIN}/centres">اللائحة</a>' in letter.html
    assert f"{ORIGIN}/centres" in letter.text


def test_a_completion_names_what_is_missing_and_the_last_day() -> None:
    letter = written(Template.COMPLETION_REQUESTED)
    assert "12 يناير 2027" in letter.text
    assert "- صورتان شمسيتان\n- نسخة من البطاقة الوطنية للتعريف\n" in letter.text
    assert letter.html.count("<li>") == 2


def test_a_code_stands_on_its_own_line_and_until_when() -> None:
    letter = written(Template.FIRST_CODE, secret=Secret(CODE))
    assert f"\n\N{LEFT-TO-RIGHT ISOLATE}{CODE}\N{POP DIRECTIONAL ISOLATE}\n" in letter.text
    assert f'<bdi dir="ltr" class="code">{CODE}</bdi>' in letter.html
    assert "23 نونبر 2026، 14:00" in letter.text


def test_the_reference_is_kept_from_being_turned_round() -> None:
    letter = written(Template.REQUEST_RECEIVED)
    assert "\N{LEFT-TO-RIGHT ISOLATE}2026-0000123\N{POP DIRECTIONAL ISOLATE}" in letter.text
    assert "2026-0000123</bdi>" in letter.html


@pytest.mark.parametrize(("template", "variant"), WORDINGS)
@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_no_placeholder_and_no_markup_is_left(template: Template, variant: Variant, lang: str) -> None:
    letter = written(template, lang, variant=variant)
    assert not re.search(r"%\(|&lt;|\{\{", letter.text + letter.html)
    assert "<" not in letter.text
    assert "\n\n\n" not in letter.text


def test_moments_are_told_in_moroccan_time() -> None:
    changed = datetime.fromisoformat("2026-11-23T12:00:00+00:00")
    assert changed == NOON
    assert "13:00" in written(Template.CODE_CHANGED, "fr").text
