"""Compares a page that was set with the file that it was set from, by the words that a reader finds in it."""

from __future__ import annotations

from datetime import date

from libs.contracts.requests import PrintedPerson
from services.certificates.adapters.pdf.readback import read_rows
from services.certificates.adapters.pdf.wording import Wording
from services.certificates.domain.proof import ProofField, ProofLine


def compare(
    pdf: bytes, printed: PrintedPerson, valid_until: date | None, wording: Wording
) -> tuple[ProofLine, ...]:
    """Every fact of the page beside that of the file; what only one of them has is a line, too.

    Args:
        pdf: The page.
        printed: What the file says of its holder.
        valid_until: What the opinion says; None for ever.
        wording: What the page was set in.
    """
    said = _said(printed, valid_until, wording)
    labels = _labels(printed, wording)
    found = {_bare(row[0], wording): row for row in read_rows(pdf)}
    lines = []
    for field, (label, french_label) in labels.items():
        cells = [cell for cell in found.pop(label, ())[1:] if cell and cell != french_label]
        if cells or said[field]:
            lines.append(ProofLine(field, tuple(cells), said[field]))
    if found:
        # A row that no fact of the file accounts for is told with the last one, and makes it differ.
        extra = tuple(" ".join(row) for row in found.values())
        lines[-1] = ProofLine(lines[-1].field, (*lines[-1].printed, *extra), lines[-1].said)
    return tuple(lines)


def _bare(label: str, wording: Wording) -> str:
    return label.removesuffix(wording.label_end.rstrip())


def _labels(printed: PrintedPerson, wording: Wording) -> dict[ProofField, tuple[str, str]]:
    arabic, french, kind = wording.labels, wording.french.labels, printed.identifier.kind
    return {
        ProofField.NAME: (wording.civility[printed.sex], wording.french.civility[printed.sex]),
        ProofField.BIRTH_DATE: (arabic.birth_date, french.birth_date),
        ProofField.BIRTH_PLACE: (arabic.birth_place, french.birth_place),
        ProofField.IDENTIFIER: (wording.identifiers[kind], wording.french.identifier_labels[kind]),
        ProofField.DISABILITY: (arabic.disability, french.disability),
        ProofField.VALID_UNTIL: (arabic.valid_until, french.valid_until),
    }


def _said(
    printed: PrintedPerson, valid_until: date | None, wording: Wording
) -> dict[ProofField, tuple[str, ...]]:
    """The file's facts, each in Arabic and in French, as the page has to say them."""
    french = wording.french
    day, precision = printed.birth_date, printed.birth_precision
    lines, sex = printed.disabilities, printed.sex
    until = (wording.long_date(valid_until), french.long_date(valid_until)) if valid_until else ()
    return {
        ProofField.NAME: _named(
            f"{printed.arabic_given_name} {printed.arabic_family_name}",
            f"{printed.latin_given_name} {printed.latin_family_name}",
        ),
        ProofField.BIRTH_DATE: (wording.birth(day, precision), french.birth(day, precision)),
        ProofField.BIRTH_PLACE: _named(printed.birth_place),
        ProofField.IDENTIFIER: (printed.identifier.printed(), printed.identifier.printed()),
        ProofField.DISABILITY: (
            "\n".join(wording.line(line, sex) for line in lines),
            "\n".join(french.line(line) for line in lines),
        ),
        ProofField.VALID_UNTIL: until,
    }


def _named(*names: str) -> tuple[str, ...]:
    return tuple(stripped for name in names if (stripped := name.strip()))
