"""The certificate as a PDF page."""

from services.certificates.adapters.pdf.page import (
    compose,
    new_sheet,
    render_certificate,
    signature_field,
)
from services.certificates.adapters.pdf.values import Shape, page_shape, page_values
from services.certificates.adapters.pdf.wording import Wording, get_wording

__all__ = [
    "Shape",
    "Wording",
    "compose",
    "get_wording",
    "new_sheet",
    "page_shape",
    "page_values",
    "render_certificate",
    "signature_field",
]
