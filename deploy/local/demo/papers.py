"""The papers of the walk: a medical file as an agent would scan it, and the certificate as a picture."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Final

import pypdfium2
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from deploy.local.demo.page import Document

PICTURE_SCALE: Final = 1.6
_LEFT_PT: Final = 72
_TOP_PT: Final = 760


def medical_file() -> Document:
    """A PDF of two pages that stands for the filled-in medical file, as a scanner would leave it."""
    written = BytesIO()
    canvas = Canvas(written, pagesize=A4)
    for number in (1, 2):
        canvas.drawString(_LEFT_PT, _TOP_PT, f"Invented medical file for the demonstration, page {number}")
        canvas.rect(_LEFT_PT, _LEFT_PT, A4[0] - 2 * _LEFT_PT, _TOP_PT - 2 * _LEFT_PT)
        canvas.showPage()
    canvas.save()
    return Document("medical-file.pdf", "application/pdf", written.getvalue())


def draw_picture(pdf: bytes, path: Path) -> None:
    """Leave the first page of a PDF as a PNG picture."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        document[0].render(scale=PICTURE_SCALE).to_pil().save(path)
    finally:
        document.close()
