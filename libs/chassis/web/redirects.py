"""Redirects that stay on this origin: where a visitor is sent to sign in, and back again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode, urlsplit

_FIRST_PRINTABLE: Final = " "
_DELETE: Final = "\x7f"
_LONGEST: Final = 2000


class SeeOther(Exception):
    """Answer with 303 and this local address; raised by dependencies that can't return a response.

    Args:
        address: A path of this origin, with its query.
        browser_secret: Set as the cookie that gives kept answers back; None for no cookie.
    """

    def __init__(self, address: str, browser_secret: str | None = None) -> None:
        super().__init__("see other")
        self.address = address
        self.browser_secret = browser_secret


@dataclass(frozen=True)
class LoginPaths:
    """The pages on which visitors prove who they are.

    Attributes:
        person: For people with an account.
        staff: For the staff.
        renew: Renews a session whose token's time is over; with `fresh` it asks for the secret again.
        staff_sections: First segments of paths that only the staff visits.
    """

    person: str = "/login"
    staff: str = "/staff/login"
    renew: str = "/session"
    staff_sections: frozenset[str] = frozenset({"staff", "log"})

    def sign_in(self, next_address: str) -> str:
        """The login page that fits `next_address`, which it leads back to."""
        section = urlsplit(next_address).path.split("/")[1]
        return with_next(self.staff if section in self.staff_sections else self.person, next_address)

    def renewal(self, next_address: str, *, fresh_minutes: int | None = None) -> str:
        """The page that renews the session and leads back to `next_address`.

        Args:
            next_address: Where the visitor was going.
            fresh_minutes: How recent the proof of identity must be; None if any is good.
        """
        return with_next(self.renew, next_address, fresh=fresh_minutes)


def with_next(page: str, next_address: str, *, fresh: int | None = None) -> str:
    """`page` with `next_address` in its query, ready for a `Location` header."""
    query = {"next": next_address} | ({} if fresh is None else {"fresh": str(fresh)})
    return f"{page}?{urlencode(query)}"


def find_local_address(typed: str | None) -> str | None:
    """The address if it is a path of this origin, else None: an open redirect is a phisher's tool.

    Refused are other schemes and hosts, `//host`, backslashes (browsers read them as slashes), control
    characters (browsers drop some of them) and anything over 2,000 characters.
    """
    if not typed or not typed.startswith("/") or typed.startswith("//") or len(typed) > _LONGEST:
        return None
    if any(letter in {"\\", _DELETE} or letter < _FIRST_PRINTABLE for letter in typed):
        return None
    try:
        parts = urlsplit(typed)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc else typed


def address_of(path: str, query: str, **added: str) -> str:
    """A path and its query, with `added` parameters behind."""
    whole = "&".join(part for part in (query, urlencode(added)) if part)
    return f"{path}?{whole}" if whole else path
