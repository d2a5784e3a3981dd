"""Which error codes the program knows, found in its source.

A code is what is handed over as `code`: to `DomainError`, to a `Shape`, to a finding of an audit, to a note about a row of a
file, to whatever function or class has a parameter of that name. So no list of such places has to be kept here.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
ROOMS = ("domain", "ledger", "projections", "api", "audit", "mingqian")
KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def trees() -> dict[str, ast.Module]:
    """Every module of the program by its path."""
    paths = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text("utf-8")) for path in paths}


def codes(modules: dict[str, ast.Module]) -> dict[str, set[str]]:
    """Every code, and the modules where it is handed over."""
    places = _places_of_code(modules)
    found: dict[str, set[str]] = defaultdict(set)
    for path, module in modules.items():
        for call in ast.walk(module):
            if isinstance(call, ast.Call):
                for value in _handed_over(call, places):
                    for code in _texts(value):
                        found[code].add(path)
    return found


def words(modules: dict[str, ast.Module]) -> set[str]:
    """Every word that stands in a string of the program."""
    texts = (text for module in modules.values() for text in _strings(module))
    return {word for text in texts for word in text.split()}


def _places_of_code(modules: dict[str, ast.Module]) -> dict[str, set[int]]:
    """Callables that take a `code`, and the positions where."""
    places: dict[str, set[int]] = defaultdict(set)
    for module in modules.values():
        for node in ast.walk(module):
            if isinstance(node, ast.ClassDef):
                _note(places, node.name, _fields(node))
            elif isinstance(node, ast.FunctionDef) and node.name != "__init__":
                _note(places, node.name, _parameters(node))
    return places


def _note(places: dict[str, set[int]], name: str, parameters: list[str]) -> None:
    if "code" in parameters:
        places[name].add(parameters.index("code"))


def _fields(node: ast.ClassDef) -> list[str]:
    """The parameters of a class: those of its `__init__`, or its annotated fields."""
    for own in node.body:
        if isinstance(own, ast.FunctionDef) and own.name == "__init__":
            return _parameters(own)
    annotated = [own.target for own in node.body if isinstance(own, ast.AnnAssign)]
    return [target.id for target in annotated if isinstance(target, ast.Name)]


def _parameters(node: ast.FunctionDef) -> list[str]:
    names = [one.arg for one in (*node.args.posonlyargs, *node.args.args)]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


def _handed_over(call: ast.Call, places: dict[str, set[int]]) -> Iterator[ast.expr]:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name) if name in places:
            yield from (one.value for one in call.keywords if one.arg == "code")
            yield from (call.args[at] for at in places[name] if at < len(call.args))


def _texts(value: ast.expr) -> list[str]:
    """The code itself, or both of `a if … else b`; a variable was a code where it came from."""
    match value:
        case ast.Constant(value=str(text)) if KEBAB.fullmatch(text):
            return [text]
        case ast.IfExp():
            return _texts(value.body) + _texts(value.orelse)
        case _:
            return []


def _strings(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
