"""What the documents point to exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from libs.contracts.topics import SERVICES
from tests.support.tree import ROOT, files, text_of

_LINK = re.compile(r"(?<!\\)\]\(([^)\s]+)\)")
_ADR = re.compile(r"docs/adr/(\d{4})-[a-z0-9-]+\.md")


def links_in(text: str) -> set[str]:
    """The relative targets of a Markdown text's links and pictures."""
    targets = {target.partition("#")[0] for target in _LINK.findall(text)}
    return {
        target for target in targets if target and "://" not in target and not target.startswith("mailto:")
    }


@pytest.mark.parametrize("name", [name for name in files() if name.endswith(".md")])
def test_every_relative_link_leads_to_a_file(name: str) -> None:
    folder = Path(ROOT, name).parent
    assert [target for target in links_in(text_of(name)) if not (folder / target).exists()] == []


def test_decisions_are_numbered_without_gap_and_listed() -> None:
    records = [name for name in files() if _ADR.fullmatch(name)]
    numbers = [int(name.removeprefix("docs/adr/")[:4]) for name in records]
    assert numbers == list(range(1, len(numbers) + 1))
    assert {name.removeprefix("docs/adr/") for name in records} <= links_in(text_of("docs/adr/README.md"))


def test_every_service_folder_is_in_the_list_of_services() -> None:
    folders = {name.split("/")[1] for name in files() if name.startswith("services/") and name.count("/") > 1}
    assert folders <= set(SERVICES)


def test_links_are_recognised() -> None:
    assert links_in("[a](b.md#c) ![d](e.png) [f](https://example.org) [g](#h)") == {"b.md", "e.png"}
