"""A small tree of HTML elements, enough to read forms, links and texts of a page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

VOID: Final = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)


@dataclass
class Element:
    """One element with its attributes and what it holds.

    Attributes:
        tag: Its name in lower case.
        attributes: Their values; an attribute without a value has the empty text.
        children: Elements and texts in their order.
    """

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text inside, its white space folded."""
        return " ".join(" ".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            else:
                yield from child._texts()  # noqa: SLF001 - the same class

    def all(self, tag: str = "", css_class: str = "") -> list[Element]:
        """The elements inside, at any depth, of that name and that class; both may be left open."""
        return [element for element in self._inside() if element.matches(tag, css_class)]

    def find(self, tag: str = "", css_class: str = "") -> Element | None:
        """The first such element inside, or None."""
        return next(iter(self.all(tag, css_class)), None)

    def matches(self, tag: str, css_class: str) -> bool:
        """Whether it has that name and that class."""
        classes = self.attributes.get("class", "").split()
        return (not tag or self.tag == tag) and (not css_class or css_class in classes)

    def _inside(self) -> Iterator[Element]:
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child._inside()  # noqa: SLF001 - the same class


class _TreeParser(HTMLParser):
    """Builds the tree; an end tag closes everything up to its start."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Add an element."""
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        """Close an element."""
        for place in range(len(self._open) - 1, 0, -1):
            if self._open[place].tag == tag:
                del self._open[place:]
                return

    def handle_data(self, data: str) -> None:
        """Add a text."""
        self._open[-1].children.append(data)


def read_html(html: str) -> Element:
    """Read a document into its tree.

    Args:
        html: A whole page.

    Returns:
        A nameless element that holds the page.
    """
    parser = _TreeParser()
    parser.feed(html)
    parser.close()
    return parser.root
