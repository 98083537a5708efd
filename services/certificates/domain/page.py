"""What a file prints: of the version that is planned, or as a preview before there's a number."""

from __future__ import annotations

from datetime import date

from libs.contracts.code import CODE_LENGTH, format_code
from libs.contracts.qr import DocumentKind, QrClaims
from libs.contracts.requests import PrintedPerson
from services.certificates.domain.certificate import Certificate
from services.certificates.domain.number import format_number
from services.certificates.domain.printed import CertificateContent, Holder
from services.certificates.domain.version import SigningPlan, VersionKind

_NO_CODE = "0" * CODE_LENGTH


def page_of(
    certificate: Certificate, plan: SigningPlan, origin: str, qr_url: str | None = None
) -> CertificateContent:
    """The page that will be signed.

    Args:
        certificate: The file, with the planned version's code.
        plan: What was recorded.
        origin: The platform's public origin, without a slash at its end.
        qr_url: The address with the signed payload; None where the QR code opens the typed code's form.
    """
    code = certificate.get_personal().codes[plan.version - 1]
    return _page(certificate, plan.kind, plan.number, plan.issued_on, code, origin, qr_url)


def claims_of(certificate: Certificate, plan: SigningPlan, status_index: int) -> QrClaims:
    """What the planned version's QR code says, signed.

    Args:
        certificate: The file, with the planned version's code.
        plan: What was recorded.
        status_index: The version's place in the status list.
    """
    personal = certificate.get_personal()
    holder = _holder(personal.to_print)
    return QrClaims(
        number=plan.number,
        version=plan.version,
        kind=DocumentKind.CERTIFICATE,
        issued_on=plan.issued_on,
        valid_until=certificate.valid_until,
        arabic_name=holder.arabic_name,
        latin_name=holder.latin_name or "",
        code=personal.codes[plan.version - 1],
        status_index=status_index,
    )


def preview_of(certificate: Certificate, today: date, origin: str) -> CertificateContent:
    """The page as it would be today: marked as a preview, with a code that nothing answers to."""
    number = certificate.number or format_number(today.year, 0)
    return _page(certificate, certificate.next_kind, number, today, _NO_CODE, origin)


def _page(
    certificate: Certificate,
    kind: VersionKind,
    number: str,
    issued_on: date,
    code: str,
    origin: str,
    qr_url: str | None = None,
) -> CertificateContent:
    """The page of a version, with the mark of why there is another one."""
    printed = certificate.get_personal().to_print
    shown = format_code(code)
    return CertificateContent(
        number=number,
        issued_on=issued_on,
        holder=_holder(printed),
        disabilities=printed.disabilities,
        valid_until=certificate.valid_until,
        verification_code=shown,
        verify_url=f"{origin}/verify",
        qr_url=qr_url or f"{origin}/v#{shown}",
        centre=certificate.centre_name or certificate.centre,
        duplicate=kind is VersionKind.DUPLICATE,
        corrected=kind is VersionKind.CORRECTION,
    )


def _holder(printed: PrintedPerson) -> Holder:
    latin = f"{printed.latin_given_name} {printed.latin_family_name}".strip()
    return Holder(
        arabic_name=f"{printed.arabic_given_name} {printed.arabic_family_name}".strip(),
        latin_name=latin or None,
        tifinagh_name=None,
        sex=printed.sex,
        birth_date=printed.birth_date,
        birth_precision=printed.birth_precision,
        birth_place=printed.birth_place,
        identifier_kind=printed.identifier.kind,
        identifier=printed.identifier.printed(),
    )
