"""What the forms ask, read from `forms/*.json`; the text is this platform's own model."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

_FOLDER = Path(__file__).resolve().parents[2] / "forms"


class FormKind(StrEnum):
    """The forms of the private space's fourth part (domain digest, section 1)."""

    INFORMATION = "information"
    MENTAL = "mental"
    MOTOR = "motor"
    HEARING = "hearing"
    VISUAL = "visual"


@dataclass(frozen=True, slots=True)
class FormPrefill:
    """What is known of the person and saves them writing it."""

    family_name: str
    given_name: str
    identifier: str
    birth_date: date
    reference: str = ""


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Bilingual(_Words):
    """A text in Arabic and in French."""

    ar: str
    fr: str


class _Field(_Words):
    """Something to fill in; `width` is its part of the line."""

    label: Bilingual
    width: float = 1.0


class LineField(_Field):
    """A box for free writing."""

    kind: Literal["line"]
    prefill: Literal["family_name", "given_name"] | None = None


class CombField(_Field):
    """One box per character."""

    kind: Literal["comb"]
    count: int
    prefill: Literal["identifier"] | None = None


class DayField(_Field):
    """A date: day, month and year in boxes."""

    kind: Literal["day"]
    prefill: Literal["birth_date"] | None = None


class ChoiceField(_Field):
    """Boxes to tick."""

    kind: Literal["choice"]
    options: tuple[Bilingual, ...]


class AreaField(_Field):
    """Ruled lines for a longer answer."""

    kind: Literal["area"]
    lines: int


class TableField(_Words):
    """A table; the first column names its rows, the others are blank or hold a box to tick."""

    kind: Literal["table"]
    columns: tuple[Bilingual, ...]
    rows: tuple[Bilingual, ...]
    cells: Literal["blank", "box"]


class Note(_Words):
    """A paragraph to read."""

    kind: Literal["note"]
    text: Bilingual


class SignatureField(_Words):
    """Places for signatures and stamps, side by side."""

    kind: Literal["signature"]
    labels: tuple[Bilingual, ...]


Cell = LineField | CombField | DayField | ChoiceField | AreaField
Item = Annotated[
    Cell | TableField | Note | SignatureField,
    Field(discriminator="kind"),
]


class Section(_Words):
    """A titled group of items."""

    title: Bilingual
    items: tuple[Item, ...]


class Form(_Words):
    """One form; a medical one is set between the sections that all medical ones share."""

    title: Bilingual
    intro: Bilingual
    medical: bool
    sections: tuple[Section, ...]


class Letterhead(_Words):
    """What stands around every form."""

    language: str
    country: Bilingual
    office: Bilingual
    model: Bilingual
    reference: Bilingual
    page: str
    author: str


class _MedicalFrame(_Words):
    opening: tuple[Section, ...]
    closing: tuple[Section, ...]


class FormWording(_Words):
    """Every word of the five forms."""

    letterhead: Letterhead
    forms: dict[FormKind, Form]


@cache
def get_form_wording() -> FormWording:
    """The forms as they stand in the service's data, read once per process."""
    frame = _MedicalFrame.model_validate_json((_FOLDER / "medical.json").read_bytes())
    forms = {}
    for kind in FormKind:
        form = Form.model_validate_json((_FOLDER / f"{kind}.json").read_bytes())
        if form.medical:
            sections = (*frame.opening, *form.sections, *frame.closing)
            form = form.model_copy(update={"sections": sections})
        forms[kind] = form
    letterhead = Letterhead.model_validate_json((_FOLDER / "letterhead.json").read_bytes())
    return FormWording(letterhead=letterhead, forms=forms)
