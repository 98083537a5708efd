"""Prints the forms to download, beside the event loop."""

from __future__ import annotations

import asyncio

from libs.ui.typeset.errors import TextTooLongError, UnprintableTextError
from services.requests.adapters.forms_pdf import FormKind, FormPrefill, get_form_wording, render_form
from services.requests.ports import FormFilling

_AT_ONCE = 2


class PdfForms:
    """The five forms; blank ones are printed once per process."""

    def __init__(self) -> None:
        self._blank: dict[str, bytes] = {}
        self._free = asyncio.Semaphore(_AT_ONCE)

    async def print(self, kind: str, filling: FormFilling | None) -> bytes:
        """The form as a PDF file; a name that can't be printed stays blank."""
        if filling is None and kind in self._blank:
            return self._blank[kind]
        async with self._free:
            content = await asyncio.to_thread(_render, FormKind(kind), filling)
        if filling is None:
            self._blank[kind] = content
        return content


def _render(kind: FormKind, filling: FormFilling | None) -> bytes:
    wording = get_form_wording()
    if filling is None:
        return render_form(kind, None, wording)
    known = FormPrefill(
        family_name=filling.family_name,
        given_name=filling.given_name,
        identifier=filling.identifier,
        birth_date=filling.birth_date,
        reference=filling.reference,
    )
    try:
        return render_form(kind, known, wording)
    except (TextTooLongError, UnprintableTextError):
        nameless = FormPrefill("", "", filling.identifier, filling.birth_date, filling.reference)
        return render_form(kind, nameless, wording)
