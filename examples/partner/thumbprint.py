"""A key's thumbprint (RFC 7638), which names it wherever it is published."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from hashlib import sha256


def thumbprint(jwk: Mapping[str, str]) -> str:
    """SHA-256 of the required members of a key on a curve, in base64url."""
    members = {name: jwk[name] for name in ("crv", "kty", "x", "y") if name in jwk}
    written = json.dumps(members, sort_keys=True, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(sha256(written).digest()).rstrip(b"=").decode()
