"""Keys in files, in a PKCS#11 token and in a key service: one seam, and signatures that check out."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from services.certificates.adapters.seal import FileStore, KeyStore, KeyUnusable, KmsStore, TokenStore
from services.certificates.adapters.seal.request import certificate_request
from services.certificates.adapters.seal.stores import store_of
from services.certificates.adapters.signer import QR, SEAL, KeyProcess, check
from services.certificates.errors import SealUnavailable

SOFTHSM = Path("/usr/lib/softhsm/libsofthsm2.so")
LABELS = {SEAL: "seal-2026", QR: "qr-2026"}
PIN = "1234"
BEARER = "an invented bearer"

# What a key ceremony does, in a process of its own: a library is loaded only once in each.
MAKE_KEYS = """
import sys, pkcs11
token = pkcs11.lib(sys.argv[1]).get_token(token_label="test")
with token.open(user_pin=sys.argv[2], rw=True) as session:
    curve = pkcs11.util.ec.encode_named_curve_parameters("secp256r1")
    about = {pkcs11.Attribute.EC_PARAMS: curve}
    parameters = session.create_domain_parameters(pkcs11.KeyType.EC, about, local=True)
    for label in sys.argv[3:]:
        parameters.generate_keypair(store=True, label=label)
"""


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> TokenStore:
    """A SoftHSM2 token in a folder of its own, with both keys."""
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    configuration = folder / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {folder / 'tokens'}\n")
    variables = {"SOFTHSM2_CONF": str(configuration)}
    environment = {**os.environ, **variables}
    made = ["softhsm2-util", "--init-token", "--free", "--label", "test", "--pin", PIN, "--so-pin", "5678"]
    subprocess.run(made, env=environment, check=True, capture_output=True)
    command = ["-c", f"import pkcs11.util.ec{MAKE_KEYS}", str(SOFTHSM), PIN, *LABELS.values()]
    subprocess.run([sys.executable, *command], env=environment, check=True, capture_output=True)
    return TokenStore(SOFTHSM, "test", LABELS, PIN, variables)


class KeyService(BaseHTTPRequestHandler):
    """A key service that speaks the protocol of docs/adr/0015."""

    keys: dict[str, EllipticCurvePrivateKey]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        name = self.path.removeprefix("/v1/keys/")
        if not self._is_known() or name not in self.keys:
            self._reply(404, {})
            return
        public = self.keys[name].public_key()
        pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        self._reply(200, {"public_key": pem.decode()})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        name = self.path.removeprefix("/v1/keys/").removesuffix("/sign")
        digest = base64.b64decode(asked["digest"])
        if not self._is_known() or asked["algorithm"] != "ES256" or digest == bytes(32):
            self._reply(403, {})
            return
        signature = self.keys[name].sign(digest, ECDSA(Prehashed(hashes.SHA256())))
        self._reply(200, {"signature": base64.b64encode(signature).decode()})

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing."""

    def _is_known(self) -> bool:
        return self.headers["Authorization"] == f"Bearer {BEARER}"

    def _reply(self, status: int, told: dict[str, str]) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Patient(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True


@pytest.fixture(scope="module")
def kms() -> Iterator[KmsStore]:
    keys = {label: generate_private_key(SECP256R1()) for label in LABELS.values()}
    server = Patient(("127.0.0.1", 0), type("Service", (KeyService,), {"keys": keys}))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield KmsStore(f"http://127.0.0.1:{server.server_address[1]}/v1", LABELS, BEARER)
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(params=["file", "token", "kms"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> KeyStore:
    if request.param == "file":
        return FileStore({SEAL: tmp_path / "seal.pem", QR: tmp_path / "qr.pem"})
    found: KeyStore = request.getfixturevalue(request.param)
    return found


async def test_every_store_signs_by_the_same_seam(store: KeyStore) -> None:
    keys = KeyProcess(store)
    digests = [os.urandom(32) for _ in range(50)]
    try:
        for name in (SEAL, QR):
            public = await keys.public_key(name)
            made = await asyncio.gather(*(keys.sign(name, digest) for digest in digests))
            for digest, signature in zip(digests, made, strict=True):
                check(public, digest, signature)
        assert await keys.public_key(SEAL) != await keys.public_key(QR)
    finally:
        await keys.close()


async def test_every_store_s_key_asks_for_its_certificate(store: KeyStore) -> None:
    keys = KeyProcess(store)
    try:
        request = x509.load_pem_x509_csr((await certificate_request(keys, SEAL)).encode())
        assert request.is_signature_valid
        assert request.public_key() == await keys.public_key(SEAL)
    finally:
        await keys.close()


async def test_a_key_service_that_refuses_one_signature_still_gives_the_next(kms: KmsStore) -> None:
    keys = KeyProcess(kms)
    try:
        with pytest.raises(SealUnavailable):
            await keys.sign(SEAL, bytes(32))
        process = keys._running
        assert await keys.sign(SEAL, b"\x01" * 32)
        assert keys._running is process
    finally:
        await keys.close()


@pytest.mark.parametrize("change", [{"pin": "9999"}, {"token": "none"}, {"labels": {SEAL: "none"}}])
async def test_a_token_that_cannot_be_used_signs_nothing(token: TokenStore, change: dict[str, Any]) -> None:
    keys = KeyProcess(replace(token, **change))
    with pytest.raises(SealUnavailable):
        await keys.sign(SEAL, bytes(32))
    await keys.close()


async def test_a_key_service_that_does_not_know_us_signs_nothing(kms: KmsStore) -> None:
    keys = KeyProcess(KmsStore(kms.url, kms.labels, "another bearer"))
    with pytest.raises(SealUnavailable):
        await keys.sign(SEAL, b"\x01" * 32)
    await keys.close()


async def test_secrets_stand_in_no_list_of_processes(token: TokenStore) -> None:
    keys = KeyProcess(token)
    try:
        await keys.sign(SEAL, b"\x01" * 32)
        assert keys._running is not None
        of_process = Path(f"/proc/{keys._running.process.pid}")
        seen = (of_process / "cmdline").read_bytes() + (of_process / "environ").read_bytes()
        assert PIN.encode() not in seen.replace(b"PYTHONPATH", b"")
    finally:
        await keys.close()
    assert PIN not in repr(token)


def test_a_store_is_read_back_as_it_was_described(token: TokenStore, kms: KmsStore, tmp_path: Path) -> None:
    files = FileStore({SEAL: tmp_path / "seal.pem"})
    assert store_of(files.described()) == files
    assert store_of(kms.described()) == kms
    read = store_of(token.described())
    assert isinstance(read, TokenStore)
    assert (read.module, read.token, read.labels, read.pin) == (token.module, "test", LABELS, PIN)


@pytest.mark.parametrize("described", ["", "[]", "{}", '{"kind": "paper"}', '{"kind": "kms"}'])
def test_what_describes_no_store_is_told(described: str) -> None:
    with pytest.raises(KeyUnusable):
        store_of(described)
