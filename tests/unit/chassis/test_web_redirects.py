"""Redirects never leave this origin."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.chassis.web.redirects import LoginPaths, address_of, find_local_address


@pytest.mark.parametrize(
    "address", ["/", "/space", "/requests/1?kept=x&lang=fr", "/v?next=https://elsewhere.example"]
)
def test_a_path_of_ours_is_kept(address: str) -> None:
    assert find_local_address(address) == address


@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        "space",
        "https://phish.example/",
        "//phish.example/",
        "///phish.example/",
        "/\\phish.example/",
        "\\\\phish.example/",
        "/\t/phish.example/",
        "/\n/phish.example/",
        " //phish.example/",
        "javascript:alert(1)",
        "/\x7f/phish.example",
        "/" + "x" * 2000,
        "/a\r\nset-cookie: x=y",
    ],
)
def test_an_address_that_could_lead_elsewhere_is_refused(address: str | None) -> None:
    assert find_local_address(address) is None


@given(st.text(alphabet="/\\:@?#.a\t\n %", max_size=12).map("/".__add__))
def test_whatever_is_accepted_stays_on_one_host(address: str) -> None:
    if find_local_address(address) is None:
        return
    # Browsers read a backslash as a slash and drop tabs and line ends before they look for a host.
    as_a_browser = address.replace("\\", "/").replace("\t", "").replace("\n", "")
    assert not as_a_browser.startswith("//")


def test_an_address_inside_next_is_one_parameter() -> None:
    location = LoginPaths().renewal("/a?b=c&next=https://phish.example", fresh_minutes=3)
    assert parse_qs(urlsplit(location).query) == {
        "next": ["/a?b=c&next=https://phish.example"],
        "fresh": ["3"],
    }


def test_an_address_is_put_together_from_its_parts() -> None:
    assert address_of("/a", "") == "/a"
    assert address_of("/a", "b=c", kept="x y") == "/a?b=c&kept=x+y"
