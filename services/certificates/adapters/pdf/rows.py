"""The lines of what a certificate states, each in Arabic and in French."""

from libs.ui.typeset.blocks import ValueStyle
from services.certificates.adapters.pdf.looks import (
    AMAZIGH,
    FRENCH,
    FRENCH_VALUE,
    LATIN_NAME,
    NAME,
    SYMBOLS,
    TIFINAGH_NAME,
    VALUE,
)
from services.certificates.adapters.pdf.table import Row
from services.certificates.adapters.pdf.values import last_day
from services.certificates.adapters.pdf.wording import Wording
from services.certificates.domain.printed import CertificateContent


def rows_of(content: CertificateContent, wording: Wording) -> list[Row]:
    """The rows that a content needs, from top to bottom."""
    holder, labels, french = content.holder, wording.labels, wording.french
    end = wording.label_end.rstrip()
    rows = [
        _name(content, wording),
        _plain("birth_date", labels.birth_date + end, french.labels.birth_date),
        Row(labels.birth_place + end, ("birth_place",), VALUE, french.labels.birth_place),
        _plain(
            "identifier",
            wording.identifiers[holder.identifier_kind] + end,
            french.identifier_labels[holder.identifier_kind],
            SYMBOLS,
        ),
        _disabilities(content, wording),
    ]
    if last_day(content):
        rows.append(_plain("valid_until", labels.valid_until + end, french.labels.valid_until))
    return rows


def _plain(name: str, label: str, french_label: str, style: ValueStyle = VALUE) -> Row:
    return Row(label, (name,), style, french_label, ((f"{name}_fr", FRENCH_VALUE, FRENCH),))


def _name(content: CertificateContent, wording: Wording) -> Row:
    """The Arabic name, and in the other cell the scripts that the register has besides."""
    holder = content.holder
    others = [("latin_name", LATIN_NAME, FRENCH)] if holder.latin_name else []
    others += [("tifinagh_name", TIFINAGH_NAME, AMAZIGH)] if holder.tifinagh_name else []
    label = wording.civility[holder.sex] + wording.label_end.rstrip()
    return Row(label, ("name",), NAME, wording.french.civility[holder.sex], tuple(others))


def _disabilities(content: CertificateContent, wording: Wording) -> Row:
    names = tuple(f"disability_{index}" for index in range(len(content.disabilities)))
    return Row(
        wording.labels.disability + wording.label_end.rstrip(),
        names,
        VALUE,
        wording.french.labels.disability,
        tuple((f"{name}_fr", FRENCH_VALUE, FRENCH) for name in names),
    )
