"""Compares the words that templates and code ask for with the catalogues, for a test of each service."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from jinja2 import Environment, nodes

from libs.ui.languages import LANGUAGES
from libs.ui.translations import catalogue_files, folder_of, read_catalogue

_PLACEHOLDER: Final = re.compile(r"%\((\w+)\)s")
_CALLS: Final = ("_", "gettext", "ngettext")
# The arguments that hold a key in calls of libs.ui's own Python interfaces.
_KEY_ARGUMENTS: Final = {"fail": 1, "word": 1, "Message": 0, "NavLink": 0, "Step": 0}
_KEY_KEYWORDS: Final = ("missing", "label_key")


def problems_of(package: str, *, more_keys: Iterable[str] = ()) -> list[str]:
    """List what is wrong with the words of one service.

    Every key that its templates and Python code name has to exist in each selectable language, each message
    has to be translated, and the languages have to take the same placeholders. A key put together in a
    template (``"stage." ~ n``) has to have at least one message with its first part.

    Args:
        package: the service, for example ``services.identity``, or ``libs.ui``.
        more_keys: keys that are named nowhere as a literal.

    Returns:
        one sentence per problem; empty if all is well.
    """
    languages = [code for code, language in LANGUAGES.items() if language.selectable]
    own = {code: _merged(package, code, own_only=True) for code in languages}
    known = {code: _merged(package, code, own_only=False) for code in languages}
    folder = folder_of(package)
    wanted = {*used_in_templates(folder / "templates"), *used_in_code(folder), *more_keys}
    found = [
        f"{code}: {key} is used and has no words"
        for code in languages
        for key in sorted(wanted)
        if not _is_known(key, known[code])
    ]
    found += [problem for code in languages for problem in _untranslated(code, own[code])]
    return found + list(_differences(own))


def used_in_templates(folder: Path) -> Iterator[str]:
    """Yield the keys that the templates of a folder name; one put together ends in ``*``."""
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    for path in sorted(folder.rglob("*")):
        if path.suffix not in {".html", ".txt"}:
            continue
        tree = environment.parse(path.read_text(encoding="utf-8"))
        for call in tree.find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name in _CALLS and call.args:
                yield from _template_keys(call.args[0])


def used_in_code(folder: Path) -> Iterator[str]:
    """Yield the keys that Python code hands to libs.ui: errors of forms, messages, menus, steps."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield from _code_keys(node)


def _template_keys(argument: nodes.Expr) -> Iterator[str]:
    if isinstance(argument, nodes.Const):
        yield str(argument.value)
    elif isinstance(argument, nodes.CondExpr):
        yield from _template_keys(argument.expr1)
        if argument.expr2 is not None:
            yield from _template_keys(argument.expr2)
    elif isinstance(argument, nodes.Concat) and isinstance(argument.nodes[0], nodes.Const):
        yield f"{argument.nodes[0].value}*"


def _code_keys(call: ast.Call) -> Iterator[str]:
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    position = _KEY_ARGUMENTS.get(name)
    candidates = [keyword.value for keyword in call.keywords if keyword.arg in _KEY_KEYWORDS]
    if position is not None and len(call.args) > position:
        candidates.append(call.args[position])
    for candidate in candidates:
        if (
            isinstance(candidate, ast.Constant)
            and isinstance(candidate.value, str)
            and "." in candidate.value
        ):
            yield candidate.value


def _merged(package: str, code: str, *, own_only: bool) -> dict[str, Message]:
    folder = folder_of(package)
    messages: dict[str, Message] = {}
    for path in catalogue_files(package, code):
        if own_only and not path.is_relative_to(folder):
            continue
        for key, message in _messages(read_catalogue(path, code)).items():
            messages.setdefault(key, message)
    return messages


def _messages(catalogue: Catalog) -> dict[str, Message]:
    return {_key(message): message for message in catalogue if message.id}


def _key(message: Message) -> str:
    return str(message.id if isinstance(message.id, str) else message.id[0])


def _forms(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def _is_known(key: str, messages: dict[str, Message]) -> bool:
    if key.endswith("*"):
        return any(known.startswith(key[:-1]) for known in messages)
    return key in messages


def _untranslated(code: str, messages: dict[str, Message]) -> Iterator[str]:
    for key, message in messages.items():
        if message.fuzzy or not all(_forms(message)):
            yield f"{code}: {key} is not translated"


def _differences(own: dict[str, dict[str, Message]]) -> Iterator[str]:
    keys = sorted({key for messages in own.values() for key in messages})
    for key in keys:
        absent = [code for code, messages in own.items() if key not in messages]
        if absent:
            yield f"{', '.join(absent)}: {key} is missing"
            continue
        # The last plural form stands for many: it alone has to name the count in every language.
        names = {frozenset(_PLACEHOLDER.findall(_forms(messages[key])[-1])) for messages in own.values()}
        if len(names) > 1:
            yield f"{key}: the languages take different placeholders"
