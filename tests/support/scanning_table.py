"""Counts how often two scanners read a certificate's QR code: `python -m tests.support.scanning_table`."""

from __future__ import annotations

from functools import cache
from typing import Final

from libs.contracts.qr import payload_in
from services.certificates.adapters.pdf import get_wording, render_certificate
from services.certificates.domain.printed import CertificateContent
from tests.support.corpus import Kind, one_of_each
from tests.support.qr_readers import DPI, TRIES, Reader, Wear, read, render, worn
from tests.support.tree import ROOT

DOCUMENT: Final = ROOT / "docs" / "certificates" / "scanning.md"
MEASURED: Final = {Reader.ZXING: 5, Reader.ZBAR: 6}
"""Of six photographs askew, read in the experiments before this platform; neither scanner may do worse."""

_HEAD: Final = f"""# What scanners read

The page of a certificate with a long name, whose QR code carries {{size}} bytes, rendered at {DPI} dots an
inch, worn in {TRIES} different ways of each sort, and how often each scanner reads the whole address. Before
this platform, {MEASURED[Reader.ZXING]} and {MEASURED[Reader.ZBAR]} of 6 photographs were read. Written by
`python -m tests.support.scanning_table`.

"""


@cache
def sample() -> CertificateContent:
    """A certificate with as full a payload as there is."""
    return next(person.content for person in one_of_each() if person.kind is Kind.LONG_NAME)


@cache
def times_read(wear: Wear, reader: Reader) -> int:
    """How often a scanner reads the sample's address off worn pages."""
    content = sample()
    picture = render(render_certificate(content, get_wording(content.issued_on)))
    pages = (worn(picture, wear, seed) for seed in range(TRIES))
    return sum(read(page, reader) == [content.qr_url] for page in pages)


def row(wear: Wear) -> str:
    """One line of the table."""
    counts = " | ".join(str(times_read(wear, reader)) for reader in Reader)
    return f"| {wear} | {counts} |\n"


def table() -> str:
    """The whole document."""
    head = f"| of {TRIES} pages | {' | '.join(Reader)} |\n|---|{'---|' * len(Reader)}\n"
    return _HEAD.format(size=len(payload_in(sample().qr_url))) + head + "".join(map(row, Wear))


if __name__ == "__main__":
    DOCUMENT.write_text(table(), encoding="utf-8")
