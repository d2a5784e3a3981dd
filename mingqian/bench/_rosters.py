"""Made-up inputs of assign-v1, the same on every machine: every choice is SHA-256 of its name."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from domain.lottery.assignment_input import ALG

SKILLS = ("消防", "食品安全", "特种设备", "价格", "师德师风")
DEPARTMENTS = ("教育局", "市监局")
MOST_SKILLS = 3  # that an officer has
RECUSED_OF_TEN = 3

Input = dict[str, Any]


def lot(below: int, *name: object) -> int:
    """Give a number from 0 to below - 1 that only the name decides."""
    octets = sha256("\x00".join(map(str, name)).encode()).digest()
    return int.from_bytes(octets[:8]) % below


def sparse(size: int) -> Input:
    """As many visits as officers as recusals; each visit has a seat of each department that asks one of five skills."""
    pairs = {(lot(size, "recused", number), lot(size, "from", number)) for number in range(size)}
    return _input(size, [[_officer_id(one), _visit_id(other)] for one, other in sorted(pairs)])


def uneven(size: int) -> Input:
    """The same, but each skill is rarer than the one before: many a seat must be freed by a long chain of exchanges."""
    value = sparse(size)
    for number, officer in enumerate(value["officers"]):
        lots = [
            lot(1000, "rare", number, each) for each in range(1 + lot(MOST_SKILLS, "n", number))
        ]
        officer["skills"] = sorted({SKILLS[len(SKILLS) * each**2 // 1000**2] for each in lots})
    return value


def dense(size: int) -> Input:
    """The same, but every visit recuses 30 % of the officers: no two officers are alike."""
    recusals = []
    for visit in range(size):
        order = sorted(range(size), key=lambda officer: lot(2**63, "dense", visit, officer))
        recusals += [
            [_officer_id(one), _visit_id(visit)] for one in order[: size * RECUSED_OF_TEN // 10]
        ]
    return _input(size, recusals)


def shuffled(value: Input) -> Input:
    """Put every list of an input into another order."""
    inspections = [{**each, "needs": each["needs"][::-1]} for each in value["inspections"]]
    officers = [{**each, "skills": each["skills"][::-1]} for each in value["officers"]]
    return {
        **value,
        "inspections": sorted(inspections, key=lambda each: lot(2**63, each["id"])),
        "officers": sorted(officers, key=lambda each: lot(2**63, each["id"])),
        "recusals": sorted(value["recusals"], key=lambda each: lot(2**63, *each)),
    }


def _input(size: int, recusals: list[list[str]]) -> Input:
    return {
        "alg": ALG,
        "inspections": [_inspection(number) for number in range(size)],
        "officers": [_officer(number) for number in range(size)],
        "recusals": recusals,
    }


def _inspection(number: int) -> dict[str, Any]:
    needs = [
        {"department": each, "count": 1, "skills": [SKILLS[lot(len(SKILLS), "need", number, each)]]}
        for each in DEPARTMENTS
    ]
    return {"id": _visit_id(number), "needs": needs}


def _officer(number: int) -> dict[str, Any]:
    order = sorted(SKILLS, key=lambda skill: lot(2**63, "skill", number, skill))
    return {
        "id": _officer_id(number),
        "department": DEPARTMENTS[number % len(DEPARTMENTS)],
        "skills": order[: 1 + lot(MOST_SKILLS, "skills", number)],
        "capacity": None,
    }


def _officer_id(number: int) -> str:
    return f"officer-{number:05}"


def _visit_id(number: int) -> str:
    return f"visit-{number:05}"
