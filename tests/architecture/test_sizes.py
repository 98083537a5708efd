"""Functions and modules stay small, and no file has a name that says nothing."""

from __future__ import annotations

import ast
from pathlib import PurePosixPath

import pytest

from tests.support.tree import functions_of, python_files, text_of

LONGEST_FUNCTION_LINES = 40
LONGEST_MODULE_LINES = 300
EMPTY_NAMES = frozenset({"utils", "util", "common", "manager", "managers", "helper", "helpers", "misc"})

each_file = pytest.mark.parametrize("name", python_files())


def function_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end, the docstring not counted: the house asks for long ones."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function) is None:
        return lines
    docstring = function.body[0]
    return lines - ((docstring.end_lineno or docstring.lineno) - docstring.lineno + 1)


@each_file
def test_module_is_short(name: str) -> None:
    assert len(text_of(name).splitlines()) <= LONGEST_MODULE_LINES


@each_file
def test_functions_are_short(name: str) -> None:
    long = {
        function.name: lines
        for function in functions_of(name)
        if (lines := function_lines(function)) > LONGEST_FUNCTION_LINES
    }
    assert long == {}


@each_file
def test_file_and_folder_names_say_something(name: str) -> None:
    path = PurePosixPath(name)
    words = {word for part in (*path.parts[:-1], path.stem) for word in part.split("_")}
    assert not words & EMPTY_NAMES


def test_the_docstring_is_not_counted_and_the_rest_is() -> None:
    tree = ast.parse('def f():\n    """One.\n\n    Two.\n    """\n    a = 1\n    return a\n')
    assert isinstance(tree.body[0], ast.FunctionDef)
    assert function_lines(tree.body[0]) == 3
