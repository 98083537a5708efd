"""The engines that are compared; each turns a certificate's content into a PDF file."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from zlib import compress

import jinja2
import numpy as np
import qrcode
import typst
from numpy.typing import NDArray
from playwright.sync_api import Page, sync_playwright
from qrcode.constants import ERROR_CORRECT_M
from qrcode.util import QRData
from weasyprint import HTML  # type: ignore[import-untyped]
from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-untyped]

from bench.pages.document import words_of
from libs.ui.typeset import embedding, objects, text
from libs.ui.typeset.embedding import EmbeddedFace
from libs.ui.typeset.fonts import font_folder, get_font_path
from libs.ui.typeset.qr import Segment, drawing
from libs.ui.typeset.sheet import Sheet
from services.certificates.adapters.pdf import compose, new_sheet, signature_field, slot
from services.certificates.adapters.pdf.fast import embed_values
from services.certificates.adapters.pdf.wording import get_wording
from services.certificates.domain.printed import CertificateContent

Engine = Callable[[CertificateContent], bytes]

_HERE = Path(__file__).parent
_CHROMIUM = "/usr/bin/chromium"
_QUIETLY = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
_FACES = (
    ("Arabic", "normal", "arabic"),
    ("Arabic", "bold", "arabic-bold"),
    ("Latin", "normal", "latin"),
    ("Latin", "bold", "latin-bold"),
    ("Tifinagh", "normal", "tifinagh"),
    ("Code", "bold", "code-bold"),
)


@contextmanager
def reportlab_plain() -> Iterator[Engine]:
    """The page drawn whole, with the QR code of the `qrcode` package; only the fonts' tables are kept."""

    def draw(content: CertificateContent) -> bytes:
        with patch.object(drawing, "make_symbol", _their_symbol):
            return _drawn(new_sheet(content, get_wording(content.issued_on)), content)

    yield draw


@contextmanager
def reportlab_cached() -> Iterator[Engine]:
    """The same with all that can be kept: set texts, font programs, compressed streams; fast QR code."""
    kept = ExitStack()
    for name in ("set_text", "fit_text"):
        original = getattr(text, name)
        remembered = cache(original)
        for module in list(sys.modules.values()):
            if getattr(module, name, None) is original:
                kept.enter_context(patch.object(module, name, remembered))
    subset, to_unicode = EmbeddedFace.__dict__["_subset"], embedding.__dict__["_to_unicode"]
    kept.enter_context(patch.object(EmbeddedFace, "_subset", _kept_subset(subset)))
    kept.enter_context(patch.object(embedding, "_to_unicode", _kept_map(to_unicode)))
    kept.enter_context(patch.object(objects, "zlib", SimpleNamespace(compress=cache(compress))))
    undo = kept.pop_all()

    def draw(content: CertificateContent) -> bytes:
        sheet = new_sheet(content, get_wording(content.issued_on))
        embed_values(sheet)
        return _drawn(sheet, content)

    with undo:
        yield draw


@contextmanager
def weasyprint() -> Iterator[Engine]:
    """HTML by WeasyPrint, with its fonts found once."""
    fonts = FontConfiguration()

    def draw(content: CertificateContent) -> bytes:
        pdf: bytes = HTML(string=_html(content), base_url=str(_HERE)).write_pdf(
            font_config=fonts, pdf_variant="pdf/ua-1"
        )
        return pdf

    yield draw


@contextmanager
def typst_compiler() -> Iterator[Engine]:
    """Typst, by one compiler that stays warm."""
    compiler = typst.Compiler(
        str(_HERE / "certificate.typ"),
        root=str(_HERE),
        font_paths=[str(font_folder())],
        ignore_system_fonts=True,
    )

    def draw(content: CertificateContent) -> bytes:
        words = words_of(content, get_wording(content.issued_on)).as_data()
        pdf = compiler.compile(format="pdf", sys_inputs={"words": json.dumps(words)}, pdf_standards=["ua-1"])
        assert isinstance(pdf, bytes)
        return pdf

    yield draw


@contextmanager
def chromium() -> Iterator[Engine]:
    """The same HTML, printed by a browser that stays open."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=_CHROMIUM, args=list(_QUIETLY))
        page = browser.new_page()
        try:
            yield lambda content: _printed(page, content)
        finally:
            browser.close()


def _printed(page: Page, content: CertificateContent) -> bytes:
    page.set_content(_html(content))
    page.evaluate("document.fonts.ready")
    return page.pdf(prefer_css_page_size=True, print_background=True, tagged=True)


def _drawn(sheet: Sheet, content: CertificateContent) -> bytes:
    wording = get_wording(content.issued_on)
    compose(sheet, content, wording)
    sheet.sign_here(signature_field(wording))
    return slot.close(sheet.finish())


def _their_symbol(segments: tuple[Segment, ...]) -> NDArray[np.uint8]:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    for segment in segments:
        code.add_data(QRData(segment.data, mode=segment.mode, check_data=False), optimize=0)
    code.make(fit=True)
    return np.array(code.get_matrix(), np.uint8)


def _kept_subset(original: Callable[[EmbeddedFace], Any]) -> Callable[[EmbeddedFace], Any]:
    kept: dict[Any, Any] = {}

    def subset(face: EmbeddedFace) -> Any:
        key = (face.face.key, tuple(vars(face)["_codes"]))
        if key not in kept:
            kept[key] = original(face)
        return kept[key]

    return subset


def _kept_map(original: Callable[[Any], bytes]) -> Callable[[Any], bytes]:
    by_pairs = cache(original)
    return lambda pairs: by_pairs(tuple(pairs))


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(_HERE), autoescape=True)
    return environment.get_template("certificate.html")


def _html(content: CertificateContent) -> str:
    words = words_of(content, get_wording(content.issued_on)).as_data()
    faces = [(family, weight, get_font_path(key).as_uri()) for family, weight, key in _FACES]
    return _template().render(faces=faces, **words)
