"""What certificates refuses to do, each refusal with its name and status."""

from __future__ import annotations

from libs.chassis.errors import Permanent, Retryable


class WrongStage(Permanent):
    """The file isn't at the stage where this is done."""

    slug = "wrong-stage"
    status = 409


class FourEyes(Permanent):
    """On one file, officer, controller and signatory are three people (domain digest, section 4)."""

    slug = "four-eyes"
    status = 403


class AlreadyIssued(Permanent):
    """The certificate is issued: nobody signs it a second time."""

    slug = "already-issued"
    status = 409


class SigningUnderway(Permanent):
    """The signatory has approved and the signing goes on: it can't go back."""

    slug = "signing-underway"
    status = 409


class AlreadyHandedOver(Permanent):
    """The certificate was handed over before."""

    slug = "already-handed-over"
    status = 409


class Unprintable(Permanent):
    """What is to be printed holds something that can't stand on the page."""

    slug = "unprintable"
    status = 422


class Erased(Permanent):
    """The person's data were erased; what is left says only that there was a certificate."""

    slug = "erased"
    status = 410


class SealUnavailable(Retryable):
    """The process that holds the seal doesn't answer."""

    slug = "seal-unavailable"
