"""Messages in words: subject, plain text and HTML, from the templates and translations."""

from __future__ import annotations

from libs.ui.languages import LANGUAGES
from libs.ui.pages import Pages
from services.notifications.domain import Message
from services.notifications.ports import Letter


class TemplateLetters:
    """Writes letters by the service's templates.

    Args:
        pages: Renders them.
        origin: Scheme, host and port of the platform, for links.
    """

    def __init__(self, pages: Pages, origin: str) -> None:
        self._pages = pages
        self._origin = origin

    def write(self, message: Message) -> Letter:
        """The mail of a message, in the message's language."""
        lang = message.language
        return Letter(
            subject=self._pages.word(lang, f"mail.{message.template}.subject"),
            text=self._pages.text(lang, "mail.txt", message=message, origin=self._origin),
            html=self._pages.text(lang, "mail.html", message=message, origin=self._origin),
            language=LANGUAGES[lang].html_lang,
        )
