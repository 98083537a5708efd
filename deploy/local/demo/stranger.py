"""Somebody who was shown a certificate and wants to know what it is worth."""

from __future__ import annotations

import json
from datetime import date

import jwt
import pypdfium2
import zxingcpp
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from deploy.local.demo.errors import WalkFailedError
from deploy.local.demo.page import Page
from deploy.local.demo.visitor import Visitor
from deploy.local.demo.waiting import wait_for
from libs.contracts.qr import (
    SIGNATURE_BYTES,
    VERIFY_PATH,
    MalformedPayload,
    QrClaims,
    SignedPayload,
    key_id_text,
    payload_in,
    read,
)

KEYS_PATH = "/api/verification/v1/keys"
_SCAN_SCALE = 200 / 72


class Stranger:
    """A visitor without an account.

    Args:
        visitor: With a browser or without.
    """

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor

    def scan(self, pdf: bytes) -> tuple[str, QrClaims]:
        """Scan the QR code of a certificate and check its seal with the keys that anybody may have.

        Only page and keys are asked for; what the code says stays with the stranger, as it does in a browser.

        Returns:
            The address in the code, and what it says.

        Raises:
            WalkFailedError: It can't be read, or its seal isn't genuine.
        """
        address = _scanned(pdf)
        try:
            payload = read(payload_in(address))
        except MalformedPayload as error:
            raise WalkFailedError(f"the QR code says nothing: {error.fault}") from error
        self.visitor.open(VERIFY_PATH)
        keys = json.loads(self.visitor.fetch(KEYS_PATH))["keys"]
        if not any(_is_sealed(payload, jwk) for jwk in keys):
            raise WalkFailedError(f"none of {len(keys)} published keys sealed the QR code")
        return address, payload.claims

    def verify(self, code: str, birth_date: date | None = None) -> Page:
        """Type the code, then the birth date where it is known, and read the answer."""
        self.visitor.open("/verify")
        page = self.visitor.submit({"code": code})
        return page if birth_date is None else self.visitor.submit({"birth_date": birth_date})

    def wait_until_valid(self, code: str, number: str) -> Page:
        """Type the code until the public page knows it.

        Raises:
            WalkFailedError: It stays unknown.
        """

        def look() -> Page | None:
            page = self.verify(code)
            return page if number in page.text else None

        return wait_for(look, f"the public page's answer about {number}")

    def expect_unknown(self, code: str, number: str) -> Page:
        """Type a code that nobody was given.

        Raises:
            WalkFailedError: The answer speaks of a certificate.
        """
        page = self.verify(code)
        if number in page.text:
            raise WalkFailedError("an unknown code told of a certificate")
        return page


def _scanned(pdf: bytes) -> str:
    """The text of the first QR code on the first page."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        picture = document[0].render(scale=_SCAN_SCALE).to_pil()
    finally:
        document.close()
    codes = zxingcpp.read_barcodes(picture)
    if not codes:
        raise WalkFailedError("the certificate shows no QR code")
    return str(codes[0].text)


def _is_sealed(payload: SignedPayload, jwk: dict[str, str]) -> bool:
    if jwk["kid"] != key_id_text(payload.unsigned.key_id):
        return False
    key = jwt.PyJWK(jwk).key
    half = SIGNATURE_BYTES // 2
    numbers = int.from_bytes(payload.signature[:half]), int.from_bytes(payload.signature[half:])
    if not isinstance(key, EllipticCurvePublicKey):
        return False
    try:
        key.verify(encode_dss_signature(*numbers), payload.unsigned.to_be_signed, ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True
