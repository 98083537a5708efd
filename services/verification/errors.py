"""What verification refuses; every slug has its words under `error.<slug>` in the catalogues."""

from __future__ import annotations

from libs.chassis.errors import Permanent


class BirthDateWrong(Permanent):
    """No content is shown for that code and birth date; it isn't told which of the two is at fault."""

    slug = "birth-date-wrong"
    status = 422
