"""What verification refuses; every slug has its words under `error.<slug>` in the catalogues."""

from __future__ import annotations

from libs.chassis.errors import Permanent, Retryable, Stale


class BirthDateWrong(Permanent):
    """No content is shown for that code and birth date; it isn't told which of the two is at fault."""

    slug = "birth-date-wrong"
    status = 422


class CannotSayNow(Retryable):
    """Nothing is said of a code at the moment; `details["reason"]` tells whether of this one or of all."""

    slug = "cannot-say-now"
    status = 503


class PurposeUnknown(Permanent):
    """The partner may not ask for that purpose, or named none of its own."""

    slug = "purpose-unknown"
    status = 403


class Unpackable(Permanent):
    """A version lies outside what a row can hold; it is never told as anything else."""

    slug = "unpackable"


class CursorUnknown(Permanent):
    """This cursor wasn't given out here, or by a copy that has been built anew: begin again from a date."""

    slug = "cursor-unknown"
    status = 410


class WebhookUrlRefused(Permanent):
    """Events can't be sent there; `details["why"]` says what is wrong with the address."""

    slug = "webhook-url-refused"
    status = 422


class TooManyWebhooks(Permanent):
    """The partner has as many subscriptions as one may have."""

    slug = "too-many-webhooks"
    status = 409


class Overtaken(Stale):
    """Another process serves this subscription now, or its place was changed from outside."""
