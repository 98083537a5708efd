"""What is printed from the code equals the code, and holds together."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from libs.contracts.catalogue.asyncapi import described
from libs.contracts.catalogue.documents import BEGIN, END, BrokenMarkers, printed, stale, write
from libs.contracts.catalogue.picture import drawn
from libs.contracts.catalogue.tables import events_page, service_tables
from libs.contracts.certificates import CertificateIssued, CertificateStatusPublished
from libs.contracts.identity import PersonState
from libs.contracts.registry import EVENTS
from libs.contracts.topics import TOPICS

ROOT = Path(__file__).resolve().parents[2]
READERS = {"requests": (PersonState, CertificateIssued), "certificates": (), "notifications": (PersonState,)}


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _references(item)
    elif isinstance(node, dict):
        for name, value in node.items():
            if name == "$ref":
                yield value
            else:
                yield from _references(value)


def _repository(folder: Path) -> Path:
    (folder / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n', "utf-8")
    write(folder)
    return folder


def test_every_printed_file_of_this_tree_is_up_to_date() -> None:
    assert stale(ROOT) == [], "run `make catalogue`"


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    document = described(READERS, "1.2.3")
    references = list(_references(document))
    for reference in references:
        node: Any = document
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]
    assert references


def test_asyncapi_names_every_topic_and_every_event() -> None:
    document = described(READERS, "1.2.3")
    assert set(document["channels"]) == {topic.name for topic in TOPICS}
    assert set(document["components"]["messages"]) == set(EVENTS)
    assert (
        document["channels"]["identity.codes"]["bindings"]["kafka"]["topicConfiguration"]["retention.ms"]
        == 3_600_000
    )


def test_asyncapi_operations_follow_the_subscriptions() -> None:
    operations = described(READERS, "1.2.3")["operations"]
    heard = {name for name, operation in operations.items() if operation["action"] == "receive"}
    assert heard == {
        "requests.receive.identity.persons",
        "requests.receive.certificates.facts",
        "notifications.receive.identity.persons",
        "partners.receive.certificates.public",
    }


def test_events_page_has_a_line_per_event_with_its_consumers() -> None:
    page = events_page(READERS)
    assert all(page.count(f"| `{name}` |") == 1 for name in EVENTS)
    assert (
        "| `PersonState` | identity | `identity.persons` | requests, notifications | `PersonDetails` |"
        in page
    )
    assert (
        f"| `{CertificateStatusPublished.type_name()}` | certificates | `certificates.public` | partners |"
        in page
    )


def test_service_tables_tell_what_it_consumes_and_publishes() -> None:
    tables = service_tables("requests", READERS)
    assert "| `CertificateIssued` | `certificates.facts` | certificates |" in tables
    assert "| `RequestSubmitted` | `requests.facts` |" in tables
    assert "Nothing." in service_tables("certificates", READERS)


def test_picture_has_an_arrow_per_pair() -> None:
    picture = drawn(READERS)
    assert '  identity -->|"identity.persons"| requests' in picture
    assert '  certificates -->|"certificates.public"| partners([partners])' in picture
    assert "requests -->" not in picture


def test_a_hand_edit_of_a_printed_file_is_found_and_undone(tmp_path: Path) -> None:
    root = _repository(tmp_path)
    assert stale(root) == []
    page = root / "docs/events.md"
    page.write_text(page.read_text("utf-8") + "more\n", "utf-8")
    assert stale(root) == [page]
    assert write(root) == [page]
    assert stale(root) == []


def test_the_hand_written_text_around_the_marks_is_kept(tmp_path: Path) -> None:
    root = _repository(tmp_path)
    page = root / "docs/architecture.md"
    page.write_text(f"# Before\n\n{BEGIN}\nold\n{END}\n\nAfter.\n", "utf-8")
    write(root)
    text = page.read_text("utf-8")
    assert text.startswith("# Before\n")
    assert text.endswith("\n\nAfter.\n")
    assert "old" not in text


def test_a_lost_mark_is_told_instead_of_overwriting_what_was_written(tmp_path: Path) -> None:
    root = _repository(tmp_path)
    page = root / "docs/architecture.md"
    page.write_text(f"# Before\n\n{BEGIN}\n", "utf-8")
    with pytest.raises(BrokenMarkers):
        printed(root)


def test_the_schema_of_an_event_that_is_no_more_is_found(tmp_path: Path) -> None:
    root = _repository(tmp_path)
    gone = root / "libs/contracts/schemas/Gone.json"
    gone.write_text(json.dumps({}), "utf-8")
    assert stale(root) == [gone]
