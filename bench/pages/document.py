"""A certificate's words and QR code without any layout, so that every engine prints the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from libs.ui.typeset.qr import make_symbol, split
from services.certificates.adapters.pdf import Wording, page_values
from services.certificates.adapters.pdf.rows import rows_of
from services.certificates.domain.printed import CertificateContent


@dataclass(frozen=True)
class Row:
    """One row of the table: both labels with the values beside them."""

    label: str
    values: list[str]
    french_label: str
    french_values: list[str]


@dataclass(frozen=True)
class Words:
    """Everything that stands on the page, in reading order.

    Attributes:
        pairs: Paragraphs above the table, then below it, each with its French.
        qr_svg: The QR code as an image, made by the fast encoder for every engine alike.
    """

    title: str
    letterhead: list[str]
    french_letterhead: list[str]
    tifinagh: str
    date: list[str]
    number: list[str]
    heading: list[str]
    above: list[list[str]]
    rows: list[Row]
    below: list[list[str]]
    notice: list[str]
    verification: list[str]
    code: list[str]
    captions: list[str]
    foot: list[str]
    qr_svg: str

    def as_data(self) -> dict[str, Any]:
        """The same for a template."""
        return asdict(self)


def words_of(content: CertificateContent, wording: Wording) -> Words:
    """The words of one certificate."""
    values, french = page_values(content, wording), wording.french
    address = urlsplit(content.verify_url)
    shown = address.netloc + address.path
    return Words(
        title=wording.document_title.format(number=content.number),
        letterhead=list(wording.letterhead.arabic),
        french_letterhead=list(wording.letterhead.french),
        tifinagh=wording.letterhead.tifinagh or "",
        date=[wording.labels.date + wording.label_end, values["issued_on"], values["issued_on_fr"]],
        number=[wording.labels.number + wording.label_end, content.number],
        heading=[wording.title, french.title],
        above=[
            [wording.basis.format(ministry=wording.ministry), french.basis.format(ministry=french.ministry)],
            [
                wording.statement.format(ministry=wording.ministry),
                french.statement.format(ministry=french.ministry),
            ],
        ],
        rows=_rows(content, wording, values),
        below=_below(content, wording),
        notice=[french.notice_arabic, french.notice],
        verification=[
            wording.verification.format(verify_url=shown),
            french.verification.format(verify_url=shown),
        ],
        code=[wording.labels.code + wording.label_end, content.verification_code],
        captions=[wording.qr_caption, french.qr_caption],
        foot=[wording.labels.centre + wording.label_end, values["centre"], wording.address],
        qr_svg=_svg(content.qr_url),
    )


def _rows(content: CertificateContent, wording: Wording, values: Mapping[str, str]) -> list[Row]:
    return [
        Row(
            row.label,
            [values[name] for name in row.names],
            row.french_label,
            [values[name] for name, *_ in row.french],
        )
        for row in rows_of(content, wording)
    ]


def _below(content: CertificateContent, wording: Wording) -> list[list[str]]:
    """What follows the table."""
    french, sex = wording.french, content.holder.sex
    purpose = [wording.purpose[sex], french.purpose[sex]]
    portal = [wording.portal.format(portal=urlsplit(content.verify_url).netloc), ""]
    if any(line.companion for line in content.disabilities):
        return [[wording.companion_right[sex], french.companion_right], purpose, portal]
    return [purpose, portal]


def _svg(data: str) -> str:
    symbol = make_symbol(split(data))
    side = len(symbol) + 8
    shapes = "".join(
        f"M{column + 4},{row + 4}h1v1h-1z"
        for row, modules in enumerate(symbol.tolist())
        for column, dark in enumerate(modules)
        if dark
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" width="{side}" height="{side}">'
        f'<path d="{shapes}"/></svg>'
    )
