"""The certificate's page, read back by three readers, scanned, and set from hostile values."""

import re
import subprocess
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path

import pypdf
import pypdfium2
import pytest
import zxingcpp

from libs.chassis.errors import NotFound
from libs.contracts.people import IdentifierKind, Precision, Sex
from libs.contracts.requests import Category, Degree, DisabilityLine, Duration
from libs.ui.typeset.errors import TextTooLongError, UnprintableTextError
from services.certificates.adapters.pdf import get_wording, render_certificate
from services.certificates.domain.printed import CertificateContent, Holder

BASIS = (
    "بناء على رأي اللجنة التقنية المركزية، المحدثة لدى وزارة التضامن والإدماج الاجتماعي والأسرة، المكلفة "
    'بدراسة الملفات الطبية التي تخول الحصول على "بطاقة شخص معاق"، طبقاً لأحكام المرسوم رقم 2.97.218 الصادر '
    "في 19 دجنبر 1997 بتطبيق كل من القانون رقم 05.81 والقانون رقم 07.92 المتعلقين بالرعاية الاجتماعية "
    "للمكفوفين وضعاف البصر والأشخاص المعاقين؛"
)
MALE = Holder(
    arabic_name="ياسين أيت وَعزيز",
    latin_name="Yassine Aït Ouâziz",
    tifinagh_name="ⵢⴰⵙⵉⵏ ⴰⵢⵜ ⵡⴰⵣⵉⵣ",
    sex=Sex.MALE,
    birth_date=date(1983, 8, 5),
    birth_precision=Precision.DAY,
    birth_place="مكناس",
    identifier_kind=IdentifierKind.CIN,
    identifier="ZZ100001",
)
PROFOUND = DisabilityLine(
    category=Category.MENTAL, degree=Degree.PROFOUND, duration=Duration.PERMANENT, companion=True
)
CONTENT = CertificateContent(
    number="2026/000123",
    issued_on=date(2026, 10, 30),
    holder=MALE,
    disabilities=(PROFOUND,),
    valid_until=None,
    verification_code="4K7M-9QZT-2WX8-RDV5-H",
    verify_url="https://khadamaty.social.gov.ma/verify",
    qr_url="https://khadamaty.social.gov.ma/v#4K7M9QZT2WX8RDV5H",
    centre="مكناس",
)
FIELDS = (
    "وزارة التضامن والإدماج الاجتماعي والأسرة",
    "مديرية النهوض بحقوق الأشخاص في وضعية إعاقة",
    "30 أكتوبر 2026",
    "30 octobre 2026",
    "2026/000123",
    "شهادة",
    "Attestation",
    BASIS,
    "Sur avis de la commission technique centrale",
    "تشهد وزارة التضامن والإدماج الاجتماعي والأسرة، أن",
    "السيد",
    "ياسين أيت وَعزيز",
    "Monsieur",
    "Yassine Aït Ouâziz",
    "تاريخ الازدياد",
    "5 غشت 1983",
    "Date de naissance",
    "5 août 1983",
    "مكان الازدياد",
    "مكناس",
    "البطاقة الوطنية للتعريف",
    "Carte nationale d’identité",
    "ZZ100001",
    "في وضعية إعاقة",
    "ذهنية عميقة دائمة محتاج لمرافق",
    "mental profond permanent, accompagnateur requis",
    "لمرافقه حق الأسبقية مثله",
    "سلمت هذه الشهادة للمعني بالأمر بطلب منه، قصد الإدلاء بها عند الحاجة",
    "servir et valoir ce que de droit",
    "سلمت هذه الشهادة عبر البوابة الالكترونية",
    "Traduction non révisée",
    "للتحقق من صحة الشهادة ومضمونها، يرجى زيارة الرابط التالي",
    "رمز التحقق",
    "4K7M-9QZT-2WX8-RDV5-H",
)
INVISIBLE = re.compile("[\\s\u200b-\u200f\u202a-\u202e\u2066-\u2069]+")


def squeezed(text: str) -> str:
    """Readers disagree on spaces and add marks of direction: neither is content."""
    return INVISIBLE.sub("", text)


def with_pypdf(pdf: bytes) -> str:
    return pypdf.PdfReader(BytesIO(pdf)).pages[0].extract_text()


def with_pdfium(pdf: bytes) -> str:
    return str(pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range())


def with_poppler(pdf: bytes) -> str:
    done = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True)
    return done.stdout.decode()


def read(content: CertificateContent) -> str:
    return squeezed(with_pdfium(render(content)))


def render(content: CertificateContent) -> bytes:
    return render_certificate(content, get_wording(content.issued_on))


@pytest.fixture(scope="module")
def page() -> bytes:
    return render(CONTENT)


@pytest.mark.parametrize("reader", [with_pypdf, with_pdfium])
def test_every_field_is_read_back_in_order(page: bytes, reader: Callable[[bytes], str]) -> None:
    text = squeezed(reader(page))
    position = 0
    for field in FIELDS:
        found = text.find(squeezed(field), position)
        assert found >= 0, f"{field!r} is not after {text[max(0, position - 40) : position]!r}"
        position = found + len(squeezed(field))


def test_poppler_finds_every_word_of_every_field(page: bytes) -> None:
    """It holds a page with more Latin than Arabic letters for a Latin one, and sorts its pieces so."""
    text = squeezed(with_poppler(page))
    for field in FIELDS:
        for word in field.split():
            assert word.strip('"،؛:') in text, field


@pytest.mark.parametrize("reader", [with_pypdf, with_pdfium])
def test_the_amazigh_letterhead_and_name_are_read_back(page: bytes, reader: Callable[[bytes], str]) -> None:
    text = squeezed(reader(page))
    assert squeezed("ⵜⴰⴳⵍⴷⵉⵜ ⵏ ⵍⵎⵖⵔⵉⴱ") in text
    assert squeezed("ⵢⴰⵙⵉⵏ ⴰⵢⵜ ⵡⴰⵣⵉⵣ") in text


def test_the_qr_code_is_scanned_from_a_picture_of_150_dpi(page: bytes) -> None:
    picture = pypdfium2.PdfDocument(page)[0].render(scale=150 / 72).to_pil()
    codes = zxingcpp.read_barcodes(picture)
    assert [code.text for code in codes] == [CONTENT.qr_url]


def test_the_same_content_gives_the_same_bytes_in_any_process(page: bytes) -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert pool.submit(render, CONTENT).result() == page
    assert render(replace(CONTENT, number="2026/000124")) != page


def test_one_page_says_its_title_language_and_only_the_date_of_issue(page: bytes) -> None:
    reader = pypdf.PdfReader(BytesIO(page))
    assert len(reader.pages) == 1
    assert reader.metadata is not None
    assert reader.metadata.title == "شهادة الإعاقة رقم 2026/000123"
    assert str(reader.root_object["/Lang"]) == "ar-MA"
    assert set(re.findall(rb"D:(\d{8})", page)) == {b"20261030"}
    assert "Yassine" not in str(reader.metadata)


def test_every_font_is_embedded_and_none_is_helvetica(page: bytes) -> None:
    resources = pypdf.PdfReader(BytesIO(page)).pages[0]["/Resources"]
    assert isinstance(resources, pypdf.generic.DictionaryObject)
    fonts = resources["/Font"]
    assert isinstance(fonts, pypdf.generic.DictionaryObject)
    names = {str(font.get_object()["/BaseFont"]).split("+")[1] for font in fonts.values()}
    assert {"Amiri-Regular", "Amiri-Bold", "NotoSansTifinagh-Regular"} <= names
    for font in fonts.values():
        descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert "/FontFile2" in descriptor.get_object()


def test_the_forms_agree_with_a_woman() -> None:
    text = read(replace(CONTENT, holder=replace(MALE, sex=Sex.FEMALE)))
    for words in (
        "السيدة :",
        "محتاجة لمرافق",
        "للمعنية بالأمر بطلب منها",
        "Madame",
        "l’intéressée",
        "لمرافقها",
    ):
        assert squeezed(words) in text
    assert squeezed("السيد :") not in text


def test_a_birth_known_by_its_year_never_prints_a_day() -> None:
    holder = replace(MALE, birth_date=date(1946, 1, 1), birth_precision=Precision.YEAR)
    text = read(replace(CONTENT, holder=holder))
    assert squeezed("سنة 1946") in text
    assert squeezed("en 1946") in text
    assert squeezed("1 يناير 1946") not in text


def test_a_minor_is_known_by_the_birth_certificate() -> None:
    holder = replace(MALE, identifier_kind=IdentifierKind.BIRTH_CERTIFICATE, identifier="214/2019")
    text = read(replace(CONTENT, holder=holder))
    assert squeezed("رسم الولادة :") in text
    assert "214/2019" in text
    assert squeezed("البطاقة الوطنية") not in text


def test_several_disabilities_stand_on_several_lines_without_a_companion_where_none_is_needed() -> None:
    hearing = DisabilityLine(
        category=Category.HEARING, degree=Degree.MODERATE, duration=Duration.TEMPORARY, companion=False
    )
    content = replace(CONTENT, disabilities=(PROFOUND, hearing), valid_until=date(2031, 3, 1))
    lines = [squeezed(line) for line in with_pdfium(render(content)).splitlines()]
    assert squeezed("- سمعية متوسطة مؤقتة") in lines
    assert any(squeezed("1 مارس 2031") in line for line in lines)
    assert "1ermars2031" in "".join(lines)


def test_a_duplicate_and_a_correction_are_marked_and_a_first_issue_is_not() -> None:
    marked = read(replace(CONTENT, duplicate=True, corrected=True))
    for word in ("نسخة", "Duplicata", "مصححة", "Rectifiée"):
        assert word in marked
        assert word not in read(CONTENT)


def test_a_name_without_other_scripts_leaves_no_gap() -> None:
    holder = replace(MALE, latin_name=None, tifinagh_name=None)
    text = squeezed(with_pypdf(render(replace(CONTENT, holder=holder))))
    assert "Yassine" not in text
    assert squeezed("Monsieur:تاريخ الازدياد") in text
    assert text.count(squeezed("ياسين أيت وَعزيز")) == 1


def test_long_names_and_places_shrink_and_wrap_but_stay_whole() -> None:
    name = "فاطمة الزهراء بنت عبد اللطيف العلوي المدغري الإدريسي الشرقاوي البقالي أم المؤمنين عائشة نور الدين"
    place = "جماعة سيدي عبد الله غياث، إقليم الحوز، جهة مراكش آسفي"
    lines = tuple(
        DisabilityLine(category=each, degree=Degree.MODERATE, duration=Duration.TEMPORARY, companion=True)
        for each in Category
    )
    holder = replace(MALE, arabic_name=name, birth_place=place)
    content = replace(
        CONTENT, holder=holder, disabilities=lines, valid_until=date(2031, 3, 1), duplicate=True
    )
    text = read(content)
    assert squeezed(name) in text
    assert squeezed(place) in text
    assert zxingcpp.read_barcodes(pypdfium2.PdfDocument(render(content))[0].render(scale=2).to_pil())


def test_a_name_that_no_page_holds_is_refused() -> None:
    with pytest.raises(TextTooLongError):
        render(replace(CONTENT, holder=replace(MALE, arabic_name="عبد الرحمان " * 60)))


@pytest.mark.parametrize("name", ["ياسين\n", "\u202eياسين", "ياسين\U0001f600", "ياسين\x00"])
def test_a_name_that_cant_be_printed_is_refused_without_telling_it(name: str) -> None:
    with pytest.raises(UnprintableTextError) as refused:
        render(replace(CONTENT, holder=replace(MALE, arabic_name=name)))
    assert "ياسين" not in str(refused.value)


def test_markup_in_a_name_is_printed_as_it_stands() -> None:
    text = with_pdfium(render(replace(CONTENT, holder=replace(MALE, latin_name="<b>A&amp;B</b> (ET) Q"))))
    assert "<b>A&amp;B</b> (ET) Q" in text


def test_the_wording_is_the_one_of_the_day() -> None:
    assert get_wording(date(2021, 10, 7)) == get_wording(date(2026, 10, 30))
    with pytest.raises(NotFound):
        get_wording(date(2021, 10, 6))


def test_no_arabic_or_french_word_stands_in_the_adapters_code() -> None:
    package = Path(__file__).parents[3] / "services" / "certificates" / "adapters" / "pdf"
    for module in package.glob("*.py"):
        assert not re.search("[\u0600-\u06ff]|[éèêàç]", module.read_text(encoding="utf-8")), module.name
