"""Draws the pictures of certificates in the docs: `python -m tests.support.certificate_gallery`."""

from __future__ import annotations

from typing import Final

import pypdfium2
from PIL import Image
from PIL.Image import Image as Picture

from services.certificates.adapters.pdf import get_wording, render_certificate
from services.certificates.domain.printed import CertificateContent, DocumentKind
from tests.support.corpus import Invented, Kind, one_of_each
from tests.support.tree import ROOT

FOLDER: Final = ROOT / "docs" / "certificates"
PAGE: Final = FOLDER / "README.md"
SHOWN: Final = {
    Kind.SCENARIO: "One name in three scripts",
    Kind.LONG_NAME: "A name that takes two lines",
    Kind.TASHKEEL: "A name with vowel marks",
    Kind.YEAR_ONLY: "Only the year of birth is known",
    Kind.MINOR: "A child, known by the birth certificate's number",
    Kind.FOUR_LINES: "Four lines of disability",
    Kind.TEMPORARY: "A temporary disability, with its last day",
    Kind.DUPLICATE: "A duplicate",
    Kind.CORRECTED: "A corrected certificate",
    Kind.CARD: "The card's two faces, a specimen since no model is published",
}
_SCALES: Final = {DocumentKind.CERTIFICATE: 1.25, DocumentKind.CARD: 2.6}
_COLOURS: Final = 96
_BETWEEN: Final = 24
_HEAD: Final = """# Certificates, as they are printed

Ten invented people's documents, printed by the platform's own code; numbers that begin with ZZ are nobody's.
Drawn by `python -m tests.support.certificate_gallery`; a test compares each picture with what is printed now.
See also [what programs read](reading.md) in these files and [what scanners read](scanning.md) on the paper.
"""


def people() -> dict[Kind, Invented]:
    """Whom the pictures show."""
    return {person.kind: person for person in one_of_each() if person.kind in SHOWN}


def drawn(content: CertificateContent) -> Picture:
    """All pages of a document, one under the other, in few colours."""
    document = pypdfium2.PdfDocument(render_certificate(content, get_wording(content.issued_on)))
    try:
        pages = [page.render(scale=_SCALES[content.kind]).to_pil().convert("RGB") for page in document]
    finally:
        document.close()
    heights = [page.height for page in pages]
    sheet = Image.new("RGB", (pages[0].width, sum(heights) + _BETWEEN * (len(pages) - 1)), "white")
    top = 0
    for page in pages:
        sheet.paste(page, (0, top))
        top += page.height + _BETWEEN
    return sheet.quantize(_COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)


def page() -> str:
    """The documentation's page."""
    return _HEAD + "".join(f"\n## {title}\n\n![{title}]({kind}.png)\n" for kind, title in SHOWN.items())


def main() -> None:
    """Write the page and its pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
    for kind, person in people().items():
        drawn(person.content).save(FOLDER / f"{kind}.png", optimize=True)


if __name__ == "__main__":
    main()
