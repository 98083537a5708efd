"""Who reads what is taken from the services themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import services
from libs.contracts.catalogue.readers import consumers_of, find_subscriptions, topics_read
from libs.contracts.certificates import CertificateIssued, CertificateStatusPublished
from libs.contracts.identity import PersonState

TABLE = """
from libs.chassis.subscription import On
from libs.contracts.certificates import CertificateIssued
from libs.contracts.identity import PersonState

async def handle(deps, delivery): ...

SUBSCRIPTIONS = (On(CertificateIssued, handle), On(PersonState, handle))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder whose packages are services too, for the time of a test."""
    services.__path__.append(str(tmp_path))
    yield tmp_path
    services.__path__.remove(str(tmp_path))


def _service(folder: Path, name: str, consumers: str | None) -> None:
    (folder / name).mkdir()
    (folder / name / "__init__.py").write_text("", "utf-8")
    if consumers is not None:
        (folder / name / "consumers.py").write_text(consumers, "utf-8")


def test_subscriptions_come_in_the_order_of_the_registry(folder: Path) -> None:
    _service(folder, "zz_listener", TABLE)
    assert find_subscriptions("zz_listener") == (PersonState, CertificateIssued)


def test_a_service_that_is_not_there_is_absent(folder: Path) -> None:
    _service(folder, "zz_begun", None)
    assert find_subscriptions("zz_begun") is None
    assert find_subscriptions("zz_nowhere") is None


@pytest.mark.parametrize(
    ("name", "consumers", "error"),
    [
        ("zz_broken", "import libs.nothing_of_that_name", ModuleNotFoundError),
        ("zz_untabled", "ROWS = ()", AttributeError),
    ],
)
def test_a_broken_service_is_told_and_not_taken_for_absent(
    folder: Path, name: str, consumers: str, error: type[Exception]
) -> None:
    _service(folder, name, consumers)
    with pytest.raises(error):
        find_subscriptions(name)


def test_partners_count_as_consumers_of_what_is_published_for_them() -> None:
    assert consumers_of(CertificateStatusPublished, {}) == ("partners",)
    assert consumers_of(PersonState, {"requests": (PersonState,), "certificates": ()}) == ("requests",)


def test_a_service_reads_an_event_only_where_the_topic_table_lets_it() -> None:
    assert topics_read("requests", PersonState) == ("identity.persons",)
    assert topics_read("verification", PersonState) == ()
