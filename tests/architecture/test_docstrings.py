"""A module tells its purpose in one sentence."""

from __future__ import annotations

import ast
import re

import pytest

from tests.support.tree import PRODUCT, parsed, python_files, text_of

_NEXT_SENTENCE = re.compile(r"[.!?]\s+\S")


def is_one_sentence(docstring: str) -> bool:
    """True for one paragraph that ends in a full stop and holds no other."""
    text = docstring.strip()
    return text.endswith(".") and "\n\n" not in text and _NEXT_SENTENCE.search(text) is None


@pytest.mark.parametrize("name", [name for name in python_files(*PRODUCT) if text_of(name).strip()])
def test_module_docstring_is_one_sentence(name: str) -> None:
    docstring = ast.get_docstring(parsed(name))
    assert docstring is not None
    assert is_one_sentence(docstring), docstring


@pytest.mark.parametrize(
    ("docstring", "expected"),
    [
        ("Tells the time.", True),
        ("Tells the time, in\nUTC: always.", True),
        ("Tells the time", False),
        ("Tells the time. And more.", False),
        ("Tells the time.\n\nAnd more.", False),
    ],
)
def test_one_sentence_is_recognised(docstring: str, *, expected: bool) -> None:
    assert is_one_sentence(docstring) is expected
