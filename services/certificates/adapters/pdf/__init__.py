"""The certificate as a PDF page."""

from services.certificates.adapters.pdf.page import render_certificate
from services.certificates.adapters.pdf.wording import Wording, get_wording

__all__ = ["Wording", "get_wording", "render_certificate"]
