"""A key of status lists is withdrawn from the terminal, on a real service with a real MongoDB and Kafka."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from deploy.local.errors import PartFailedError
from deploy.local.ports import choose_port
from deploy.local.service import ServiceProcess
from tests.support.operators import leave_settings, operate
from tests.support.parts import KafkaPart, MongoPart


@dataclass
class House:
    """A service that runs, and an operator.

    Attributes:
        folder: Where its settings lie.
        key_file: Of its key of status lists.
    """

    folder: Path
    key_file: Path
    service: ServiceProcess

    def start(self) -> None:
        self.service.start()
        self.service.wait_ready()

    def told(self, command: str, *arguments: str) -> list[str]:
        """What a command prints that must work."""
        ended = operate(self.folder, "list-keys", command, *arguments)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout.splitlines()

    def published(self) -> list[str]:
        """The ids of the keys of status lists that anybody may fetch; no others."""
        with urlopen(f"http://127.0.0.1:{self.service.port}/api/verification/v1/keys") as answer:
            told: dict[str, Any] = json.load(answer)
        return [key["kid"] for key in told["keys"] if key["use"] == "status-list"]


@pytest.fixture
def house(mongo: MongoPart, kafka: KafkaPart, tmp_path: Path) -> Iterator[House]:
    port = choose_port()
    settings = leave_settings("verification", tmp_path, mongo, kafka, port)
    service = ServiceProcess("verification", port, settings, tmp_path / "verification.log")
    house = House(tmp_path, Path(settings["VERIFICATION_STATUS_KEY_FILE"]), service)
    house.start()
    yield house
    service.child.stop()


def test_a_withdrawn_key_is_gone_at_once_and_starts_nothing_until_it_is_replaced(house: House) -> None:
    unknown = operate(house.folder, "list-keys", "withdraw", "nobodys")
    assert unknown.returncode != 0
    assert "not-found" in unknown.stderr

    (stolen,) = house.published()
    (told,) = [json.loads(line) for line in house.told("list")]
    assert (told["kid"], told["withdrawn_at"]) == (stolen, None)

    assert stolen in house.told("withdraw", "--", stolen)[0]
    assert house.published() == []
    assert json.loads(house.told("list")[0])["withdrawn_at"]

    house.service.child.stop()
    with pytest.raises(PartFailedError) as refused:
        house.start()
    assert "was withdrawn" in str(refused.value)

    house.key_file.rename(house.key_file.with_suffix(".stolen"))
    house.start()
    (new,) = house.published()
    assert new != stolen
    assert [json.loads(line)["kid"] for line in house.told("list")] == [new, stolen]
