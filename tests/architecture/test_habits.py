"""Habits that the linter can't see: where everything may be caught, and where time and ids come from."""

from __future__ import annotations

import ast
import re

import pytest

from tests.support.tree import parsed, python_files, text_of

#: The step of the consumer loop that applies one record.
CATCHES_EVERYTHING = frozenset({"libs/chassis/applying.py"})
TELLS_TIME = frozenset({"libs/chassis/clock.py"})
MAKES_IDS = frozenset({"libs/chassis/ids.py"})
_PROMISE = re.compile(r"#.*\b(?:[T]ODO|[F]IXME|[X]XX|[H]ACK)\b")

each_file = pytest.mark.parametrize("name", python_files("libs", "services"))


def broad_handlers(tree: ast.AST) -> list[int]:
    """The lines on which everything is caught."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and (
            node.type is None
            or "Exception" in {part.id for part in ast.walk(node.type) if isinstance(part, ast.Name)}
        )
    ]


def calls_of(tree: ast.AST, *dotted: str) -> list[int]:
    """The lines on which one of the `dotted` names is called."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in dotted
    ]


@each_file
def test_everything_is_caught_only_in_the_consumer_loop(name: str) -> None:
    assert name in CATCHES_EVERYTHING or broad_handlers(parsed(name)) == []


@each_file
def test_time_is_passed_in(name: str) -> None:
    found = calls_of(parsed(name), "datetime.now", "datetime.utcnow", "date.today", "time.time")
    assert name in TELLS_TIME or found == []


@each_file
def test_ids_are_made_in_one_place(name: str) -> None:
    found = calls_of(parsed(name), "uuid.uuid4", "uuid4", "uuid.uuid1", "uuid_utils.uuid7", "uuid7")
    assert name in MAKES_IDS or found == []


@pytest.mark.parametrize("name", python_files())
def test_nothing_is_left_for_later(name: str) -> None:
    assert _PROMISE.search(text_of(name)) is None


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("try: f()\nexcept Exception: g()", [2]),
        ("try: f()\nexcept (OSError, Exception): g()", [2]),
        ("try: f()\nexcept: g()", [2]),
        ("try: f()\nexcept ValueError: g()", []),
    ],
)
def test_broad_handlers_are_recognised(code: str, lines: list[int]) -> None:
    assert broad_handlers(ast.parse(code)) == lines


def test_calls_are_recognised() -> None:
    assert calls_of(ast.parse("datetime.now(UTC)\nclock.now()"), "datetime.now") == [1]
