"""Invented people who ask for a certificate, and the words that the platform has to say to them."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final, Self

HERE: Final = Path(__file__).parent
# Six digits that begin with none of the seeded data bank's.
_SMALLEST: Final = 300_000
_LARGEST: Final = 999_999


@dataclass(frozen=True)
class Applicant:
    """Somebody who asks for a certificate.

    Attributes:
        kind: `cin`, `birth_certificate` or `residence_card`.
        number: As it is typed; invented numbers begin with ZZ.
        office: Of the birth certificate; else empty.
        year: Of the birth certificate; else empty.
        printed_number: As the platform prints it.
        chosen_code: The secret code that the person chooses.
        disability: What the committee finds: category, degree, duration, companion.
    """

    kind: str
    number: str
    office: str
    year: str
    printed_number: str
    birth_date: date
    email: str
    sex: str
    birth_place: str
    arabic_family_name: str
    arabic_given_name: str
    latin_family_name: str
    latin_given_name: str
    chosen_code: str
    centre: str
    disability: Mapping[str, str]

    @classmethod
    def read(cls, name: str) -> Self:
        """Read one of the invented people of `people.json`."""
        known: dict[str, Any] = json.loads((HERE / "people.json").read_text(encoding="utf-8"))[name]
        return cls(**{**known, "birth_date": date.fromisoformat(known["birth_date"])})

    def somebody_new(self, chance: random.Random) -> Self:
        """The same data under a number and an address that nobody has used yet."""
        digits = str(chance.randrange(_SMALLEST, _LARGEST))
        user, _, host = self.email.partition("@")
        fresh = replace(self, email=f"{user}-{digits}@{host}")
        if self.kind == "cin":
            return replace(fresh, number=f"zz {digits[:3]}-{digits[3:]}", printed_number=f"ZZ{digits}")
        return replace(fresh, number=digits, printed_number=self.printed_number.format(act=digits))


def read_words(lang: str) -> Mapping[str, str]:
    """The texts by which mails and papers are recognised, by key, as `docs` and the manual give them."""
    words: dict[str, dict[str, str]] = json.loads((HERE / "words.json").read_text(encoding="utf-8"))
    return words[lang]
