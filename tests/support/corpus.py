"""Invented people of every kind that a certificate must be printed for, the same ones from the same seed."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final

from libs.contracts.code import ALPHABET, CODE_LENGTH, format_code
from libs.contracts.people import IdentifierKind, Precision, Sex
from libs.contracts.qr import (
    KEY_ID_BYTES,
    SIGNATURE_BYTES,
    QrClaims,
    address_of,
    prepare,
)
from libs.contracts.qr import DocumentKind as QrDocument
from libs.contracts.requests import Category, Degree, DisabilityLine, Duration
from services.certificates.domain.printed import CertificateContent, DocumentKind, Holder

SEED: Final = "khadamaty"
SIZE: Final = 500
ORIGIN: Final = "https://khadamaty.social.gov.ma"

_WORDS: Final[dict[str, Any]] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
_FIRST_ISSUE: Final = date(2026, 1, 5)


class Kind(StrEnum):
    """What is particular about a person or a certificate."""

    PLAIN = "plain"
    LONG_NAME = "long-name"
    TASHKEEL = "tashkeel"
    ACCENTS = "accents"
    APOSTROPHES = "apostrophes"
    TIFINAGH = "tifinagh"
    NO_LATIN = "no-latin"
    YEAR_ONLY = "year-only"
    MINOR = "minor"
    FOREIGNER = "foreigner"
    TWO_LINES = "two-lines"
    FOUR_LINES = "four-lines"
    COMPANION = "companion"
    TEMPORARY = "temporary"
    DUPLICATE = "duplicate"
    CORRECTED = "corrected"
    CARD = "card"
    SCENARIO = "scenario"
    RARE_MARKS = "rare-marks"
    LATIN_IN_ARABIC = "latin-in-arabic"
    DIGITS = "digits"


ODD: Final = frozenset({Kind.RARE_MARKS, Kind.LATIN_IN_ARABIC, Kind.DIGITS})
"""Kinds whose names no frozen template is meant to hold."""

_WHOLE_NAMES: Final = {Kind.LONG_NAME: "long", Kind.TASHKEEL: "tashkeel", Kind.FOREIGNER: "foreign"}


@dataclass(frozen=True)
class Invented:
    """One invented certificate.

    Attributes:
        name: Its place in the corpus and its kind, `017-tifinagh`.
    """

    name: str
    kind: Kind
    content: CertificateContent


@cache
def corpus(size: int = SIZE) -> tuple[Invented, ...]:
    """The first `size` invented certificates, the kinds by turns."""
    kinds = tuple(Kind)
    return tuple(invent(index, kinds[index % len(kinds)]) for index in range(size))


def one_of_each() -> tuple[Invented, ...]:
    """The first certificate of every kind."""
    return corpus(len(Kind))


def invent(index: int, kind: Kind) -> Invented:
    """The `index`-th certificate; it depends on nothing but its index and its kind."""
    chance = Random(f"{SEED}:{index}:{kind}")  # noqa: S311 - repeatable, and nothing secret
    issued_on = _FIRST_ISSUE + timedelta(days=chance.randrange(360))
    code = "".join(chance.choices(ALPHABET, k=CODE_LENGTH))
    content = CertificateContent(
        number=f"{issued_on.year}/{index + 1:06d}",
        issued_on=issued_on,
        holder=_holder(index, kind, chance),
        disabilities=_disabilities(kind, chance),
        valid_until=_years_later(issued_on, chance.choice((1, 2))) if kind is Kind.TEMPORARY else None,
        verification_code=format_code(code),
        verify_url=f"{ORIGIN}/verify",
        qr_url="",
        centre=chance.choice(_WORDS["centres"]),
        duplicate=kind is Kind.DUPLICATE,
        corrected=kind is Kind.CORRECTED,
        kind=DocumentKind.CARD if kind is Kind.CARD else DocumentKind.CERTIFICATE,
    )
    return Invented(f"{index:03d}-{kind}", kind, _with_payload(content, code, chance))


def _with_payload(content: CertificateContent, code: str, chance: Random) -> CertificateContent:
    """The certificate with its QR code's address; the signature is as long as one, and nobody's."""
    claims = QrClaims(
        number=content.number,
        version=1 + (content.duplicate or content.corrected),
        kind=QrDocument[content.kind.name],
        issued_on=content.issued_on,
        valid_until=content.valid_until,
        arabic_name=content.holder.arabic_name,
        latin_name=content.holder.latin_name or "",
        code=code,
        status_index=chance.randrange(1_000_000),
    )
    payload = prepare(claims, chance.randbytes(KEY_ID_BYTES)).signed(chance.randbytes(SIGNATURE_BYTES))
    return replace(content, qr_url=address_of(payload, ORIGIN))


def _holder(index: int, kind: Kind, chance: Random) -> Holder:
    if kind is Kind.SCENARIO:
        return _scenario(index)
    sex, arabic, latin, tifinagh = _names(kind, chance)
    born = date(chance.randrange(1932, 2004), 1, 1) + timedelta(days=chance.randrange(365))
    holder = Holder(
        arabic_name=arabic,
        latin_name=latin,
        tifinagh_name=tifinagh if kind is Kind.TIFINAGH else None,
        sex=sex,
        birth_date=born,
        birth_precision=Precision.DAY,
        birth_place=chance.choice(_WORDS["places"]),
        identifier_kind=IdentifierKind.CIN,
        identifier=f"ZZ{100000 + index}",
    )
    return _registered(holder, index, kind, chance)


def _registered(holder: Holder, index: int, kind: Kind, chance: Random) -> Holder:
    """The holder with the register's particulars of a kind."""
    if kind is Kind.YEAR_ONLY:
        first_day = holder.birth_date.replace(month=1, day=1)
        return replace(holder, birth_date=first_day, birth_precision=Precision.YEAR)
    if kind is Kind.NO_LATIN:
        return replace(holder, latin_name=None)
    if kind is Kind.FOREIGNER:
        card = f"ZZ{2000 + index}T"
        return replace(holder, identifier_kind=IdentifierKind.RESIDENCE_CARD, identifier=card)
    if kind is Kind.MINOR:
        born = date(chance.randrange(2012, 2024), chance.randrange(1, 13), chance.randrange(1, 29))
        act = f"{chance.randrange(1, 999)}/{born.year}"
        kind_of_act = IdentifierKind.BIRTH_CERTIFICATE
        return replace(holder, birth_date=born, identifier_kind=kind_of_act, identifier=act)
    return holder


def _names(kind: Kind, chance: Random) -> tuple[Sex, str, str, str]:
    """Sex, and the name in Arabic, Latin and Tifinagh letters."""
    if kind in _WHOLE_NAMES:
        sex, arabic, latin = chance.choice(_WORDS[_WHOLE_NAMES[kind]])
        return Sex(sex), arabic, latin, ""
    sex = chance.choice(tuple(Sex))
    given = chance.choice(_WORDS["given"][sex])
    family = chance.choice(_WORDS["family"])
    arabic, latin, tifinagh = (f"{given[script]} {family[script]}" for script in range(3))
    if kind in {Kind.ACCENTS, Kind.APOSTROPHES}:
        latin = " ".join(chance.choice(_WORDS[kind]))
    if kind in ODD:
        arabic = " ".join(chance.choice(_WORDS[kind.replace("-", "_")]))
    return sex, arabic, latin, tifinagh


def _scenario(index: int) -> Holder:
    """The fifth test scenario of the domain digest: one name in three scripts."""
    return Holder(
        arabic_name="ياسين أيت وَعزيز",
        latin_name="Yassine Aït Ouâziz",
        tifinagh_name="ⵢⴰⵙⵉⵏ ⴰⵢⵜ ⵡⴰⵣⵉⵣ",
        sex=Sex.MALE,
        birth_date=date(1983, 8, 5),
        birth_precision=Precision.DAY,
        birth_place="مكناس",
        identifier_kind=IdentifierKind.CIN,
        identifier=f"ZZ{100000 + index}",
    )


def _disabilities(kind: Kind, chance: Random) -> tuple[DisabilityLine, ...]:
    count = {Kind.TWO_LINES: chance.choice((2, 3)), Kind.FOUR_LINES: 4}.get(kind, 1)
    lines = []
    for category in chance.sample(tuple(Category), count):
        degree = Degree.PROFOUND if kind is Kind.COMPANION else chance.choice(tuple(Degree))
        lines.append(
            DisabilityLine(
                category=category,
                degree=degree,
                duration=Duration.TEMPORARY if kind is Kind.TEMPORARY else Duration.PERMANENT,
                companion=kind is Kind.COMPANION or (degree is Degree.PROFOUND and chance.random() < 0.5),
            )
        )
    return tuple(lines)


def _years_later(day: date, years: int) -> date:
    return (day + timedelta(days=round(365.25 * years))) - timedelta(days=1)
