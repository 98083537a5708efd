"""Whom the benches' certificates name: one of the demo's invented people, with another card for each."""

from __future__ import annotations

from deploy.local.demo.people import Applicant
from libs.contracts.people import Identifier, IdentifierKind, Precision, Sex
from libs.contracts.requests import DisabilityLine, PrintedPerson


def printed_person(number: int) -> PrintedPerson:
    """The `number`-th person."""
    person = Applicant.read("adult")
    return PrintedPerson(
        arabic_family_name=person.arabic_family_name,
        arabic_given_name=person.arabic_given_name,
        latin_family_name=person.latin_family_name,
        latin_given_name=person.latin_given_name,
        sex=Sex(person.sex),
        birth_date=person.birth_date,
        birth_precision=Precision.DAY,
        birth_place=person.birth_place,
        identifier=Identifier(kind=IdentifierKind(person.kind), number=f"ZZ{number:06d}"),
        disabilities=(DisabilityLine.model_validate({**person.disability, "companion": True}),),
    )
