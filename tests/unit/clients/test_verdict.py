"""What khadamaty-verify says: each reason when it applies, and never "valid" on what is old or unknown."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from khadamaty_verify import BadKeys, KeySet, Malformed, Reason, StatusList, StatusLists, read, verify
from libs.contracts.code import format_code
from libs.contracts.qr import QrClaims
from services.verification.domain.status_list import LIST_SIZE, ListStatus
from tests.support.ministry import AS_OF, CLAIMS, Ministry
from tests.support.qr_keys import OwnQrKey

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
AGED = replace(CLAIMS, valid_until=date(2026, 11, 21))
BORN_TODAY = replace(CLAIMS, issued_on=date(2026, 11, 23))


@pytest.fixture
def ministry() -> Ministry:
    return Ministry()


@pytest.fixture
def keys(ministry: Ministry) -> KeySet:
    return KeySet.from_json(json.dumps(ministry.key_set))


@pytest.mark.parametrize(
    ("claims", "status", "later", "reason"),
    [
        (CLAIMS, ListStatus.VALID, timedelta(0), Reason.VALID),
        (CLAIMS, ListStatus.INVALID, timedelta(0), Reason.REVOKED),
        (CLAIMS, ListStatus.SUSPENDED, timedelta(0), Reason.SUSPENDED),
        (CLAIMS, ListStatus.SUPERSEDED, timedelta(0), Reason.SUPERSEDED),
        (AGED, ListStatus.VALID, timedelta(0), Reason.EXPIRED),
        (AGED, ListStatus.INVALID, timedelta(0), Reason.REVOKED),
        (AGED, ListStatus.SUSPENDED, timedelta(0), Reason.SUSPENDED),
        (CLAIMS, ListStatus.VALID, timedelta(hours=25), Reason.STALE_LIST),
        (CLAIMS, ListStatus.SUSPENDED, timedelta(hours=25), Reason.SUSPENDED),
        (CLAIMS, ListStatus.INVALID, timedelta(hours=25), Reason.REVOKED),
        (CLAIMS, ListStatus.SUPERSEDED, timedelta(hours=25), Reason.SUPERSEDED),
        (AGED, ListStatus.VALID, timedelta(hours=25), Reason.EXPIRED),
        (CLAIMS, ListStatus.VALID, timedelta(minutes=-11), Reason.WRONG_CLOCK),
        (CLAIMS, ListStatus.VALID, timedelta(minutes=-9), Reason.VALID),
        (BORN_TODAY, ListStatus.VALID, timedelta(0), Reason.VALID),
        (BORN_TODAY, ListStatus.INVALID, timedelta(0), Reason.NOT_IN_LIST),
        (BORN_TODAY, ListStatus.SUPERSEDED, timedelta(0), Reason.SUPERSEDED),
        (BORN_TODAY, ListStatus.INVALID, timedelta(hours=25), Reason.NOT_IN_LIST),
        (BORN_TODAY, ListStatus.INVALID, timedelta(minutes=-11), Reason.WRONG_CLOCK),
        (replace(CLAIMS, valid_until=None), ListStatus.VALID, timedelta(0), Reason.VALID),
    ],
)
def test_a_genuine_code_comes_to_what_the_list_and_the_day_say(
    ministry: Ministry, keys: KeySet, claims: QrClaims, status: ListStatus, later: timedelta, reason: Reason
) -> None:
    code = ministry.code(claims, status=status)
    verdict = verify(code, keys, ministry.lists(keys), NOW + later)
    assert verdict.reason is reason
    assert verdict.is_valid is (reason is Reason.VALID)
    assert verdict.claims is not None
    assert verdict.claims.number == claims.number


def test_the_last_day_still_counts_and_the_next_one_no_longer(ministry: Ministry, keys: KeySet) -> None:
    code = ministry.code(replace(CLAIMS, valid_until=NOW.date()), status=ListStatus.VALID)
    lists = ministry.lists(keys)
    midnight = datetime(2026, 11, 24, tzinfo=UTC)
    said = [verify(code, keys, lists, midnight + timedelta(seconds=step)).reason for step in (-1, 0)]
    assert said == [Reason.VALID, Reason.EXPIRED]


def test_a_list_is_stale_from_the_second_on_that_it_names(ministry: Ministry, keys: KeySet) -> None:
    code = ministry.code(status=ListStatus.VALID)
    lists = ministry.lists(keys)
    end = AS_OF + timedelta(hours=24)
    said = [verify(code, keys, lists, end + timedelta(seconds=step)) for step in (-1, 0)]
    assert [each.reason for each in said] == [Reason.VALID, Reason.STALE_LIST]
    assert said[0].as_of == AS_OF


def test_without_its_list_nothing_is_valid(ministry: Ministry, keys: KeySet) -> None:
    code = ministry.code(status=ListStatus.VALID)
    assert verify(code, keys, None, NOW).reason is Reason.NO_LIST
    assert verify(code, keys, StatusLists(), NOW).reason is Reason.NO_LIST
    assert verify(ministry.code(AGED), keys, None, NOW).reason is Reason.EXPIRED
    far = ministry.code(replace(CLAIMS, status_index=5 * LIST_SIZE))
    assert verify(far, keys, ministry.lists(keys), NOW).reason is Reason.NO_LIST


def test_a_place_past_the_end_of_its_list_is_not_in_it(ministry: Ministry, keys: KeySet) -> None:
    ministry.bits.note(CLAIMS.status_index - 100, ListStatus.VALID)
    assert verify(ministry.code(), keys, ministry.lists(keys), NOW).reason is Reason.NOT_IN_LIST


def test_one_list_is_taken_as_well_as_many(ministry: Ministry, keys: KeySet) -> None:
    code = ministry.code(status=ListStatus.VALID)
    one = StatusList.from_bytes(ministry.tokens()[0], keys)
    assert verify(code, keys, one, NOW).is_valid
    elsewhere = replace(one, number=1)
    assert verify(code, keys, elsewhere, NOW).reason is Reason.NO_LIST


def test_the_machines_clock_is_taken_where_no_moment_is_given(ministry: Ministry, keys: KeySet) -> None:
    code = ministry.code(replace(CLAIMS, issued_on=date(2020, 1, 1)), status=ListStatus.VALID)
    now = datetime.now(UTC)
    assert verify(code, keys, ministry.lists(keys, now)).is_valid
    assert verify(code, keys, ministry.lists(keys, now - timedelta(days=2))).reason is Reason.STALE_LIST


def test_a_key_of_lists_proves_no_code_and_a_key_of_codes_no_list(ministry: Ministry) -> None:
    code = ministry.code(status=ListStatus.VALID)
    swapped = [
        {**key, "use": "sig" if key["use"] == "status-list" else "status-list"}
        for key in ministry.key_set["keys"]
    ]
    keys = KeySet.from_json(json.dumps({"keys": swapped}))
    assert verify(code, keys, None, NOW).reason is Reason.UNKNOWN_KEY
    with pytest.raises(ValueError, match="none of the keys"):
        StatusList.from_bytes(ministry.tokens()[0], keys)


def test_a_key_of_another_use_or_kind_is_left_out(ministry: Ministry) -> None:
    (good, _) = ministry.key_set["keys"]
    others = [{**good, "use": "enc"}, {"kty": "RSA", "use": "sig", "kid": "x"}, {**good, "crv": "P-384"}]
    keys = KeySet.from_json(json.dumps({"keys": [good, *others]}))
    assert (len(keys.payloads), len(keys.lists)) == (1, 0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"keys": 1}',
        '{"keys": [1]}',
        '{"keys": [{"kty": "EC", "crv": "P-256", "use": "sig", "kid": "AA"}]}',
        '{"keys": [{"kty": "EC", "crv": "P-256", "use": "sig", "kid": "AAAAAAAAAAA", "x": "AA", "y": "AA"}]}',
        '{"keys": [{"kty": "EC", "crv": "P-256", "use": "sig", "kid": "!", "x": "AA", "y": "AA"}]}',
    ],
)
def test_what_is_no_key_set_is_refused(text: str) -> None:
    with pytest.raises(BadKeys):
        KeySet.from_json(text)


def test_what_the_document_has_to_be_compared_with_is_read(ministry: Ministry) -> None:
    claims = read(ministry.code()).claims
    assert (claims.number, claims.issued_on, claims.valid_until) == (
        "2026/000123",
        "2026-11-20",
        "2031-11-19",
    )
    assert (claims.arabic_name, claims.latin_name) == (CLAIMS.arabic_name, CLAIMS.latin_name)
    assert (claims.kind, claims.version, claims.status_index) == ("certificate", 1, 70_000)
    assert claims.code == format_code(CLAIMS.code)
    assert read(ministry.code(replace(CLAIMS, valid_until=None))).claims.valid_until is None


def test_the_digits_alone_are_read_too(ministry: Ministry) -> None:
    code = ministry.code()
    assert read(code.rpartition("#")[2]) == read(code)
    with pytest.raises(Malformed):
        read(f"{code} ")


def test_a_forgery_tells_nothing_that_somebody_could_take_for_true(ministry: Ministry, keys: KeySet) -> None:
    forger = Ministry(qr_key=OwnQrKey())
    forger.key_id = ministry.key_id
    verdict = verify(forger.code(), keys, ministry.lists(keys), NOW)
    assert (verdict.reason, verdict.claims, verdict.as_of) == (Reason.FORGED, None, None)
