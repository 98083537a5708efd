"""Pages rendered on the server: one Jinja environment per language over a service's templates and ours."""

import gettext
from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Final
from urllib.parse import parse_qsl, urlencode

from fastapi import Request
from jinja2 import (
    Environment,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    select_autoescape,
)

from libs.chassis.web.caller import Caller
from libs.chassis.web.language import language_of
from libs.chassis.web.problem import ErrorPage
from libs.ui.assets import Assets
from libs.ui.formats import Formats
from libs.ui.languages import LANGUAGES, Language
from libs.ui.navigation import NavLink, menu_for
from libs.ui.translations import UI_FOLDER, MissingWordsError, folder_of, load_translations

_COMPONENTS: Final[Mapping[str, str]] = {
    "button": "Button",
    "checkboxes": "Checkboxes",
    "date-input": "DateInput",
    "details": "Details",
    "error-summary": "ErrorSummary",
    "file-upload": "FileUpload",
    "input": "Input",
    "inset-text": "InsetText",
    "notification-banner": "NotificationBanner",
    "panel": "Panel",
    "radios": "Radios",
    "select": "Select",
    "skip-link": "SkipLink",
    "summary-list": "SummaryList",
    "tag": "Tag",
    "textarea": "Textarea",
    "warning-text": "WarningText",
}


@dataclass(frozen=True)
class PageContext:
    """What the layout needs to know of one request.

    Args:
        lang: a selectable code of `libs.ui.languages.LANGUAGES`.
        path: the path of the page, for the language switch and the current link of the menu.
        query: the raw query string, kept by the language switch.
        nav: the menu, from `libs.ui.navigation.menu_for`.
        signed_in: whether the header offers to log out.
        signed_in_as: what the header shows of the signed-in person (a name or an identifier); may be empty.
        staff: true on pages of the staff, which are denser.
    """

    lang: str
    path: str
    query: str = ""
    nav: tuple[NavLink, ...] = ()
    signed_in: bool = False
    signed_in_as: str = ""
    staff: bool = False

    @classmethod
    def of(cls, request: Request, caller: Caller, signed_in_as: str = "") -> "PageContext":
        """Make the context of a request.

        Args:
            request: as the chassis passed it on, its language chosen.
            caller: from the route's declaration of access; the menu follows from it.
            signed_in_as: what the header shows of the caller.
        """
        return cls(
            lang=language_of(request),
            path=request.url.path,
            query=request.url.query,
            nav=menu_for(caller),
            signed_in=caller.signed_in,
            signed_in_as=signed_in_as,
            staff=caller.kind == "staff",
        )

    def address_in(self, lang: str) -> str:
        """Return this page's address in another language, the rest of the query kept."""
        kept = [
            (name, value) for name, value in parse_qsl(self.query, keep_blank_values=True) if name != "lang"
        ]
        return f"{self.path}?{urlencode([*kept, ('lang', lang)])}"

    @property
    def current_link(self) -> NavLink | None:
        """The menu's link to this page, else to the nearest section that holds it, else None."""
        holding = [link for link in self.nav if f"{self.path}/".startswith(f"{link.href.rstrip('/')}/")]
        within = [link for link in holding if link.href != "/" or self.path == "/"]
        return max(within, key=lambda link: len(link.href), default=None)


class Pages:
    """Renders the templates of one service in every language.

    Args:
        package: the service, for example ``services.identity``; for its ``templates/`` and ``translations/``.
        assets: the built styles; `Assets.read()` in production, `Assets()` where no browser looks.
    """

    def __init__(self, package: str, assets: Assets | None = None) -> None:
        self._words = {
            code: load_translations(package, code)
            for code, language in LANGUAGES.items()
            if language.selectable
        }
        self.assets = assets or Assets()
        shared = {"asset": self.assets.url, "govuk": _design_system()}
        self._environments = {
            code: _environment(package, LANGUAGES[code], words, shared) for code, words in self._words.items()
        }

    def render(self, page: PageContext, template: str, /, **values: object) -> str:
        """Render a page.

        Args:
            page: the request as the layout sees it; in templates ``page``.
            template: a name under the service's ``templates/``, else under libs/ui's.
            values: what the template prints; a name that it misses raises ``jinja2.UndefinedError``.

        Returns:
            the HTML text.
        """
        return self._environments[page.lang].get_template(template).render(values, page=page)

    def on_error(self, failure: ErrorPage) -> str:
        """Render the page that tells a failure: a title by its status, a sentence by its slug.

        Args:
            failure: what happened, from the chassis, which calls this as its `PageRenderer`.
        """
        title = self._first_of(failure.lang, f"error.{failure.slug}.title", f"error.title.{failure.status}")
        text = self._first_of(failure.lang, f"error.{failure.slug}", "error.internal")
        return self.render(
            PageContext(failure.lang, failure.path, failure.query),
            "error.html",
            title=self.word(failure.lang, title or "error.title.500"),
            text=self.word(failure.lang, text or "error.internal", **failure.details),
            reference=failure.request_id,
        )

    def text(self, lang: str, template: str, /, **values: object) -> str:
        """Render a template without a page around it: a mail, a text message, a fragment.

        Templates that end in ``.txt`` aren't escaped.
        """
        return self._environments[lang].get_template(template).render(values)

    def word(self, lang: str, key: str, /, **values: object) -> str:
        """Return one message in one language, for what isn't a template: a mail's subject, say.

        Raises:
            MissingWordsError: if no catalogue has the key.
        """
        return self._words[lang].gettext(key) % values

    def _first_of(self, lang: str, *keys: str) -> str | None:
        """Return the first key that has words; None if none has."""
        for key in keys:
            try:
                self._words[lang].gettext(key)
            except MissingWordsError:
                continue
            return key
        return None


def _environment(
    package: str, language: Language, words: gettext.NullTranslations, shared: Mapping[str, object]
) -> Environment:
    environment = Environment(
        loader=FileSystemLoader([folder_of(package) / "templates", UI_FOLDER / "templates"]),
        autoescape=select_autoescape(("html",), disabled_extensions=("txt",), default=True),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # The i18n extension adds this method to the environment when it is loaded.
    install = environment.install_gettext_translations  # type: ignore[attr-defined]
    install(words, newstyle=True)
    environment.filters.update(Formats(language).filters())
    environment.globals.update(shared, language=language, languages=tuple(LANGUAGES.values()))
    return environment


def _design_system() -> SimpleNamespace:
    """Load the design system's macros in an environment of their own: they read options that aren't given."""
    loader = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    lenient = Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    macros = {}
    for folder, name in _COMPONENTS.items():
        module = lenient.get_template(f"govuk_frontend_jinja/components/{folder}/macro.html").module
        macros[folder.replace("-", "_")] = getattr(module, f"govuk{name}")
    return SimpleNamespace(**macros)
