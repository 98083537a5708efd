"""A visitor without a browser: keeps cookies, follows redirects, posts the pages' own forms."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Final, Protocol, Self
from urllib.parse import urljoin, urlsplit

import httpx

from deploy.local.demo.errors import WalkFailedError
from deploy.local.demo.page import Answers, Page

TIMEOUT_S: Final = 30.0
MOST_REDIRECTS: Final = 10


class Visitor(Protocol):
    """Somebody in front of the platform, with a browser or without."""

    @property
    def page(self) -> Page:
        """The page in front of the visitor."""
        ...

    def open(self, address: str) -> Page:
        """Go to an address of the platform."""
        ...

    def submit(self, answers: Answers) -> Page:
        """Fill in and send the form in front of the visitor."""
        ...

    def download(self, address: str) -> bytes:
        """Fetch a document.

        Raises:
            WalkFailedError: It isn't handed out.
        """
        ...

    def fetch(self, address: str) -> bytes:
        """Fetch what no page links to, as a page's scripts do.

        Raises:
            WalkFailedError: It isn't handed out.
        """
        ...

    def log_out(self) -> Page:
        """Press the button that ends the session."""
        ...

    def close(self) -> None:
        """Go away."""
        ...


class HttpVisitor:
    """A visitor over plain HTTP.

    Cookies are kept by hand: `__Host-` cookies are `Secure`, which browsers allow on localhost and Python's
    cookie jars don't.

    Args:
        origin: What a browser calls the platform.
        lang: `ar` or `fr`.
    """

    def __init__(self, origin: str, lang: str = "ar") -> None:
        self.origin = origin
        self.cookies: dict[str, str] = {}
        self._client = httpx.Client(
            base_url=origin,
            timeout=TIMEOUT_S,
            headers={"Accept-Language": lang},
            # Everything is on this machine, and the lists of certificate authorities take long to read.
            verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        )
        self._page: Page | None = None

    def __enter__(self) -> Self:
        """Come in."""
        return self

    def __exit__(self, *_details: object) -> None:
        """Go away."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    @property
    def page(self) -> Page:
        """The page in front of the visitor.

        Raises:
            WalkFailedError: None was opened yet.
        """
        if self._page is None:
            raise WalkFailedError("no page was opened yet")
        return self._page

    def open(self, address: str) -> Page:
        """Go to an address of the platform."""
        return self._arrive(self.request("GET", address))

    def submit(self, answers: Answers) -> Page:
        """Fill in and send the form in front of the visitor."""
        return self._arrive(self.post(self.page, answers))

    def log_out(self) -> Page:
        """Press the button that ends the session."""
        return self._arrive(self.request("POST", "/logout"))

    def post(self, page: Page, answers: Answers) -> httpx.Response:
        """Send the form of a page and return the very first answer."""
        names = [name for name, given in answers.items() if isinstance(given, str)]
        form = page.get_form(*names)
        pairs, files = form.filled(answers)
        values: dict[str, list[str]] = {}
        for name, value in pairs:
            values.setdefault(name, []).append(value)
        uploads = {name: (file.filename, file.content, file.media_type) for name, file in files.items()}
        return self.request("POST", form.action, data=values, files=uploads or None)

    def request(
        self,
        method: str,
        address: str,
        data: Mapping[str, list[str]] | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
    ) -> httpx.Response:
        """Send one request with this visitor's cookies, as a page of the platform would."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if method != "GET":
            headers["Origin"] = self.origin
        response = self._client.request(method, address, data=data, files=files, headers=headers)
        self._keep_cookies(response)
        return response

    def _keep_cookies(self, response: httpx.Response) -> None:
        for header in response.headers.get_list("set-cookie"):
            pair, _, attributes = header.partition(";")
            name, _, value = pair.partition("=")
            if value.strip('"') and "max-age=0" not in attributes.lower():
                self.cookies[name.strip()] = value.strip()
            else:
                self.cookies.pop(name.strip(), None)

    def _arrive(self, response: httpx.Response) -> Page:
        for _hop in range(MOST_REDIRECTS):
            if not response.is_redirect:
                break
            target = urlsplit(urljoin(str(response.url), response.headers["location"]))
            response = self.request("GET", target._replace(scheme="", netloc="", fragment="").geturl())
        self._page = Page(response.status_code, response.url.raw_path.decode(), response.text)
        return self._page

    def download(self, address: str) -> bytes:
        """Fetch a document.

        Raises:
            WalkFailedError: It isn't handed out.
        """
        response = self.request("GET", address)
        if response.status_code != httpx.codes.OK:
            raise WalkFailedError(f"{address} answers {response.status_code}")
        return response.content

    def fetch(self, address: str) -> bytes:
        """Fetch what no page links to, which is no other work without a browser.

        Raises:
            WalkFailedError: It isn't handed out.
        """
        return self.download(address)
