"""A certificate's QR code is read off worn pages by two scanners, as often as was measured or oftener."""

from __future__ import annotations

from dataclasses import replace

import pytest

from libs.contracts.qr import LARGEST_PAYLOAD, payload_in
from services.certificates.adapters.pdf import get_wording, render_certificate
from services.certificates.domain.printed import DocumentKind
from tests.support.corpus import Invented, one_of_each
from tests.support.qr_readers import DPI, TRIES, Reader, Wear, read, render, worn
from tests.support.scanning_table import DOCUMENT, MEASURED, row, sample, times_read

CARD_DPI = 200.0


@pytest.mark.parametrize("reader", Reader)
@pytest.mark.parametrize("wear", Wear)
def test_no_scanner_reads_fewer_worn_pages_than_were_measured(wear: Wear, reader: Reader) -> None:
    assert times_read(wear, reader) >= MEASURED[reader]


@pytest.mark.parametrize("person", one_of_each(), ids=lambda person: person.name)
def test_every_kind_of_certificate_is_read_rendered_and_photographed(person: Invented) -> None:
    content = person.content
    # A card bears its symbol on the back; it is smaller than a page, so a camera is held closer to it.
    page, dpi = (1, CARD_DPI) if content.kind is DocumentKind.CARD else (0, DPI)
    picture = render(render_certificate(content, get_wording(content.issued_on)), dpi, page)
    for wear in (Wear.NONE, Wear.PHONE):
        shot = worn(picture, wear, seed=1)
        assert [read(shot, reader) for reader in Reader] == [[content.qr_url]] * len(Reader)


def test_the_printed_table_says_what_is_measured() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert all(row(wear) in text for wear in Wear)


def test_the_sample_carries_as_much_as_a_payload_may() -> None:
    assert LARGEST_PAYLOAD - 2 <= len(payload_in(sample().qr_url)) <= LARGEST_PAYLOAD


def test_a_symbol_that_carries_too_much_is_not_read_askew() -> None:
    content = replace(sample(), qr_url=sample().qr_url + "7" * 2000)
    picture = render(render_certificate(content, get_wording(content.issued_on)))
    photographs = [worn(picture, Wear.PHONE, seed) for seed in range(TRIES)]
    assert sum(bool(read(page, Reader.ZXING)) for page in photographs) < MEASURED[Reader.ZXING]
