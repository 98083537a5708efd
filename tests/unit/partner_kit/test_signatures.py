"""The kit's signatures against the specification's own library, and what isn't believed."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from standardwebhooks import Webhook, WebhookVerificationError

from examples.partner.signatures import TOLERANCE_S, SignatureWrong, check, is_shared_secret, sign
from tests.support.partner_kit import OTHER_SECRET, SECRET

NOW = datetime.now(UTC)
NOW_S = int(NOW.timestamp())
BODY = '{"number":"2026/000123","é":"ع"}'.encode()

Headers = dict[str, str]


def headers_of(secret: str = SECRET, at_s: int = NOW_S) -> Headers:
    return {
        "webhook-id": "event-1",
        "webhook-timestamp": str(at_s),
        "webhook-signature": sign(secret, "event-1", at_s, BODY),
    }


def test_the_library_takes_what_the_kit_signs() -> None:
    # The library looks at the real clock, which has gone on since this module was read.
    headers = headers_of(at_s=int(datetime.now(UTC).timestamp()))
    assert Webhook(SECRET).verify(BODY, headers) is not None


def test_the_kit_takes_what_the_library_signs() -> None:
    headers = headers_of() | {"webhook-signature": Webhook(SECRET).sign("event-1", NOW, BODY.decode())}
    assert check(headers, BODY, [SECRET], NOW_S) == "event-1"


def test_either_of_two_secrets_is_enough_on_either_side() -> None:
    assert check(headers_of(OTHER_SECRET), BODY, [SECRET, OTHER_SECRET], NOW_S)
    both = headers_of()["webhook-signature"] + " " + headers_of(OTHER_SECRET)["webhook-signature"]
    assert check(headers_of() | {"webhook-signature": both}, BODY, [OTHER_SECRET], NOW_S)


def test_a_public_key_is_enough_to_check() -> None:
    key = Ed25519PrivateKey.generate()
    written = base64.b64encode(key.sign(f"event-1.{NOW_S}.".encode() + BODY)).decode()
    public = "whpk_" + base64.b64encode(key.public_key().public_bytes_raw()).decode()
    headers = headers_of() | {"webhook-signature": f"v1a,{written}"}
    assert check(headers, BODY, [SECRET, public], NOW_S)
    with pytest.raises(SignatureWrong):
        check(headers, BODY + b" ", [SECRET, public], NOW_S)
    with pytest.raises(SignatureWrong):
        check(headers, BODY, [SECRET], NOW_S)


WRONG: Mapping[str, Callable[[Headers], Headers]] = {
    "no id": lambda headers: headers | {"webhook-id": ""},
    "another id": lambda headers: headers | {"webhook-id": "event-2"},
    "another moment": lambda headers: headers | {"webhook-timestamp": str(NOW_S + 1)},
    "no number as moment": lambda headers: headers | {"webhook-timestamp": "now"},
    "letters that look like digits": lambda headers: headers | {"webhook-timestamp": "١٢٣"},
    "no signature": lambda headers: headers | {"webhook-signature": ""},
    "an empty signature": lambda headers: headers | {"webhook-signature": "v1,"},
    "no base64": lambda headers: headers | {"webhook-signature": "v1,%%%"},
    "a kind that the secret isn't for": lambda headers: (
        headers | {"webhook-signature": headers["webhook-signature"].replace("v1,", "v1a,")}
    ),
    "another secret": lambda _headers: headers_of(OTHER_SECRET),
    "too old": lambda _headers: headers_of(at_s=NOW_S - TOLERANCE_S - 1),
    "from the future": lambda _headers: headers_of(at_s=NOW_S + TOLERANCE_S + 1),
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG.keys())
def test_it_is_not_believed(change: Callable[[Headers], Headers]) -> None:
    check(headers_of(), BODY, [SECRET], NOW_S)
    with pytest.raises(SignatureWrong):
        check(change(headers_of()), BODY, [SECRET], NOW_S)


def test_what_the_kit_refuses_for_its_body_the_library_refuses_too() -> None:
    with pytest.raises(SignatureWrong):
        check(headers_of(), BODY + b"\n", [SECRET], NOW_S)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(BODY + b"\n", headers_of(at_s=int(datetime.now(UTC).timestamp())))


@pytest.mark.parametrize("at_s", [NOW_S - TOLERANCE_S, NOW_S + TOLERANCE_S])
def test_five_minutes_are_borne(at_s: int) -> None:
    assert check(headers_of(at_s=at_s), BODY, [SECRET], NOW_S)


def test_without_a_secret_nothing_is_believed() -> None:
    with pytest.raises(SignatureWrong):
        check(headers_of(), BODY, [], NOW_S)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [(SECRET, True), ("whsec_c2hvcnQ=", False), ("whsec_%", False), ("whpk_" + "A" * 44, False)],
)
def test_shared_secrets_are_recognised(text: str, *, is_one: bool) -> None:
    assert is_shared_secret(text) is is_one
