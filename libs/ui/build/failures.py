"""Writes the pages that the gateway shows when no service answers, in Arabic and French on one page."""

from pathlib import Path
from typing import Final

from libs.ui.assets import Assets
from libs.ui.build.publishing import write
from libs.ui.languages import LANGUAGES
from libs.ui.pages import PageContext, Pages

SENTENCES: Final = {
    404: "error.not-found",
    502: "error.dependency-down",
    503: "error.overloaded",
    504: "error.gateway-timeout",
}


def write_failure_pages(out: Path, names: dict[str, str]) -> None:
    """Write ``errors/<status>.html`` for each status that the gateway itself may answer with.

    Args:
        out: the static folder.
        names: the manifest.
    """
    pages = Pages("libs.ui", Assets(names))
    for status, sentence in SENTENCES.items():
        told = [
            {
                "language": LANGUAGES[code],
                "title": pages.word(code, f"error.title.{status}"),
                "text": pages.word(code, sentence),
                "home": pages.word(code, "button.home"),
            }
            for code in ("ar", "fr")
        ]
        html = pages.render(PageContext("ar", "/"), "failure.html", told=told)
        write(out / "errors" / f"{status}.html", html.encode())
