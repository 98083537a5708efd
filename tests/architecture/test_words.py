"""Words for people stand in templates and catalogues, and no file keeps a trace of a machine."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import PurePosixPath

import pytest

from tests.support.tree import PRODUCT, files, python_files, text_of

_BINARY = frozenset({".gz", ".ico", ".jpg", ".pdf", ".png", ".ttf", ".woff", ".woff2", ".zip"})
_SCRIPTS = ("ARABIC LETTER", "ARABIC LIGATURE", "TIFINAGH LETTER")
# The brackets keep each pattern from matching its own line.
_OF_A_MACHINE = re.compile(
    r"(?<![\w.}])/(?:[w]ork|[r]oot|[t]mp|[h]ome/\w+)/"
    r"|pypi[.]org|files[.]pythonhosted|registry[.]npmjs|registry[.]yarnpkg|repo1?[.]maven[.]|index[-_]url"
)

TEXT_FILES = [name for name in files() if PurePosixPath(name).suffix not in _BINARY]
PYTHON_LOCKS = [name for name in files() if re.fullmatch(r"requirements/[\w-]+\.txt", name)]
NODE_LOCKS = [name for name in files() if name.endswith("package-lock.json")]


def foreign_letters(text: str) -> set[str]:
    """The Arabic and Tifinagh letters in `text`; digits and marks are data of the alphabet's own tables."""
    return {letter for letter in text if unicodedata.name(letter, "").startswith(_SCRIPTS)}


@pytest.mark.parametrize("name", python_files(*PRODUCT))
def test_no_arabic_stands_in_code(name: str) -> None:
    assert foreign_letters(text_of(name)) == set()


@pytest.mark.parametrize("name", TEXT_FILES)
def test_no_path_or_index_of_a_machine_is_kept(name: str) -> None:
    found = {match.group() for match in _OF_A_MACHINE.finditer(text_of(name))}
    assert found == set()


@pytest.mark.parametrize("name", PYTHON_LOCKS)
def test_python_lock_is_pinned_and_hashed_without_an_address(name: str) -> None:
    text = text_of(name)
    assert "://" not in text
    requirements = re.findall(r"^[a-z0-9].*?(?=^[a-z0-9]|\Z)", text, re.MULTILINE | re.DOTALL | re.IGNORECASE)
    assert requirements
    loose = [
        line.partition("\n")[0] for line in requirements if "==" not in line or "--hash=sha256:" not in line
    ]
    assert loose == []


@pytest.mark.parametrize("name", NODE_LOCKS)
def test_node_lock_has_hashes_and_no_address(name: str) -> None:
    packages = json.loads(text_of(name))["packages"]
    addressed = [path for path, package in packages.items() if "resolved" in package]
    unhashed = [path for path, package in packages.items() if path and "integrity" not in package]
    assert (addressed, unhashed) == ([], [])


@pytest.mark.parametrize(
    ("text", "found"), [("سلام", True), ("ⵜ", True), ("é", False), ("٣", False), ("plain", False)]
)
def test_foreign_letters_are_recognised(text: str, *, found: bool) -> None:
    assert bool(foreign_letters(text)) is found


@pytest.mark.parametrize(
    "pieces", [("/wo", "rk/main"), ("see /ro", "ot/.npmrc"), ("https://pypi", ".org/simple")]
)
def test_traces_of_a_machine_are_recognised(pieces: tuple[str, str]) -> None:
    assert _OF_A_MACHINE.search("".join(pieces)) is not None


@pytest.mark.parametrize(
    "text", ["https://example.org/work/", "{root}/tmp/x", "./work/", "/verify", "a/tmp/b"]
)
def test_other_paths_are_no_traces(text: str) -> None:
    assert _OF_A_MACHINE.search(text) is None
