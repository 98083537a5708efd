"""Session fixtures for a real MongoDB and a real Kafka: started by deploy.local.

`mongo.url_for(name)` makes a user and a database of that name, so a test takes a name of its own and shares
nothing. `kafka` has every topic, user and ACL of the topic table; `kafka.provision` adds a test's own topics.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

import pytest

from deploy.local.parts import Kafka, Mongod
from libs.contracts.topics import SERVICES, TOPICS, Topic


class MongoPart(Protocol):
    """A real MongoDB replica set of one node."""

    @property
    def admin_url(self) -> str: ...
    def url_for(self, service: str) -> str: ...
    def start(self) -> None: ...
    def kill(self) -> None: ...
    def restart(self) -> None: ...
    def stop(self) -> None: ...


class KafkaPart(Protocol):
    """A real Kafka broker with SCRAM users and ACLs."""

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
    return "real parts: deploy.local"


@pytest.fixture(scope="session")
def mongo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MongoPart]:
    """A real MongoDB, started once per test session."""
    folder = tmp_path_factory.mktemp("mongod")
    part: MongoPart = Mongod(folder)
    part.start()
    yield part
    part.stop()


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaPart]:
    """A real Kafka with the topic table provisioned, started once per test session."""
    folder = tmp_path_factory.mktemp("kafka")
    part: KafkaPart = Kafka(folder)
    part.start()
    part.provision(TOPICS, SERVICES)
    yield part
    part.stop()
