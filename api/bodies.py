"""Request bodies, made from the command dataclasses: one shape, written once, in the domain.

A command `AddEntity(id: str, details: EntityDetails, …)` becomes a pydantic model of the same name and fields that
refuses unknown fields, `true` for an integer, and text or lists without bound; `to_domain` turns it back.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, create_model

from api.signatures import SignatureText
from api.text import MAX_LIST, Integer, Line, Text
from domain import identifiers
from domain.errors import DomainError

# Fields in which people write sentences; every other text stands on one line.
_PROSE = (
    "account basis body evidence finding legal_basis mandate matter override_reason reason remark requirement"
    " says scheme source statement text"
)
PROSE = frozenset(_PROSE.split())
PersonalField = Literal["name", "telephone", "id_card", "certificate_number", "contact"]


def _check_personal(personal: dict[str, str]) -> dict[str, str]:
    try:
        if "id_card" in personal:
            return {**personal, "id_card": identifiers.id_card(personal["id_card"])}
    except DomainError as refusal:
        raise ValueError(refusal.detail) from None
    return personal


Personal = Annotated[dict[PersonalField, Line], AfterValidator(_check_personal)]


class Body(BaseModel):
    """A model made from `shape`; frozen, strict, without unknown fields."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    shape: ClassVar[type]

    def to_domain(self) -> Any:  # noqa: ANN401 - an instance of `shape`
        """The dataclass that this body stands for."""
        names = [field.name for field in fields(self.shape)]
        return self.shape(**{name: _to_domain(getattr(self, name)) for name in names})


def _to_domain(value: object) -> object:
    match value:
        case Body():
            return value.to_domain()
        case list():
            return tuple(_to_domain(item) for item in value)
        case _:
            return value


@cache
def body_of(shape: type) -> type[Body]:
    """The model of a dataclass of the domain; what stands within commands is named apart from what reads answer."""
    names = {**vars(sys.modules[shape.__module__]), "Mapping": Mapping}
    hints = get_type_hints(shape, globalns=names)
    definitions: dict[str, Any] = {
        field.name: (_annotation(hints[field.name], Text if field.name in PROSE else Line), ...)
        for field in fields(shape)
    }
    name = shape.__name__ if hasattr(shape, "stream") else f"{shape.__name__}Input"
    model = create_model(name, __base__=Body, __doc__=shape.__doc__, **definitions)
    model.shape = shape
    return model


def tagged(name: str, shape: type) -> type[Body]:
    """The same model with `act`, which says which act of a batch it is, and the signature that goes with it."""
    more: dict[str, Any] = {"act": (Literal[name], ...), "signature": (SignatureText | None, None)}
    return create_model(
        f"Batch{shape.__name__}", __base__=body_of(shape), __doc__=shape.__doc__, **more
    )


def _annotation(hint: Any, text: Any) -> Any:  # noqa: ANN401 - types of types; one answer for each kind of type
    origin, args = get_origin(hint), get_args(hint)
    if hint is str:
        return text
    if hint is int:
        return Integer
    if hint in {bool, NoneType} or origin is Literal:
        return hint
    if is_dataclass(hint):
        return body_of(hint)  # type: ignore[arg-type]
    if origin in {Union, UnionType}:
        return Union[tuple(_annotation(arg, text) for arg in args)]  # noqa: UP007 - made at run time
    if origin is tuple:
        most = MAX_LIST if args[1] is Ellipsis else len(args)
        least = 0 if args[1] is Ellipsis else len(args)
        return Annotated[list[_annotation(args[0], text)], Field(min_length=least, max_length=most)]  # type: ignore[misc]
    if origin is Mapping:
        return Personal
    raise TypeError(f"no request shape for {hint}")
