"""Answers time-stamp requests (RFC 3161) with the local test authority's clock."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from asn1crypto import algos, cms, tsp, x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA

from deploy.local.authority.issuing import Holder

# Of the arc that IANA keeps for examples in documents (1.3.6.1.4.1.32473): no policy stands behind it.
POLICY: Final = "1.3.6.1.4.1.32473.1"
_LONGEST_REQUEST: Final = 4096
_SEQUENCE: Final = 0x30
_DER = serialization.Encoding.DER


class LocalClock:
    """A time-stamp authority.

    Args:
        holder: Its key and certificate.
        now: Tells the time.
    """

    def __init__(self, holder: Holder, now: Callable[[], datetime]) -> None:
        self._key = holder.key
        self._certificate = x509.Certificate.load(holder.certificate.public_bytes(_DER))
        self._now = now

    def answer(self, request_der: bytes) -> bytes:
        """The answer to a request: a token, or a refusal where this is no request with a SHA-256."""
        try:
            if len(request_der) > _LONGEST_REQUEST:
                return _refusal("bad_request")
            request = tsp.TimeStampReq.load(request_der, strict=True)
            imprint = request["message_imprint"]
            if imprint["hash_algorithm"]["algorithm"].native != "sha256":
                return _refusal("bad_alg")
            if len(imprint["hashed_message"].native) != hashlib.sha256().digest_size:
                return _refusal("bad_data_format")
        except (ValueError, TypeError):
            return _refusal("bad_data_format")
        token = self._token(request)
        return bytes(tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token}).dump())

    def _token(self, request: tsp.TimeStampReq) -> cms.ContentInfo:
        moment = self._now().astimezone(UTC)
        told = {
            "version": "v1",
            "policy": POLICY,
            "message_imprint": request["message_imprint"],
            "serial_number": secrets.randbits(128),
            "gen_time": moment,
            "accuracy": {"seconds": 1},
        }
        if request["nonce"].native is not None:
            told["nonce"] = request["nonce"].native
        info = tsp.TSTInfo(told)
        signed = {
            "version": "v3",
            "digest_algorithms": [_sha256()],
            "encap_content_info": {
                "content_type": "tst_info",
                "content": cms.ParsableOctetString(info.dump()),
            },
            "signer_infos": [self._signer(info.dump(), moment)],
        }
        if request["cert_req"].native:
            signed["certificates"] = [cms.CertificateChoices("certificate", self._certificate)]
        return cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)})

    def _signer(self, content: bytes, moment: datetime) -> cms.SignerInfo:
        named = tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(self._certificate.dump()).digest()})
        attributes = cms.CMSAttributes(
            [
                cms.CMSAttribute({"type": "content_type", "values": ["tst_info"]}),
                cms.CMSAttribute({"type": "message_digest", "values": [hashlib.sha256(content).digest()]}),
                cms.CMSAttribute({"type": "signing_time", "values": [cms.Time({"utc_time": moment})]}),
                cms.CMSAttribute(
                    {
                        "type": "signing_certificate_v2",
                        "values": [tsp.SigningCertificateV2({"certs": [named]})],
                    }
                ),
            ]
        )
        serial = {"issuer": self._certificate.issuer, "serial_number": self._certificate.serial_number}
        return cms.SignerInfo(
            {
                "version": "v1",
                "sid": cms.SignerIdentifier("issuer_and_serial_number", serial),
                "digest_algorithm": _sha256(),
                "signed_attrs": attributes,
                "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
                "signature": self._key.sign(attributes.untag().dump(), ECDSA(hashes.SHA256())),
            }
        )


def _sha256() -> algos.DigestAlgorithm:
    return algos.DigestAlgorithm({"algorithm": "sha256"})


def _refusal(why: str) -> bytes:
    """A refusal (RFC 3161, section 2.4.2), which asn1crypto can't write: it always wants a token."""
    status = tsp.PKIStatusInfo({"status": "rejection", "fail_info": {why}}).dump()
    return bytes((_SEQUENCE, len(status))) + bytes(status)
