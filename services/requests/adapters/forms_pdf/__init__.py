"""The five forms to print and fill in, as PDF."""

from services.requests.adapters.forms_pdf.page import render_form
from services.requests.adapters.forms_pdf.wording import FormKind, FormPrefill, FormWording, get_form_wording

__all__ = ["FormKind", "FormPrefill", "FormWording", "get_form_wording", "render_form"]
