"""Posted forms: values kept as they were typed, read into types, with an error message per field."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

_BIDI_MARKS: Final = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
_DIGITS: Final = {
    ord(start) + offset: str(offset)
    for start in ("\N{ARABIC-INDIC DIGIT ZERO}", "\N{EXTENDED ARABIC-INDIC DIGIT ZERO}")
    for offset in range(10)
}
_STRIP: Final = dict.fromkeys(map(ord, _BIDI_MARKS)) | _DIGITS
_EMAIL: Final = re.compile(r"[^@\s<>()\",;:\\]+@[^@\s<>()\",;:\\]+\.[^@\s.<>()\",;:\\]{2,}")
_EMAIL_LENGTH: Final = 254
_SIGNATURES: Final = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
}


def tidy(typed: str) -> str:
    """Bring typed text to the form in which it is stored and compared.

    Composes characters (NFC), folds Arabic-Indic and Persian digits to Latin ones, removes marks of direction
    and control characters (line ends stay), and joins runs of spaces.
    """
    text = unicodedata.normalize("NFC", typed.replace("\r\n", "\n")).translate(_STRIP)
    text = "".join(
        character for character in text if character.isspace() or unicodedata.category(character) != "Cc"
    )
    return "\n".join(" ".join(line.split()) for line in text.split("\n")).strip()


@dataclass(frozen=True)
class Message:
    """A message to be shown in the reader's language.

    Args:
        key: a key of the catalogues.
        values: what its placeholders take.
    """

    key: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Upload:
    """One uploaded file.

    Args:
        filename: as the person's device named it.
        content: its bytes.
    """

    filename: str
    content: bytes

    @property
    def media_type(self) -> str | None:
        """The type told by the first bytes (PDF, JPEG, PNG), else None: names and headers can be wrong."""
        for signature, media_type in _SIGNATURES.items():
            if self.content.startswith(signature):
                return media_type
        return None


class Form:
    """The fields of one form: typed values, readings, errors.

    Args:
        values: what each field holds; for a blank form nothing, for a form to edit the present values.
            Several values of one field (check boxes) come as a sequence of strings.
    """

    def __init__(self, values: Mapping[str, str | Collection[str]] | None = None) -> None:
        self._values = {
            name: [value] if isinstance(value, str) else list(value) for name, value in (values or {}).items()
        }
        self.errors: dict[str, Message] = {}

    @classmethod
    def posted(cls, items: Iterable[tuple[str, object]]) -> "Form":
        """Make a form of posted pairs.

        Args:
            items: name and value pairs (Starlette: ``(await request.form()).multi_items()``); values that
                aren't text, such as files, are passed over.
        """
        values: dict[str, list[str]] = {}
        for name, value in items:
            if isinstance(value, str):
                values.setdefault(name, []).append(value)
        return cls(values)

    @property
    def valid(self) -> bool:
        """True while no reading has failed."""
        return not self.errors

    def fail(self, name: str, key: str, /, **values: object) -> None:
        """Note an error for a field; the first one stays.

        Args:
            name: the field.
            key: the message's key.
            values: what the message's placeholders take.
        """
        self.errors.setdefault(name, Message(key, values))

    def error(self, name: str) -> Message | None:
        """Return the error of a field."""
        return self.errors.get(name)

    def has_part(self, name: str) -> bool:
        """Tell whether a field was posted in parts, as dates are."""
        return f"{name}-day" in self._values

    def value(self, name: str) -> str:
        """Return what was typed into a field, unchanged, or the empty text."""
        values = self._values.get(name)
        return values[0] if values else ""

    def values(self, name: str) -> list[str]:
        """Return all values of a field with several."""
        return list(self._values.get(name, ()))

    def text(self, name: str, *, missing: str | None = None, longest: int = 200) -> str:
        """Read one line of text, tidied.

        Args:
            name: the field.
            missing: the message's key when nothing was typed; None makes the field optional.
            longest: how many characters may be typed.

        Returns:
            the text; empty if there is none or it is too long.
        """
        return self._bounded(name, " ".join(tidy(self.value(name)).split()), missing, longest)

    def paragraphs(self, name: str, *, missing: str | None = None, longest: int = 2000) -> str:
        """Read text of several lines, tidied, the line ends kept."""
        return self._bounded(name, tidy(self.value(name)), missing, longest)

    def secret(self, name: str, *, missing: str) -> str:
        """Read a secret code: only composed (NFC) and digits folded, never trimmed."""
        typed = unicodedata.normalize("NFC", self.value(name)).translate(_DIGITS)
        if not typed:
            self.fail(name, missing)
        return typed

    def email(self, name: str, *, missing: str | None = None) -> str:
        """Read an e-mail address; only its shape is checked, for only a mail proves it."""
        typed = self.text(name, missing=missing, longest=_EMAIL_LENGTH)
        if typed and not _EMAIL.fullmatch(typed):
            self.fail(name, "form.error.email")
            return ""
        return typed

    def number(
        self, name: str, *, missing: str | None = None, least: int = 0, most: int = 10**9
    ) -> int | None:
        """Read a whole number between two bounds."""
        typed = self.text(name, missing=missing).replace(" ", "")
        if not typed:
            return None
        if not re.fullmatch(r"[0-9]{1,10}", typed) or not least <= int(typed) <= most:
            self.fail(name, "form.error.number", least=least, most=most)
            return None
        return int(typed)

    def date(
        self, name: str, *, missing: str | None = None, earliest: date = date.min, latest: date = date.max
    ) -> "date | None":
        """Read a date from its parts ``<name>-day``, ``<name>-month`` and ``<name>-year``.

        Args:
            name: the field.
            missing: the message's key when all three parts are empty; None makes the field optional.
            earliest: the first day that is accepted.
            latest: the last one.

        Returns:
            the date, or None if there is none or it is wrong.
        """
        parts = [tidy(self.value(f"{name}-{part}")) for part in ("year", "month", "day")]
        if not any(parts):
            if missing is not None:
                self.fail(name, missing)
            return None
        try:
            read = date(*(int(part) for part in parts))
        except (ValueError, OverflowError):
            self.fail(name, "form.error.date")
            return None
        if not earliest <= read <= latest:
            self.fail(name, "form.error.date_range")
            return None
        return read

    def choice(self, name: str, options: Collection[str], *, missing: str | None = None) -> str:
        """Read one of the offered values (radios, select); anything else counts as nothing chosen."""
        typed = self.value(name)
        if typed in options:
            return typed
        if missing is not None or typed:
            self.fail(name, missing or "form.error.choice")
        return ""

    def choices(self, name: str, options: Collection[str], *, missing: str | None = None) -> list[str]:
        """Read the ticked values of check boxes."""
        ticked = [value for value in self.values(name) if value in options]
        if not ticked and missing is not None:
            self.fail(name, missing)
        return ticked

    def agreed(self, name: str, *, missing: str | None = None) -> bool:
        """Read one check box; with `missing` it has to be ticked."""
        ticked = bool(self.value(name))
        if not ticked and missing is not None:
            self.fail(name, missing)
        return ticked

    def upload(
        self,
        name: str,
        upload: Upload | None,
        *,
        missing: str | None = None,
        largest_bytes: int = 10 * 1024 * 1024,
    ) -> Upload | None:
        """Check an uploaded PDF, JPEG or PNG file.

        Args:
            name: the field.
            upload: what came, or None; browsers send an empty file for an empty field.
            missing: the message's key when nothing came; None makes the field optional.
            largest_bytes: the size that is still accepted.
        """
        if upload is None or not upload.content:
            if missing is not None:
                self.fail(name, missing)
            return None
        if len(upload.content) > largest_bytes:
            self.fail(name, "form.error.file_size", most=largest_bytes // 1024 // 1024)
            return None
        if upload.media_type is None:
            self.fail(name, "form.error.file_type")
            return None
        return upload

    def _bounded(self, name: str, text: str, missing: str | None, longest: int) -> str:
        if not text and missing is not None:
            self.fail(name, missing)
        if len(text) > longest:
            self.fail(name, "form.error.too_long", longest=longest)
            return ""
        return text
