"""Where events may be sent, and when they are tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.verification.domain.public_fact import Cursor
from services.verification.domain.webhook import Progress, Trouble, asked_wait_s, rest_s, wait_s
from services.verification.domain.webhook_address import check_url, is_public
from services.verification.domain.window import Parcel, Window
from services.verification.errors import CursorUnknown, WebhookUrlRefused

HOSTS = ("hooks.example.org", "127.0.0.1", "localhost", "10.0.0.7", "93.184.216.34")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.org/events",
        "https://HOOKS.example.org:8443/a?b=c",
        "https://93.184.216.34/events",
    ],
)
def test_https_at_a_registered_public_host_is_taken(url: str) -> None:
    assert check_url(url, HOSTS, loopback_allowed=False) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.org/events",
        "ftp://hooks.example.org/events",
        "https://elsewhere.example.org/events",
        "https://hooks.example.org.evil.example/events",
        "https://someone@hooks.example.org/events",
        "https://hooks.example.org@evil.example/events",
        "https://evil.example#@hooks.example.org/",
        "https://hooks.example.org/events#part",
        "https://hooks.example.org/events#",
        "https://hooks.example.org/a b",
        "https://hooks.example.org/é",
        "https://hooks.example.org:port/",
        "https://",
        "//hooks.example.org/events",
        "https://127.0.0.1/events",
        "https://localhost/events",
        "https://10.0.0.7/events",
        "https://[::1]/events",
        "https://[::1",
        "javascript:alert(1)",
        "",
    ],
)
def test_anything_else_is_refused_in_production(url: str) -> None:
    with pytest.raises(WebhookUrlRefused):
        check_url(url, HOSTS, loopback_allowed=False)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/events", "http://localhost/events"])
def test_this_machine_may_be_named_outside_production_where_it_is_registered(url: str) -> None:
    assert check_url(url, HOSTS, loopback_allowed=True) == url
    with pytest.raises(WebhookUrlRefused):
        check_url(url, ("hooks.example.org",), loopback_allowed=True)


def test_http_stays_refused_elsewhere_outside_production() -> None:
    with pytest.raises(WebhookUrlRefused):
        check_url("http://hooks.example.org/events", HOSTS, loopback_allowed=True)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - an address, not a binding
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("2002:0a00:0001::1", False),
        ("64:ff9b::10.0.0.1", False),
        ("not-an-address", False),
    ],
)
def test_addresses_of_private_networks_are_told_from_public_ones(address: str, *, public: bool) -> None:
    assert is_public(address) is public


def test_waits_double_up_to_an_hour_and_rests_up_to_five_minutes() -> None:
    assert [wait_s(tries, 0.5) for tries in (1, 2, 3, 10, 11, 60)] == [5, 10, 20, 2560, 3600, 3600]
    assert [rest_s(tries, 0.5) for tries in (1, 6, 7, 60)] == [5, 160, 300, 300]


@given(st.integers(1, 200), st.floats(0, 1, exclude_max=True), st.floats(0, 10**9))
def test_a_wait_is_spread_by_a_fifth_and_never_shorter_than_was_asked(
    tries: int, chance: float, asked_s: float
) -> None:
    middle = wait_s(tries, 0.5)
    assert middle * 0.8 - 1e-6 <= wait_s(tries, chance) <= middle * 1.2
    assert wait_s(tries, chance, asked_s) >= min(asked_s, 24 * 3600)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("120", 120.0),
        (" 5 ", 5.0),
        ("Mon, 23 Nov 2026 12:01:00 GMT", 60.0),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("", None),
        ("9" * 400, 999999999.0),
    ],
)
def test_retry_after_is_read_in_both_forms(header: str | None, seconds: float | None) -> None:
    assert asked_wait_s(header, NOW) == seconds


@pytest.mark.parametrize("text", ["", "abc", "abc-", "-5", "abc-5-6", "ABC-5", "abc-x", "abc-" + "9" * 30])
def test_a_text_that_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(CursorUnknown):
        Cursor.read(text, "abc")


def test_a_cursor_of_another_edition_is_refused_and_ones_own_is_read() -> None:
    assert Cursor.read(str(Cursor("abc", 5)), "abc") == Cursor("abc", 5)
    with pytest.raises(CursorUnknown):
        Cursor.read(str(Cursor("abc", 5)), "def")


def parcel(position: int, lane: str) -> Parcel:
    return Parcel(f"m{position}", lane, (position,), (f"e{position}",), "", b"")


@given(
    st.lists(st.sampled_from("abcd"), min_size=1, max_size=40),
    st.lists(st.booleans(), max_size=80),
    st.integers(1, 5),
)
def test_whatever_fails_each_lane_is_in_order_and_nothing_is_passed_over(
    lanes: list[str], luck: list[bool], restart_every: int
) -> None:
    """Also when the window is made anew from what was written down, as after a crash."""
    now, taken, rounds = NOW, list[int](), 0
    progress = Progress.begun(0)
    while progress.position < len(lanes):
        window = Window(progress)
        window.add(
            [
                parcel(place, lane)
                for place, lane in enumerate(lanes, 1)
                if place > progress.position and not window.went_ahead(place)
            ],
            len(lanes),
        )
        for _ in range(restart_every):
            under_way = []
            while (found := window.take(now)) is not None:
                under_way.append(found[0])
            assert len({each.lane for each in under_way}) == len(under_way)
            for each in under_way:
                if luck.pop() if luck else True:
                    taken.append(each.positions[0])
                    window.delivered(each)
                else:
                    window.failed(each, now, "http-500", chance=0.5)
            now += timedelta(minutes=5)
        progress = window.progress()
        rounds += 1
        assert rounds < 1000
    assert sorted(taken) == list(range(1, len(lanes) + 1))
    for lane in set(lanes):
        mine = [place for place in taken if lanes[place - 1] == lane]
        assert mine == sorted(mine)
    assert progress == Progress(len(lanes), len(lanes))


def test_news_are_due_once_the_rest_is_over_though_what_failed_waits_longer() -> None:
    trouble = Trouble(NOW, 3, NOW + timedelta(seconds=20), NOW + timedelta(hours=1), "http-500")
    progress = Progress(4, 9, trouble=trouble)
    assert not progress.is_due(10, NOW)
    assert progress.is_due(10, NOW + timedelta(seconds=20))
    assert not progress.is_due(9, NOW + timedelta(seconds=20))
    assert progress.is_due(9, NOW + timedelta(hours=1))
