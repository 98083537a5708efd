"""Session fixtures for a real MongoDB and Kafka: containers where an engine answers, else deploy.local."""

from collections.abc import Iterator, Sequence
from typing import Protocol

import pytest

from deploy.local.folders import Folders
from deploy.local.parts import Kafka, Mongod
from deploy.local.stack import Stack
from libs.contracts.topics import SERVICES, TOPICS, Topic
from tests.support.containers import KafkaContainer, MongoContainer, is_engine_answering


class MongoPart(Protocol):
    """A real MongoDB replica set of one node.

    `url_for` makes a user and a database of the name, so a test that takes a name of its own shares nothing.
    """

    @property
    def admin_url(self) -> str: ...
    def url_for(self, service: str) -> str: ...
    def start(self) -> None: ...
    def kill(self) -> None: ...
    def restart(self) -> None: ...
    def stop(self) -> None: ...


class KafkaPart(Protocol):
    """A real Kafka broker with SCRAM users and ACLs; `provision` adds a test's own topics and services."""

    @property
    def bootstrap(self) -> str: ...
    def credentials(self, principal: str) -> tuple[str, str]: ...
    def provision(self, topics: Sequence[Topic], services: Sequence[str]) -> None: ...
    def start(self) -> None: ...
    def kill(self) -> None: ...
    def restart(self) -> None: ...
    def stop(self) -> None: ...


def pytest_report_header() -> str:
    """Say which real parts this run uses."""
    kind = "testcontainers" if is_engine_answering() else "deploy.local (no Docker engine answers)"
    return f"real parts: {kind}"


@pytest.fixture(scope="session")
def mongo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MongoPart]:
    """A real MongoDB, started once per test session."""
    in_container = is_engine_answering()
    part: MongoPart = MongoContainer() if in_container else Mongod(tmp_path_factory.mktemp("mongod"))
    try:
        part.start()
        yield part
    finally:
        part.stop()


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaPart]:
    """A real Kafka with the topic table provisioned, started once per test session."""
    in_container = is_engine_answering()
    part: KafkaPart = KafkaContainer() if in_container else Kafka(tmp_path_factory.mktemp("kafka"))
    try:
        part.start()
        part.provision(TOPICS, SERVICES)
        yield part
    finally:
        part.stop()


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole platform on free ports, seeded, with its origin and its mail catcher; started once."""
    stack = Stack(Folders(tmp_path_factory.mktemp("platform")), usual_ports=False)
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()
