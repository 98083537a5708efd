"""The catalogues: one .po file per language in each service and in libs/ui, compiled in memory at start."""

import gettext
import importlib.util
import io
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NoReturn

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

UI_FOLDER: Final = Path(__file__).parent


class MissingWordsError(LookupError):
    """A key has no words in the asked language."""


class _NoWords(gettext.NullTranslations):
    """The end of the chain: a key that nobody has is a fault of ours, never a text for a citizen."""

    def gettext(self, message: str) -> NoReturn:
        raise MissingWordsError(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> NoReturn:
        raise MissingWordsError(f"{msgid1} / {msgid2} for {n}")


def folder_of(package: str) -> Path:
    """Return the folder of an importable package without importing it.

    Args:
        package: a dotted name, for example ``services.identity``.

    Raises:
        ModuleNotFoundError: if there is no such package.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(package)
    return Path(next(iter(spec.submodule_search_locations)))


def read_catalogue(path: Path, language: str) -> Catalog:
    """Read one .po file, whose own plural header rules (Babel's Arabic one orders the forms otherwise)."""
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def catalogue_files(package: str, language: str) -> Iterator[Path]:
    """Yield the .po files of a service and then of libs/ui; a service may have none of its own."""
    for folder in (folder_of(package), UI_FOLDER):
        path = folder / "translations" / f"{language}.po"
        if path.exists():
            yield path


def load_translations(package: str, language: str) -> gettext.NullTranslations:
    """Compile the words of one service in one language.

    Args:
        package: the service, for example ``services.identity``.
        language: a code of `libs.ui.languages.LANGUAGES`.

    Returns:
        translations that look into the service's words first, then into libs/ui's, and raise
        `MissingWordsError` for a key of neither.
    """
    chain: list[gettext.NullTranslations] = []
    for path in catalogue_files(package, language):
        compiled = io.BytesIO()
        write_mo(compiled, read_catalogue(path, language))
        compiled.seek(0)
        chain.append(gettext.GNUTranslations(compiled))
    chain.append(_NoWords())
    for first, second in itertools.pairwise(chain):
        first.add_fallback(second)
    return chain[0]
