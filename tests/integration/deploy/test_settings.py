"""Every service accepts the settings that a local run and Compose give it, and no key is shared or shown."""

import importlib
import json
import re
import stat
from pathlib import Path

import pytest

from deploy.compose import write_settings
from deploy.local.environment import KEY_READERS, Surroundings, service_environment
from deploy.local.secret_store import SecretStore
from libs.chassis.settings import ServiceSettings, read_settings
from libs.contracts.topics import SERVICES

ROOT = Path(__file__).parents[3]


@pytest.fixture
def store(tmp_path: Path) -> SecretStore:
    return SecretStore(tmp_path / "secrets.json")


def environment_of(service: str, store: SecretStore) -> dict[str, str]:
    around = Surroundings(
        public_origin="http://localhost:8080",
        http_host="127.0.0.1",
        http_port=8101,
        mongo_url=f"mongodb://{service}:invented@127.0.0.1/{service}",
        kafka_bootstrap="127.0.0.1:9092",
        kafka_password="invented",
        smtp_host="127.0.0.1",
        smtp_port=1025,
        data_folder="seed",
        key_folder="keys",
    )
    return service_environment(service, around, store)


def settings_class(service: str) -> type[ServiceSettings]:
    module = importlib.import_module(f"services.{service}.settings")
    kinds = [
        kind for kind in vars(module).values() if isinstance(kind, type) and issubclass(kind, ServiceSettings)
    ]
    return next(kind for kind in kinds if kind is not ServiceSettings)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_accepts_its_settings(
    service: str, store: SecretStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment_of(service, store).items():
        monkeypatch.setenv(name, value)
    settings = read_settings(settings_class(service))
    assert settings.mongo_database == settings.kafka_user == service


def test_keys_are_kept_between_runs_and_differ(store: SecretStore, tmp_path: Path) -> None:
    first = {service: environment_of(service, store) for service in SERVICES}
    again = SecretStore(tmp_path / "secrets.json")
    assert first == {service: environment_of(service, again) for service in SERVICES}
    keys = [value for settings in first.values() for name, value in settings.items() if name.endswith("_KEK")]
    assert len(set(keys)) == len(SERVICES)


def test_identity_wraps_with_each_readers_own_key(store: SecretStore) -> None:
    wrapped = json.loads(environment_of("identity", store)["IDENTITY_READER_KEKS"])
    assert set(wrapped) == set(KEY_READERS)
    assert all(environment_of(name, store)[f"{name.upper()}_KEK"] == key for name, key in wrapped.items())


def test_compose_reads_only_files_that_are_written_for_it(tmp_path: Path) -> None:
    written = set(write_settings(tmp_path))
    text = (ROOT / "docker-compose.yml").read_text()
    assert set(re.findall(r"\.local/compose/([\w.]+)", text)) == written


def test_what_compose_reads_is_for_this_user_only_and_stays_the_same(tmp_path: Path) -> None:
    written = write_settings(tmp_path)
    before = {name: (tmp_path / name).read_text() for name in written}
    write_settings(tmp_path)
    assert {name: (tmp_path / name).read_text() for name in written} == before
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}
