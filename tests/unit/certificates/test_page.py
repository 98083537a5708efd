"""The page's structure, shape and sizes: what a reader hears, what may vary, and how small it gets."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date

import pytest

from libs.contracts.people import Precision, Sex
from libs.contracts.requests import Category, Degree, DisabilityLine
from libs.ui.typeset.archive import Evidence
from libs.ui.typeset.errors import TextTooLongError, ValueUnfrozenError
from services.certificates.adapters.pdf import (
    compose,
    get_wording,
    new_sheet,
    page_shape,
    page_values,
    render_certificate,
    slot,
)
from services.certificates.domain.printed import CertificateContent
from tests.support.page_contents import CARD, CONTENT, HOLDER, KINDS, LINES, LONG
from tests.support.tagged_pdf import TaggedPdf, take_apart

WORDING = get_wording(CONTENT.issued_on)
QR_ALT = f"[{WORDING.alternatives.qr}]"
READ_ALOUD = (
    "المملكة المغربية",
    "وزارة التضامن والإدماج الاجتماعي والأسرة",
    "مديرية النهوض بحقوق الأشخاص في وضعية إعاقة",
    "ⵜⴰⴳⵍⴷⵉⵜ ⵏ ⵍⵎⵖⵔⵉⴱ",
    "Royaume du Maroc",
    "Ministère de la Solidarité, de l’Insertion sociale et de la Famille",
    "Direction de la promotion des droits des personnes en situation de handicap",
    "التاريخ : 30 أكتوبر 2026",
    "30 octobre 2026",
    "الرقم : 2026/000123",
    "شهادة",
    "Attestation",
    WORDING.basis.format(ministry=WORDING.ministry),
    WORDING.french.basis.format(ministry=WORDING.french.ministry),
    "تشهد وزارة التضامن والإدماج الاجتماعي والأسرة، أن:",
    "le Ministère de la Solidarité, de l’Insertion sociale et de la Famille atteste que :",
    "السيد :",
    "ياسين أيت وَعزيز",
    "Monsieur",
    "Yassine Aït Ouâziz",
    "ⵢⴰⵙⵉⵏ ⴰⵢⵜ ⵡⴰⵣⵉⵣ",
    "تاريخ الازدياد :",
    "5 غشت 1983",
    "Date de naissance",
    "5 août 1983",
    "مكان الازدياد :",
    "مكناس",
    "Lieu de naissance",
    "البطاقة الوطنية للتعريف :",
    "Carte nationale d’identité",
    "ZZ100001",
    "ZZ100001",
    "في وضعية إعاقة :",
    "- ذهنية متوسطة مؤقتة محتاج لمرافق",
    "En situation de handicap",
    "mental moyen temporaire, accompagnateur requis",
    "صالحة إلى غاية :",
    "1 مارس 2031",
    "Valable jusqu’au",
    "1er mars 2031",
    "لمرافقه حق الأسبقية مثله، طبقاً للمادة 23 من القانون رقم 07.92.",
    "L’accompagnateur a la même priorité (article 23, loi n° 07.92).",
    "سلمت هذه الشهادة للمعني بالأمر بطلب منه، قصد الإدلاء بها عند الحاجة.",
    WORDING.french.purpose[Sex.MALE],
    "سلمت هذه الشهادة عبر البوابة الالكترونية: khadamaty.social.gov.ma",
    "ترجمة غير مراجعة",
    "Traduction non révisée, donnée à titre d’information : seul le texte arabe fait foi.",
    WORDING.verification.format(verify_url="khadamaty.social.gov.ma/verify"),
    WORDING.french.verification.format(verify_url="khadamaty.social.gov.ma/verify"),
    "رمز التحقق :",
    "4K7M-9QZT-2WX8-RDV5-H",
    QR_ALT,
    "امسحوا الرمز للتحقق",
    "Scannez pour vérifier",
    "المركز : مركز توجيه ومساعدة الأشخاص في وضعية إعاقة_مكناس",
    "الرباط",
)


def render(content: CertificateContent) -> bytes:
    return render_certificate(content, WORDING)


def heard(found: TaggedPdf) -> tuple[str, ...]:
    """What is read aloud, leaf by leaf."""
    leaves = [node for node in found.root.walk() if not any(not isinstance(kid, tuple) for kid in node.kids)]
    return tuple(text for node in leaves if (text := found.spoken(node)))


@pytest.fixture(scope="module", params=KINDS)
def taken(request: pytest.FixtureRequest) -> TaggedPdf:
    return take_apart(render(KINDS[request.param]))


def test_the_page_is_read_aloud_in_its_order() -> None:
    assert heard(take_apart(render(CONTENT))) == READ_ALOUD


def test_a_preview_says_first_that_it_is_one() -> None:
    found = take_apart(render_certificate(CONTENT, WORDING, preview=True))
    assert heard(found) == (WORDING.marks.preview, WORDING.french.marks.preview, *READ_ALOUD)
    assert "Form" not in {node.role for node in found.root.walk()}


def test_a_cards_preview_says_so_on_both_faces_instead_of_specimen() -> None:
    words = heard(take_apart(render_certificate(CARD, WORDING, preview=True)))
    assert words.count(WORDING.marks.preview) == words.count(WORDING.french.marks.preview) == 2
    assert words[0] == WORDING.marks.preview
    assert WORDING.card.specimen not in words


def test_everything_drawn_is_an_elements_or_decoration(taken: TaggedPdf) -> None:
    assert taken.unmarked == []


def test_content_and_tree_and_parent_tree_agree(taken: TaggedPdf) -> None:
    held = {kid: node.role for node in taken.root.walk() for kid in node.kids if isinstance(kid, tuple)}
    assert held == taken.parents
    assert held.keys() == taken.texts.keys()


def test_one_heading_labels_with_scope_and_a_figure_with_words(taken: TaggedPdf) -> None:
    nodes = list(taken.root.walk())
    assert [node.role for node in nodes if re.fullmatch("H[1-6]", node.role)] == ["H1"]
    assert all(str(node.attributes["Scope"]) == "/Row" for node in nodes if node.role == "TH")
    (figure,) = [node for node in nodes if node.role == "Figure"]
    assert figure.alt == WORDING.alternatives.qr
    assert len(figure.attributes["BBox"]) == 4
    rows = [node for node in nodes if node.role == "TR"]
    assert {len(row.kids) for row in rows} == {4}
    assert nodes[-1].role == "Form"
    assert nodes[-1].objects == 1


def test_each_text_is_in_the_language_of_its_letters(taken: TaggedPdf) -> None:
    def check(node: object, lang: str) -> None:
        lang = getattr(node, "lang", None) or lang
        for kid in getattr(node, "kids", []):
            if not isinstance(kid, tuple):
                check(kid, lang)
                continue
            text = taken.texts[kid]
            assert not (re.search("[\u0621-\u064a]", text) and lang != "ar-MA"), text
            assert not (re.search("[\u2d30-\u2d7f]", text) and lang != "zgh-Tfng-MA"), text
            assert not (re.search("[a-zé]{3}", text) and lang != "fr-FR" and "khadamaty" not in text), text

    check(taken.root, "")


def test_nothing_is_too_small_to_read(taken: TaggedPdf) -> None:
    for face, size_pt in taken.sizes:
        assert size_pt >= (8.0 if face.startswith("Amiri") else 6.5), face


@pytest.mark.parametrize("kind", ["plain", "card", "minor"])
def test_values_stand_in_slots_and_nothing_else_changes_with_them(kind: str) -> None:
    first = KINDS[kind]
    other = replace(
        first,
        number="2027/999999",
        issued_on=date(2027, 1, 1),
        verification_code="0000-1111-2222-3333-4",
        qr_url="HTTPS://OTHER/V#123",
        centre="فاس",
        holder=replace(
            first.holder,
            arabic_name="إدريس بناني",
            latin_name=first.holder.latin_name and "Idriss Bennani",
            tifinagh_name=first.holder.tifinagh_name and "ⴰⵎⵉⵏ",
            birth_date=date(1946, 1, 1),
            birth_precision=Precision.YEAR,
            birth_place="الداخلة",
            identifier="7/1999",
        ),
        disabilities=(replace_line(first.disabilities[0]),),
    )
    assert page_shape(first, WORDING) == page_shape(other, WORDING)
    pages = []
    for content in (first, other):
        sheet = new_sheet(content, WORDING, holes=True)
        compose(sheet, content, WORDING)
        shown = [hole.name for hole in sheet.holes]
        assert set(shown) - {"qr"} <= page_values(content, WORDING).keys()
        assert len(set(shown)) == len(shown)
        pages.append((sheet.holes, contents(sheet.finish())))
    assert pages[0] == pages[1]
    if kind != "card":
        assert {hole.name for hole in pages[0][0]} == {*page_values(first, WORDING), "qr"}


def replace_line(line: DisabilityLine) -> DisabilityLine:
    return line.model_copy(update={"category": Category.VISUAL, "degree": Degree.MILD})


def contents(pdf: bytes) -> list[bytes]:
    """The pieces of each page's content, and every embedded font."""
    return [part for part in re.split(rb"\d+ 0 obj\n", pdf) if b"FlateDecode" in part]


def test_values_that_no_slot_holds_are_refused_where_they_are_left_out() -> None:
    sheet = new_sheet(LONG, WORDING, holes=True)
    with pytest.raises(ValueUnfrozenError, match="name"):
        compose(sheet, LONG, WORDING)


def test_the_slot_is_closed_and_holds_no_signature_yet() -> None:
    pdf = render_certificate(CONTENT, WORDING, evidence=Evidence((b"a",), (b"b",)))
    assert len(slot.digest(pdf)) == 32
    assert slot.content(pdf) == b""
    assert render_certificate(CONTENT, WORDING, evidence=Evidence((b"a",), (b"b",))) == pdf


def test_a_card_shows_its_seven_years_the_specimen_and_no_disability() -> None:
    found = take_apart(render(replace(CARD, valid_until=None)))
    words = heard(found)
    assert words.count(WORDING.card.specimen) == words.count(WORDING.french.card.specimen) == 2
    assert "29 أكتوبر 2033" in words
    assert "محتاج لمرافق" in words
    for line in LINES[:1]:
        assert WORDING.categories[line.category] not in " ".join(words)
    assert WORDING.french.categories[Category.MENTAL] not in " ".join(words)


def test_a_long_name_stays_on_the_card_and_one_that_cant_is_refused() -> None:
    name = "فاطمة الزهراء أم كلثوم بنت الحسين أوبيهي الأمغاري"
    holder = replace(HOLDER, arabic_name=name, latin_name="Fatima-Zahra Oum Keltoum Bent El Houssaine Oubihi")
    words = heard(take_apart(render(replace(CARD, holder=holder))))
    assert name in words
    assert "محتاج لمرافق" in words
    with pytest.raises(TextTooLongError):
        render(replace(CARD, holder=replace(holder, latin_name="Abdelouahed Ben " * 9)))


def test_the_translation_is_marked_in_the_data_and_on_the_page() -> None:
    assert not WORDING.french.reviewed
    french = WORDING.french.model_copy(update={"reviewed": True})
    reviewed = WORDING.model_copy(update={"french": french})
    words = heard(take_apart(render_certificate(CONTENT, reviewed)))
    assert WORDING.french.notice not in words
    assert words == tuple(text for text in READ_ALOUD if text not in {french.notice, french.notice_arabic})


def test_the_letterhead_needs_no_amazigh_line() -> None:
    letterhead = WORDING.letterhead.model_copy(update={"tifinagh": None})
    without = WORDING.model_copy(update={"letterhead": letterhead})
    words = heard(take_apart(render_certificate(CONTENT, without)))
    assert words == tuple(text for text in READ_ALOUD if text != WORDING.letterhead.tifinagh)
    assert json.loads(without.model_dump_json())["letterhead"]["tifinagh"] is None
