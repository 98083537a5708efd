"""The local test authority as a part of the platform: it certifies the service's key and gives the time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from deploy.local.authority.part import LocalAuthority
from deploy.local.environment import Surroundings, service_environment
from deploy.local.errors import PartFailedError
from deploy.local.ports import choose_port
from deploy.local.secret_store import SecretStore
from services.certificates.adapters.timestamps import read_answer, request_for


def environment(folder: Path) -> dict[str, str]:
    around = Surroundings(
        public_origin="http://localhost:8080",
        http_host="127.0.0.1",
        http_port=1,
        mongo_url="mongodb://127.0.0.1:1/certificates",
        kafka_bootstrap="127.0.0.1:1",
        kafka_password="invented",
        smtp_host="127.0.0.1",
        smtp_port=1,
        data_folder=str(folder),
        key_folder=str(folder / "keys"),
    )
    return service_environment("certificates", around, SecretStore(folder / "secrets.json"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("platform")


@pytest.fixture(scope="module")
def authority(folder: Path) -> Iterator[LocalAuthority]:
    credentials = folder / "keys" / "credentials"
    part = LocalAuthority(folder / "authority", credentials, choose_port(), folder / "authority.log")
    part.certify(environment(folder))
    part.start()
    yield part
    part.child.stop()


def chain_in(folder: Path, name: str) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates((folder / "keys" / "credentials" / name).read_bytes())


def test_it_certifies_the_key_that_the_service_holds(authority: LocalAuthority, folder: Path) -> None:
    assert authority.child.is_running
    key = (folder / "keys" / "certificates-seal.pem").read_bytes()
    held = serialization.load_pem_private_key(key, None).public_key()
    certificate, issuer, root = chain_in(folder, "seal.pem")
    assert certificate.public_key() == held
    certificate.verify_directly_issued_by(issuer)
    issuer.verify_directly_issued_by(root)
    assert "no legal value" in certificate.subject.rfc4514_string()


def test_it_certifies_once(authority: LocalAuthority, folder: Path) -> None:
    before = chain_in(folder, "seal.pem")
    authority.certify(environment(folder))
    assert chain_in(folder, "seal.pem") == before


def test_it_gives_time_stamps(authority: LocalAuthority, folder: Path) -> None:
    answer = httpx.post(authority.url, content=request_for(bytes(32), 7), trust_env=False)
    certificate, *_ = chain_in(folder, "timestamp.pem")
    _token, info = read_answer(answer.content, certificate)
    assert info["nonce"].native == 7


def test_its_lists_are_good_for_days(authority: LocalAuthority, folder: Path) -> None:
    assert authority.child.is_running
    text = (folder / "keys" / "credentials" / "lists.pem").read_bytes()
    newest = x509.load_pem_x509_crl(text)
    assert newest.next_update_utc is not None
    assert (newest.next_update_utc - datetime.now(UTC)).days >= 6


def test_a_key_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    key = tmp_path / "keys" / "certificates-seal.pem"
    key.parent.mkdir()
    key.write_text("no key")
    part = LocalAuthority(tmp_path / "authority", tmp_path / "keys" / "credentials", 1, tmp_path / "log")
    with pytest.raises(PartFailedError):
        part.certify(environment(tmp_path))
