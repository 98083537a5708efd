"""Settings are typed, prefixed, complete or refused, and silent about secrets."""

from __future__ import annotations

import base64

import pytest

from libs.chassis.settings import SettingsUnusable, read_settings
from tests.support.visitors import ProbeSettings, probe_settings

KEY = base64.b64encode(bytes(range(32))).decode()
COMPLETE = {
    "PROBE_ENVIRONMENT": "production",
    "PROBE_HTTP_PORT": "8101",
    "PROBE_PUBLIC_ORIGIN": "https://portal.example",
    "PROBE_MONGO_URL": "mongodb://probe:hidden-in-url@127.0.0.1/probe",
    "PROBE_MONGO_DATABASE": "probe",
    "PROBE_KAFKA_BOOTSTRAP": "127.0.0.1:9092",
    "PROBE_KAFKA_USER": "probe",
    "PROBE_KAFKA_PASSWORD": "hidden-password",
    "PROBE_KEK": KEY,
    "PROBE_LOOKUP_KEY": KEY,
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.delenv("MONGO_DRIVER", raising=False)
    for name, value in COMPLETE.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.mark.usefixtures("environment")
def test_complete_settings_are_read_with_their_types() -> None:
    settings = read_settings(ProbeSettings)
    assert settings.http_port == 8101
    assert settings.kek.get_secret_value() == bytes(range(32))
    assert settings.kafka_password.get_secret_value() == "hidden-password"
    assert settings.mongo_driver == "pymongo"
    assert settings.shed_after_s == 10
    assert settings.secure_transport


def test_the_driver_is_read_without_a_prefix(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("MONGO_DRIVER", "motor")
    assert read_settings(ProbeSettings).mongo_driver == "motor"


def test_an_unknown_driver_is_told_by_its_variable(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("MONGO_DRIVER", "mongoose")
    with pytest.raises(SettingsUnusable, match="MONGO_DRIVER") as refused:
        read_settings(ProbeSettings)
    assert "PROBE_" not in str(refused.value)


def test_everything_missing_is_named_at_once(environment: pytest.MonkeyPatch) -> None:
    for name in COMPLETE:
        environment.delenv(name)
    with pytest.raises(SettingsUnusable) as refused:
        read_settings(ProbeSettings)
    assert {line.split(":")[0].strip() for line in str(refused.value).splitlines()[1:]} == set(COMPLETE)
    assert str(refused.value).count("missing") == len(COMPLETE)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PROBE_KEK", base64.b64encode(b"short").decode()),
        ("PROBE_LOOKUP_KEY", "!!not-base64!!"),
        ("PROBE_PUBLIC_ORIGIN", "https://portal.example/"),
        ("PROBE_HTTP_PORT", "66000"),
        ("PROBE_ENVIRONMENT", "staging"),
        ("PROBE_SHED_AFTER_S", "0"),
    ],
)
def test_a_wrong_value_is_named_and_not_shown(environment: pytest.MonkeyPatch, name: str, value: str) -> None:
    environment.setenv(name, value)
    with pytest.raises(SettingsUnusable, match=name) as refused:
        read_settings(ProbeSettings)
    assert value not in str(refused.value).replace(name, "") or value == "0"


def test_secrets_never_show_in_the_settings_text() -> None:
    shown = repr(probe_settings(kafka_password="hidden-password", mongo_url="mongodb://u:hidden@h", kek=KEY))
    assert "hidden" not in shown
    assert KEY not in shown


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        probe_settings().http_port = 1
