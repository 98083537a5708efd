"""What requests refuses; every slug has its words under `error.<slug>` in the catalogues."""

from __future__ import annotations

from libs.chassis.errors import Permanent


class WrongStage(Permanent):
    """The file doesn't stand where this act is done; somebody else did it already, mostly."""

    slug = "wrong-stage"
    status = 409


class OpenRequestExists(Permanent):
    """One open request per person; `details["request_id"]` and `details["reference"]` name it."""

    slug = "open-request-exists"
    status = 409


class FormTokenUnusable(Permanent):
    """The form's token isn't a UUID, or somebody else's form has used it."""

    slug = "form-token-unusable"
    status = 422


class CentreUnknown(Permanent):
    """There's no such centre, or it takes no requests."""

    slug = "centre-unknown"
    status = 422


class PersonUnknown(Permanent):
    """No account with that number and that birth date."""

    slug = "person-unknown"
    status = 422


class CompletionAlreadyAsked(Permanent):
    """Missing pieces may be asked for once only (law 55-19)."""

    slug = "completion-already-asked"
    status = 409


class NothingMissing(Permanent):
    """A completion must name at least one piece."""

    slug = "nothing-missing"
    status = 422


class TooLateToWithdraw(Permanent):
    """The certificate is being signed or the request has ended."""

    slug = "too-late-to-withdraw"
    status = 409


class SamePerson(Permanent):
    """Deciding takes two people, and this one has already had a say on this file."""

    slug = "same-person"
    status = 409


class OpinionMissing(Permanent):
    """There's no committee opinion to confirm."""

    slug = "opinion-missing"
    status = 409


class OpinionUnusable(Permanent):
    """The opinion has no line, twice the same category, or its last day doesn't fit its durations."""

    slug = "opinion-unusable"
    status = 422


class MedicalFileIncomplete(Permanent):
    """The medical file isn't entered, has no scan, or wasn't checked."""

    slug = "medical-file-incomplete"
    status = 409


class ReasonMissing(Permanent):
    """A refusal gives its reasons (law 55-19)."""

    slug = "reason-missing"
    status = 422


class ScanUnusable(Permanent):
    """The upload can't be read as what it says it is, or goes beyond a limit; `details["why"]` says which."""

    slug = "scan-unusable"
    status = 422


class TooManyScans(Permanent):
    """The file holds as many scans as a file may."""

    slug = "too-many-scans"
    status = 409


class RenewalUnusable(Permanent):
    """What is to be renewed isn't the applicant's certificate, or it doesn't end soon."""

    slug = "renewal-unusable"
    status = 409
