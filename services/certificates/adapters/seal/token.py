"""Keys in a PKCS#11 token: the private half never leaves it."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pkcs11
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from pkcs11.exceptions import PKCS11Error
from pkcs11.types import SignMixin
from pkcs11.util.ec import encode_ec_public_key

from libs.chassis.key_files import KeyUnusable
from services.certificates.adapters.seal.keys import NUMBER_BYTES, public_key_of


class Token:
    """A token whose user has logged in.

    One thread uses one session: python-pkcs11 tells the library nothing of threads, and SoftHSM then fails.

    Args:
        module: The maker's PKCS#11 library.
        label: The token's.
        pin: The user's.

    Raises:
        KeyUnusable: There's no such token, or the PIN is wrong.
    """

    def __init__(self, module: Path, label: str, pin: str) -> None:
        try:
            token = pkcs11.lib(str(module)).get_token(token_label=label)
            self.session: pkcs11.Session = token.open(user_pin=pin)
        except (PKCS11Error, RuntimeError) as error:
            raise KeyUnusable(f"token: {type(error).__name__}") from error


class TokenKey:
    """A key pair of a token.

    Args:
        token: Where it is held.
        label: Of both halves; whoever holds the key ceremony makes them.

    Raises:
        KeyUnusable: There's no such pair, or it isn't on the curve P-256.
    """

    def __init__(self, token: Token, label: str) -> None:
        self._label = label
        try:
            public = token.session.get_key(object_class=pkcs11.ObjectClass.PUBLIC_KEY, label=label)
            private = token.session.get_key(
                object_class=pkcs11.ObjectClass.PRIVATE_KEY, key_type=pkcs11.KeyType.EC, label=label
            )
            self._public_key = public_key_of(encode_ec_public_key(cast("pkcs11.PublicKey", public)))
        except PKCS11Error as error:
            raise KeyUnusable(f"key {label}: {type(error).__name__}") from error
        if not isinstance(private, SignMixin):
            raise KeyUnusable(f"key {label}: it doesn't sign")
        self._private = private

    @property
    def public_key(self) -> EllipticCurvePublicKey:
        """Its public half."""
        return self._public_key

    def sign(self, digest: bytes) -> bytes:
        """The ES256 signature over a SHA-256 digest: r and s, 32 bytes each.

        The mechanism is the one without a hash of its own, which every token has.

        Raises:
            KeyUnusable: The token doesn't sign.
        """
        try:
            signature = bytes(self._private.sign(digest, mechanism=pkcs11.Mechanism.ECDSA))
        except PKCS11Error as error:
            raise KeyUnusable(f"key {self._label}: {type(error).__name__}") from error
        if len(signature) != 2 * NUMBER_BYTES:
            raise KeyUnusable(f"key {self._label}: no ES256 signature")
        return signature
