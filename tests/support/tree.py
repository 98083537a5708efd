"""The files of this repository, as git knows them, for tests that read code as text."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from libs.contracts.topics import SERVICES

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("bench", "clients", "deploy", "examples", "libs", "services")


@cache
def files() -> tuple[str, ...]:
    """Every file that is tracked or about to be, as a path from the root."""
    answer = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    names = sorted(set(answer.stdout.decode().split("\0")) - {""})
    return tuple(name for name in names if (ROOT / name).is_file())


def python_files(*folders: str) -> tuple[str, ...]:
    """The Python files under `folders`, or all."""
    return tuple(
        name
        for name in files()
        if name.endswith(".py") and (not folders or name.partition("/")[0] in folders)
    )


@cache
def text_of(name: str) -> str:
    """A file's text."""
    return (ROOT / name).read_text("utf-8")


@cache
def parsed(name: str) -> ast.Module:
    """A Python file's syntax tree."""
    return ast.parse(text_of(name), name)


def present_services() -> tuple[str, ...]:
    """The services whose composition root exists."""
    return tuple(name for name in SERVICES if f"services/{name}/main.py" in files())


def functions_of(name: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a Python file, methods and inner ones too."""
    for node in ast.walk(parsed(name)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node
