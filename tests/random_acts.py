"""Random acts: commands of any kind whose fields often hit something that is there."""

from __future__ import annotations

import dataclasses
import types
import typing
from typing import Any

from hypothesis import strategies as st

from domain.acts import ACTS, SYSTEM
from tests.story import ITEMS, entity_id, nonce_of, plan_row

TASK = "联2024026"
TEXTS: dict[str, list[object]] = {
    "id": [entity_id(1), entity_id(2), "E1", "M2", "X1", "edu", "clerk-edu"],
    "code": [code for code, _ in ITEMS],
    "department": ["edu", "market", "labour", "nowhere"],
    "issuer": ["edu", "nowhere"],
    "entity": [entity_id(1), entity_id(2)],
    "plan_number": [TASK, "联9"],
    "task": [TASK, "联9"],
    "draw_id": [f"{TASK}.entities.1", f"{TASK}.entities.2", f"{TASK}.officers.1"],
    "inspection": [f"{TASK}:{entity_id(n)}" for n in range(1, 25)],
    "nonce": [nonce_of(f"{TASK}.entities.1", who).hex() for who in ("witness1", "witness2")],
    "on": ["2024-06-01", "soon"],
    "due": ["2024-12-01", "soon"],
    "certificate_expires": ["2026-12-31", "2024-06-01"],
    "year": [2024],
    "plan_year": [2024, 2023],
    "rows": [(plan_row(),), (plan_row(ratio=(1, 2)),), ()],
    "witnesses": [("witness1", "witness2"), ("witness1",)],
    "version": [1, 2, 3],
}


def values(name: str, kind: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401 - any annotation
    """Values that often hit something, for a field of this name and type."""
    if name in TEXTS:
        return st.sampled_from(TEXTS[name])
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if dataclasses.is_dataclass(kind):
        return built(typing.cast("type", kind))
    if origin is typing.Literal:
        return st.sampled_from(arguments)
    if origin is tuple and arguments[1:] == (Ellipsis,):
        return st.lists(values(name, arguments[0]), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*(values(name, one) for one in arguments))
    if origin in {types.UnionType, typing.Union}:
        return st.one_of([values(name, one) for one in arguments])
    if kind in {bool, int}:
        return st.booleans() if kind is bool else st.integers(-1, 3)
    if kind is type(None):
        return st.none()
    return st.just({}) if origin is not None else st.sampled_from(["", "示例", "E1", "M1", "x"])


def built(kind: type) -> st.SearchStrategy[Any]:
    """Instances of a dataclass of the domain."""
    hints = typing.get_type_hints(kind)
    return st.builds(
        kind,
        **{field.name: values(field.name, hints[field.name]) for field in dataclasses.fields(kind)},
    )


COMMANDS = st.one_of(
    [st.tuples(st.just(act), built(act.command)) for act in ACTS if act.roles != (SYSTEM,)]
)
