"""The seal's process: opens the keys that its first line describes, then answers digests by signatures."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from cryptography.hazmat.primitives import serialization

from libs.chassis.key_files import KeyUnusable
from services.certificates.adapters.seal.keys import SigningKey
from services.certificates.adapters.seal.stores import store_of

_NO_SIGNATURE = "-"
_WRITING = Lock()


def main() -> None:
    """Say which keys there are, then answer `id key digest` by `id signature`, both in hex, in any order."""
    # Ctrl-C is meant for the service, which ends this process by closing its input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        store = store_of(sys.stdin.readline())
        keys = store.open()
    except (KeyUnusable, OSError, ValueError) as error:
        sys.exit(f"seal: {error}")
    _say(json.dumps({name: _pem(key) for name, key in keys.items()}))
    if store.at_once == 1:
        for line in sys.stdin:
            _answer(keys, line)
        return
    with ThreadPoolExecutor(store.at_once, thread_name_prefix="seal") as pool:
        for line in sys.stdin:
            pool.submit(_answer, keys, line)


def _answer(keys: Mapping[str, SigningKey], line: str) -> None:
    asked, _, rest = line.strip().partition(" ")
    name, _, digest = rest.partition(" ")
    try:
        signature = keys[name].sign(bytes.fromhex(digest)).hex()
    except (KeyUnusable, KeyError, ValueError) as error:
        sys.stderr.write(f"seal: {type(error).__name__}: {error}\n")
        signature = _NO_SIGNATURE
    _say(f"{asked} {signature}")


def _say(line: str) -> None:
    with _WRITING:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


def _pem(key: SigningKey) -> str:
    return key.public_key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()


if __name__ == "__main__":
    main()
