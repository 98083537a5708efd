"""The guidance centres (COAPH) and their regions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Centre:
    """One centre, seeded one per prefecture or province until the ministry's own list is imported.

    Attributes:
        code: The prefecture's or province's code of the High Commission for Planning, three digits.
        name_ar: The place's name; the page puts the words for the centre before it.
        name_fr: The same in French.
        region: The region's number, two digits.
        active: Whether it takes requests.
        verified: False until the ministry confirmed that it exists.
    """

    code: str
    name_ar: str
    name_fr: str
    region: str
    region_ar: str
    region_fr: str
    active: bool = True
    verified: bool = False

    def name_in(self, lang: str) -> str:
        """The place's name in one of the page languages."""
        return self.name_fr if lang == "fr" else self.name_ar

    def region_in(self, lang: str) -> str:
        """The region's name in one of the page languages."""
        return self.region_fr if lang == "fr" else self.region_ar
