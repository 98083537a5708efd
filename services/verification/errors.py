"""What verification refuses; every slug has its words under `error.<slug>` in the catalogues."""

from __future__ import annotations

from libs.chassis.errors import Permanent, Retryable


class BirthDateWrong(Permanent):
    """No content is shown for that code and birth date; it isn't told which of the two is at fault."""

    slug = "birth-date-wrong"
    status = 422


class CannotSayNow(Retryable):
    """Nothing is said of a code at the moment; `details["reason"]` tells whether of this one or of all."""

    slug = "cannot-say-now"
    status = 503


class Unpackable(Permanent):
    """A version lies outside what a row can hold; it is never told as anything else."""

    slug = "unpackable"
