"""What pages are set from in tests: a plain certificate, a long one, a minor's and a card."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from libs.contracts.people import IdentifierKind, Precision, Sex
from libs.contracts.requests import Category, Degree, DisabilityLine, Duration
from services.certificates.domain.printed import CertificateContent, DocumentKind, Holder

HOLDER = Holder(
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
LINES = tuple(
    DisabilityLine(category=each, degree=Degree.MODERATE, duration=Duration.TEMPORARY, companion=True)
    for each in Category
)
CONTENT = CertificateContent(
    number="2026/000123",
    issued_on=date(2026, 10, 30),
    holder=HOLDER,
    disabilities=LINES[:1],
    valid_until=date(2031, 3, 1),
    verification_code="4K7M-9QZT-2WX8-RDV5-H",
    verify_url="https://khadamaty.social.gov.ma/verify",
    qr_url="HTTPS://KHADAMATY.SOCIAL.GOV.MA/V#" + "7" * 500,
    centre="مكناس",
)
LONG = replace(
    CONTENT,
    disabilities=LINES,
    holder=replace(
        HOLDER,
        arabic_name="فاطمة الزهراء بنت عبد اللطيف العلوي المدغري الإدريسي الشرقاوي البقالي "
        "أم المؤمنين عائشة نور الدين",
        latin_name="Fatima-Zahra Bent Abdellatif El Alaoui El Mdaghri El Idrissi Cherkaoui El Bakkali",
        birth_place="جماعة سيدي عبد الله غياث، إقليم الحوز، جهة مراكش آسفي",
    ),
    duplicate=True,
    corrected=True,
)
CARD = replace(CONTENT, kind=DocumentKind.CARD)
KINDS = {
    "plain": CONTENT,
    "long": LONG,
    "card": CARD,
    "minor": replace(
        CONTENT,
        valid_until=None,
        holder=replace(
            HOLDER,
            latin_name=None,
            tifinagh_name=None,
            identifier_kind=IdentifierKind.BIRTH_CERTIFICATE,
            identifier="214/2019",
        ),
    ),
}
