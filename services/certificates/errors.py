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


class NotInForce(Permanent):
    """The certificate isn't valid, so there's nothing to reissue, renew, suspend or hand over."""

    slug = "not-in-force"
    status = 409


class NotSuspended(Permanent):
    """Only a suspended certificate can be put in force again."""

    slug = "not-suspended"
    status = 409


class AlreadyRevoked(Permanent):
    """The certificate is revoked, for good."""

    slug = "already-revoked"
    status = 409


class ReissueUnderway(Permanent):
    """A correction or a duplicate is being made already."""

    slug = "reissue-underway"
    status = 409


class OrderUnderway(Permanent):
    """A suspension, resumption or revocation waits for its confirmation already."""

    slug = "order-underway"
    status = 409


class NothingAsked(Permanent):
    """There's nothing to confirm, decline or dismiss: somebody else was faster."""

    slug = "nothing-asked"
    status = 409


class NothingToCorrect(Permanent):
    """The correction would print what is printed already."""

    slug = "nothing-to-correct"
    status = 422


class AlreadyTold(Permanent):
    """The holder's earlier word about a mistake still waits for its answer."""

    slug = "already-told"
    status = 409


class NothingChosen(Permanent):
    """Nothing of what was chosen for a batch can be worked on."""

    slug = "nothing-chosen"
    status = 422


class AlreadyConfirmed(Permanent):
    """The batch was confirmed before."""

    slug = "already-confirmed"
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


class TimeStampUnavailable(Retryable):
    """The time-stamp authority doesn't answer, or not as it should."""

    slug = "time-stamp-unavailable"


class LogBroken(Retryable):
    """The log's store no longer leads to a head that was signed: no other head is."""

    slug = "log-broken"
