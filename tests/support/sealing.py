"""What tests of the seal share: a small PDF with a slot, a certified key, and what others say of it."""

from __future__ import annotations

import io
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

from deploy.local.authority.__main__ import serve
from deploy.local.authority.ca import Authority
from deploy.local.authority.credentials import certify
from services.certificates.adapters.cms import CmsTemplate
from services.certificates.adapters.pdf import slot
from services.certificates.adapters.pdf.slot import BYTE_RANGE, EMPTY_CONTENTS, Slot
from services.certificates.adapters.seal import load_key

_DER = serialization.Encoding.DER


def raw_signature(key: EllipticCurvePrivateKey, digest: bytes) -> bytes:
    """r and s, as the seal's process answers them."""
    numbers = decode_dss_signature(key.sign(digest, ECDSA(Prehashed(hashes.SHA256()))))
    return b"".join(number.to_bytes(32) for number in numbers)


@dataclass(frozen=True)
class Certified:
    """A key of the test's own that the local authority has certified for the seal."""

    key: EllipticCurvePrivateKey
    chain: tuple[x509.Certificate, ...]

    @classmethod
    def by(cls, authority: Authority, now: datetime) -> Certified:
        key = generate_private_key(SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a seal")])
        request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
        chain = authority.certify_seal(request.public_bytes(serialization.Encoding.PEM), now)
        return cls(key, tuple(chain))

    @property
    def embedded(self) -> list[bytes]:
        """What a CMS carries: all but the root."""
        return ders(self.chain[:-1])

    def template(self) -> CmsTemplate:
        return CmsTemplate(self.embedded)

    def cms(self, digest: bytes) -> bytes:
        return self.template().sign(digest, lambda value: raw_signature(self.key, value))


def certify_key_file(key_file: Path, now: datetime) -> Authority:
    """Let a local authority certify the seal of a service that keeps its key in that file."""
    authority = Authority(key_file.parent / "authority", now)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a seal")])
    request = (
        x509.CertificateSigningRequestBuilder().subject_name(name).sign(load_key(key_file), hashes.SHA256())
    )
    pem = request.public_bytes(serialization.Encoding.PEM)
    certify(authority, pem, key_file.parent / "credentials", now)
    return authority


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The local authority's clock on loopback."""
    server = serve(folder / "authority", folder / "credentials", 0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()
    thread.join()


def ders(parts: Any) -> list[bytes]:
    """Certificates or lists in DER."""
    return [part.public_bytes(_DER) for part in parts]


def small_pdf(moment: datetime, evidence: tuple[list[bytes], list[bytes]] = ([], [])) -> bytes:
    """A closed page with an empty slot, certified P1; `evidence` is certificates and lists for its DSS."""
    streams = [*evidence[0], *evidence[1]]
    first = 7
    certs = " ".join(f"{first + place} 0 R" for place in range(len(evidence[0])))
    crls = " ".join(f"{first + len(evidence[0]) + place} 0 R" for place in range(len(evidence[1])))
    transform = "<< /Type /TransformParams /P 1 /V /1.2 >>"
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [4 0 R] /SigFlags 3 >>"
        f" /Perms << /DocMDP 5 0 R >> /DSS << /Certs [{certs}] /CRLs [{crls}] >> >>".encode(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 6 0 R /Annots [4 0 R] >>",
        b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (seal) /V 5 0 R /P 3 0 R /Rect [0 0 0 0] /F 132 >>",
        f"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /M (D:{moment:%Y%m%d%H%M%S}Z)"
        f" /ByteRange {BYTE_RANGE} /Contents {EMPTY_CONTENTS}"
        f" /Reference [<< /Type /SigRef /TransformMethod /DocMDP"
        f" /TransformParams {transform} >>] >>".encode(),
        _stream(b"0 0 m 100 100 l S"),
        *(_stream(value) for value in streams),
    ]
    return slot.close(_assembled(objects))


def signed(pdf: bytes, certified: Certified) -> bytes:
    """The closed file with its signature."""
    return slot.fill(pdf, certified.cms(slot.digest(pdf)))


def judged(
    pdf: bytes, root: x509.Certificate, at: datetime | None = None, **options: Any
) -> PdfSignatureStatus:
    """What pyHanko says of the only signature, with nothing fetched."""
    context = _context(root, at, **options)
    signature = PdfFileReader(io.BytesIO(pdf)).embedded_regular_signatures[0]
    return validate_pdf_signature(signature, context, ts_validation_context=context)


def judged_by_its_own_evidence(
    pdf: bytes, root: x509.Certificate, at: datetime | None = None
) -> PdfSignatureStatus:
    """What pyHanko says with revocation information required and taken from the file's DSS only."""
    reader = PdfFileReader(io.BytesIO(pdf))
    options = {
        "trust_roots": [asn1_x509.Certificate.load(root.public_bytes(_DER))],
        "allow_fetching": False,
        "revocation_mode": "require",
        "moment": at,
    }
    store = DocumentSecurityStore.read_dss(reader)
    return validate_pdf_signature(
        reader.embedded_regular_signatures[0],
        store.as_validation_context(options),
        ts_validation_context=store.as_validation_context(options),
    )


def said_by_openssl(pdf: bytes, root: x509.Certificate, folder: Path, place: Slot | None = None) -> bool:
    """Whether `openssl cms -verify` finds the signature good; `place` is for a file that is broken."""
    place = place or slot.find(pdf)
    (folder / "signed").write_bytes(pdf[: place.start] + pdf[place.end :])
    (folder / "cms").write_bytes(bytes.fromhex(pdf[place.start + 1 : place.end - 1].decode()))
    (folder / "root.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
    command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-purpose", "any"]
    files = ["-in", "cms", "-content", "signed", "-CAfile", "root.pem", "-out", "out"]
    done = subprocess.run([*command, *files], cwd=folder, capture_output=True, check=False)
    return done.returncode == 0


def said_by_poppler(pdf: bytes, folder: Path) -> str:
    """What `pdfsig` prints; it doesn't know the local root."""
    path = folder / "signed.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True, check=False)
    return done.stdout


def _context(root: x509.Certificate, at: datetime | None, **options: Any) -> ValidationContext:
    trusted = asn1_x509.Certificate.load(root.public_bytes(_DER))
    return ValidationContext(trust_roots=[trusted], allow_fetching=False, moment=at, **options)


def _stream(value: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(value), value)


def _assembled(objects: list[bytes]) -> bytes:
    body, places = bytearray(b"%PDF-1.7\n"), []
    for number, written in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, written)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    trailer = (
        f"<< /Size {size} /Root 1 0 R /ID [<{'1' * 32}> <{'1' * 32}>] >>\nstartxref\n{len(body)}\n%%EOF\n"
    )
    return bytes(body) + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n" % (size, table) + trailer.encode()
