"""Things that the tests of this room share: values to build with, never state."""

from __future__ import annotations

from uuid import uuid4

from domain.facts import Actor
from domain.organisation import AddDepartment, AddStaff, DepartmentAdded
from ledger import codec
from ledger.envelope import Envelope

SYSTEM = Actor(id="system", role="system")
NOW = "2024-09-02T01:30:00.000Z"


def new_id() -> str:
    """Give a command id of its own."""
    return str(uuid4())


def department(number: int) -> AddDepartment:
    """Give a command that records one event in a stream of its own."""
    return AddDepartment(id=f"d{number}", name=f"示例部门{number}", collates=False)


def person(number: int, department_id: str) -> AddStaff:
    """Give a command whose event has sealed fields."""
    return AddStaff(
        id=f"p{number}",
        department=department_id,
        roles=("clerk",),
        personal={"name": f"示例人员{number}", "telephone": "示例电话"},
    )


def envelope(stream: str = "department/d1", version: int = 1, name: str = "示例部门") -> Envelope:
    """Give an envelope as the writer makes them."""
    type_name, data = codec.encode(DepartmentAdded(name=name, collates=False))
    return Envelope(
        type=type_name,
        stream=stream,
        version=version,
        recorded_at=NOW,
        actor=SYSTEM,
        command_id="0190b2c4-5d1e-4c6a-9f60-1f2e3d4c5b6a",
        nonce="00" * 16,
        data=data,
    )
