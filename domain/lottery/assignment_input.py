"""Who is needed where and who may go: the input of assign-v1, validated and in canonical order."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from domain.canonical import canon
from domain.errors import DomainError
from domain.lottery.shapes import Shape

ALG = "mingqian-assign-v1"
LEAST_OFFICERS = 2  # in each inspection (Administrative Penalty Law, article 42)
EXPERTS = "experts"  # the department whose seats do not count among those two
_SHAPE = Shape("assignment-input-invalid")


@dataclass(frozen=True, kw_only=True)
class Need:
    """`count` officers of one department, each with all of the skills."""

    department: str
    count: int
    skills: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """One inspection and its needs; no officer fills two of them."""

    id: str
    needs: tuple[Need, ...]


@dataclass(frozen=True, kw_only=True)
class Officer:
    """One officer; `capacity` is the greatest number of inspections, None for no limit."""

    id: str
    department: str
    skills: tuple[str, ...]
    capacity: int | None


@dataclass(frozen=True, kw_only=True)
class AssignmentInput:
    """The whole input in canonical order; recusals are (officer id, inspection id)."""

    inspections: tuple[Inspection, ...]
    officers: tuple[Officer, ...]
    recusals: tuple[tuple[str, str], ...]

    def to_json(self) -> dict[str, Any]:
        """Give the object that is hashed."""
        return {
            "alg": ALG,
            "inspections": [
                {"id": each.id, "needs": [_json(need) for need in each.needs]}
                for each in self.inspections
            ],
            "officers": [_json(each) for each in self.officers],
            "recusals": [list(pair) for pair in self.recusals],
        }

    def digest(self) -> bytes:
        """Give H(canon(input))."""
        return sha256(canon(self.to_json())).digest()


def input_of(value: object, place: str = "$.input") -> AssignmentInput:
    """Read an input whose lists are in any order.

    Raises DomainError: "assignment-input-invalid", "duplicate-id", "fewer-than-two-officers",
    "not-canonical".
    """
    canon(value)
    fields = _SHAPE.obj(value, place, {"alg", "inspections", "officers", "recusals"})
    if fields["alg"] != ALG:
        raise _SHAPE.refusal(f"{place}.alg", f"应为 / must be {ALG}")
    inspections = [_inspection(*at) for at in _each(fields["inspections"], f"{place}.inspections")]
    officers = [_officer(*at) for at in _each(fields["officers"], f"{place}.officers")]
    _require_unique([each.id for each in inspections], f"{place}.inspections")
    _require_unique([each.id for each in officers], f"{place}.officers")
    known = {each.id for each in officers}, {each.id for each in inspections}
    recusals = _recusals(fields["recusals"], f"{place}.recusals", *known)
    _require_unique(recusals, f"{place}.recusals")
    # Text is compared by code points, which is the order of its UTF-8 bytes.
    return AssignmentInput(
        inspections=tuple(sorted(inspections, key=lambda each: each.id)),
        officers=tuple(sorted(officers, key=lambda each: each.id)),
        recusals=tuple(sorted(recusals)),
    )


def canonical_input(value: object, place: str = "$.input") -> AssignmentInput:
    """Read an input of a bundle; unlike `input_of`, its lists must be in canonical order."""
    read = input_of(value, place)
    if canon(read.to_json()) != canon(value):
        raise _SHAPE.refusal(place, "列表未按规范顺序 / the lists are not in canonical order")
    return read


def _inspection(value: object, place: str) -> Inspection:
    fields = _SHAPE.obj(value, place, {"id", "needs"})
    needs = [_need(*at) for at in _each(fields["needs"], f"{place}.needs")]
    identifier = _SHAPE.text(fields["id"], f"{place}.id")
    if sum(need.count for need in needs if need.department != EXPERTS) < LEAST_OFFICERS:
        detail = f"{place}: 每次检查至少两名执法人员 / an inspection takes two officers or more"
        raise DomainError("fewer-than-two-officers", detail)
    needs.sort(key=lambda need: (need.department, need.skills, need.count))
    return Inspection(id=identifier, needs=tuple(needs))


def _need(value: object, place: str) -> Need:
    fields = _SHAPE.obj(value, place, {"department", "count", "skills"})
    return Need(
        department=_SHAPE.text(fields["department"], f"{place}.department"),
        count=_SHAPE.integer(fields["count"], f"{place}.count", 1),
        skills=_skills(fields["skills"], f"{place}.skills"),
    )


def _officer(value: object, place: str) -> Officer:
    fields = _SHAPE.obj(value, place, {"id", "department", "skills", "capacity"})
    identifier, capacity = _SHAPE.text(fields["id"], f"{place}.id"), fields["capacity"]
    if not identifier.isascii():  # it becomes a key of the output's `loads`
        raise _SHAPE.refusal(f"{place}.id", "执法人员标识须为 ASCII / must be ASCII")
    if capacity is not None:
        capacity = _SHAPE.integer(capacity, f"{place}.capacity", 0)
    return Officer(
        id=identifier,
        department=_SHAPE.text(fields["department"], f"{place}.department"),
        skills=_skills(fields["skills"], f"{place}.skills"),
        capacity=capacity,
    )


def _recusals(
    value: object, place: str, officers: set[str], inspections: set[str]
) -> list[tuple[str, str]]:
    pairs = []
    for index, row in enumerate(_SHAPE.array(value, place)):
        match row:
            case [str(officer), str(inspection)] if (
                officer in officers and inspection in inspections
            ):
                pairs.append((officer, inspection))
            case _:
                reason = (
                    "应为输入中的人员和检查 / must be an officer and an inspection of the input"
                )
                raise _SHAPE.refusal(f"{place}[{index}]", reason)
    return pairs


def _skills(value: object, place: str) -> tuple[str, ...]:
    skills = [_SHAPE.text(each, place) for each in _SHAPE.array(value, place)]
    _require_unique(skills, place)
    return tuple(sorted(skills))


def _each(value: object, place: str) -> list[tuple[object, str]]:
    rows = _SHAPE.array(value, place)
    return [(row, f"{place}[{index}]") for index, row in enumerate(rows)]


def _require_unique(values: list[Any], place: str) -> None:
    if len(set(values)) != len(values):
        raise DomainError("duplicate-id", f"{place}: 重复 / the same entry twice")


def _json(row: Need | Officer) -> dict[str, Any]:
    return {**vars(row), "skills": list(row.skills)}
