"""The public check of a code alone, answered in front of the application."""

from __future__ import annotations

import re
from typing import Final

from libs.chassis.errors import ServiceError
from services.verification import handlers
from services.verification.api.checks import PATH
from services.verification.api.told import UNKNOWN, day_number, told, told_malformed
from services.verification.domain.typed import Malformed, read_plain
from services.verification.ports import Deps

# One key, one text of plain ASCII without escapes; whatever else may be JSON is left to the application.
_SIMPLE: Final = re.compile(
    rb'[ \t\r\n]*\{[ \t\r\n]*"code"[ \t\r\n]*:[ \t\r\n]*"([ !#-\[\]-~]{0,100})"[ \t\r\n]*\}[ \t\r\n]*'
)


class ChecksFront:
    """Answers what is simple; refusals, and that nobody can say now, are told by the application.

    Args:
        deps: The service's parts.
    """

    path = PATH

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    def answer(self, body: bytes, network: str) -> bytes | None:
        """The answer of `checks.check` to the same body, or None."""
        simple = _SIMPLE.fullmatch(body)
        if simple is None:
            return None
        try:
            found = handlers.look_up(self._deps, read_plain(simple[1]), network)
        except ServiceError:
            return None
        if isinstance(found, Malformed):
            return told_malformed(found)
        return told(found or UNKNOWN, day_number(self._deps.calendar.today()))
