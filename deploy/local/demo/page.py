"""A page as a visitor sees it: its texts, links, errors, and forms that can be filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final
from urllib.parse import urlsplit

from deploy.local.demo.element import Element, read_html
from deploy.local.demo.errors import Unanswerable, WalkFailedError

_BUTTONS: Final = frozenset({"submit", "button", "image", "reset"})
_DATE_PARTS: Final = ("day", "month", "year")


@dataclass(frozen=True)
class Document:
    """A file to upload."""

    filename: str
    media_type: str
    content: bytes


Answer = str | date | Sequence[str] | Document
Answers = Mapping[str, Answer]


@dataclass(frozen=True)
class FormOnPage:
    """One form of a page.

    Attributes:
        element: The form's own element.
        page_path: Where its page was, which is where a form without an action goes.
    """

    element: Element
    page_path: str

    @property
    def action(self) -> str:
        """Where it goes, as a path."""
        return self.element.attributes.get("action") or self.page_path

    @property
    def method(self) -> str:
        """`get` or `post`."""
        return self.element.attributes.get("method", "get").lower()

    @property
    def names(self) -> set[str]:
        """The names of what may be answered."""
        return {
            control.attributes.get("name", "") for control in self._controls() if not _is_button(control)
        } - {""}

    def _controls(self) -> list[Element]:
        return [each for each in self.element.all() if each.tag in {"input", "select", "textarea"}]

    def expanded(self, answers: Answers) -> dict[str, list[str] | Document]:
        """Answers by the names that the form really has: a date becomes its three parts.

        Raises:
            Unanswerable: The form has no such field, or doesn't offer that answer.
        """
        spread: dict[str, list[str] | Document] = {}
        for name, answer in answers.items():
            if isinstance(answer, date):
                parts = (answer.day, answer.month, answer.year)
                spread |= {f"{name}-{part}": [str(n)] for part, n in zip(_DATE_PARTS, parts, strict=True)}
            elif isinstance(answer, str):
                spread[name] = [answer]
            else:
                spread[name] = answer if isinstance(answer, Document) else list(answer)
        for name, given in spread.items():
            self._check(name, given)
        return spread

    def _check(self, name: str, given: list[str] | Document) -> None:
        controls = [each for each in self._controls() if each.attributes.get("name") == name]
        if not controls:
            raise Unanswerable(
                f"{self.page_path} has no field {name}, only {', '.join(sorted(self.names)) or 'none'}"
            )
        offered = _offered(controls)
        if offered is not None and not isinstance(given, Document) and not set(given) <= offered:
            raise Unanswerable(f"{self.page_path} offers {sorted(offered)} for {name}, not {given}")

    def filled(self, answers: Answers) -> tuple[list[tuple[str, str]], dict[str, Document]]:
        """What a browser would post: the form's present values, replaced by the answers.

        Returns:
            Pairs of names and texts, and the files by their names.
        """
        spread = self.expanded(answers)
        files = {name: given for name, given in spread.items() if isinstance(given, Document)}
        typed = {name: given for name, given in spread.items() if not isinstance(given, Document)}
        pairs = [
            (name, value)
            for control in self._controls()
            if (name := control.attributes.get("name", "")) and name not in spread
            for value in _present(control)
        ]
        return pairs + [(name, value) for name, values in typed.items() for value in values], files


@dataclass(frozen=True)
class Page:
    """What came back for an address.

    Attributes:
        status: HTTP status.
        address: The final address, after redirects, with its query.
        html: Its source.
    """

    status: int
    address: str
    html: str

    @property
    def path(self) -> str:
        """The address without its query."""
        return urlsplit(self.address).path

    @cached_property
    def root(self) -> Element:
        """The whole page as a tree."""
        return read_html(self.html)

    @property
    def main(self) -> Element:
        """The page's own part, without its header and footer."""
        return self.root.find("main") or self.root

    @property
    def text(self) -> str:
        """The page's own text."""
        return self.main.text

    @property
    def title(self) -> str:
        """The page's first heading, else its title."""
        heading = self.main.find("h1") or self.root.find("title")
        return heading.text if heading else ""

    @property
    def errors(self) -> list[str]:
        """What the summary of errors says."""
        summary = self.main.find(css_class="govuk-error-summary__list")
        return [line.text for line in summary.all("li")] if summary else []

    @property
    def links(self) -> list[str]:
        """Where the links of the page's own part lead."""
        return [link.attributes.get("href", "") for link in self.main.all("a")]

    def get_form(self, *names: str) -> FormOnPage:
        """The first form of the page's own part that posts and has these fields.

        Raises:
            WalkFailedError: There's none.
        """
        forms = [FormOnPage(element, self.path) for element in self.main.all("form")]
        for form in forms:
            if form.method == "post" and set(names) <= form.names:
                return form
        raise WalkFailedError(f"{self.path} ({self.status}, {self.title}) has no form with {names}")


def _is_button(control: Element) -> bool:
    return control.attributes.get("type", "") in _BUTTONS


def _offered(controls: list[Element]) -> set[str] | None:
    first = controls[0]
    if first.tag == "select":
        return {option.attributes.get("value", option.text) for option in first.all("option")}
    if first.attributes.get("type") in {"radio", "checkbox"}:
        return {control.attributes.get("value", "on") for control in controls}
    return None


def _present(control: Element) -> list[str]:
    kind = control.attributes.get("type", "text")
    if control.tag == "select":
        options = control.all("option")
        chosen = [option for option in options if "selected" in option.attributes] or options[:1]
        return [option.attributes.get("value", option.text) for option in chosen]
    if control.tag == "textarea":
        return ["".join(child for child in control.children if isinstance(child, str))]
    if _is_button(control) or kind == "file":
        return []
    if kind in {"radio", "checkbox"} and "checked" not in control.attributes:
        return []
    return [control.attributes.get("value", "on" if kind in {"radio", "checkbox"} else "")]
