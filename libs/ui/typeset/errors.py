"""What can make a text impossible to print."""

from libs.chassis.errors import Permanent


class TypesetError(Permanent):
    """A text or a page that can't be set; the message never holds the text, which may name a person."""

    slug = "typeset-error"


class UnprintableTextError(TypesetError):
    """A character that no font draws, or that has no visible form."""

    slug = "unprintable-text"

    def __init__(self, characters: set[str]) -> None:
        """Name the refused characters by their code points only.

        Args:
            characters: Each refused character, once.
        """
        self.code_points = tuple(f"U+{ord(char):04X}" for char in sorted(characters))
        super().__init__(f"characters that can't be printed: {', '.join(self.code_points)}")


class TextTooLongError(TypesetError):
    """A text that doesn't fit its place, even at its smallest size."""

    slug = "text-too-long"


class ValueUnfrozenError(TypesetError):
    """A value that doesn't fit its slot at the slot's own size; the message names the slot only."""

    slug = "value-unfrozen"


class UntaggedError(TypesetError):
    """A page draws something that isn't tagged: a fault of the page's own code."""

    slug = "untagged"
    status = 500


class FontMissingError(TypesetError):
    """A font file that isn't in the font folder."""

    slug = "font-missing"
    status = 500


class TemplateError(TypesetError):
    """A file that isn't built as this house builds files: a fault of the code that made it."""

    slug = "template"
    status = 500
