"""Typed events and the data that is stored of them: the same both ways, or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from domain.errors import DomainError
from domain.events import NAMES, name_of
from domain.facts import Recorded
from domain.upcasting import OLDER, lifted

if TYPE_CHECKING:
    from ledger.envelope import Envelope


def encode(event: object) -> tuple[str, dict[str, object]]:
    """Give the stored name and the data of a domain event."""
    return name_of(event), _data(event)


def decode(name: str, data: dict[str, object]) -> object:
    """Build the domain event of a stored name through its own constructor; an older shape is lifted into today's.

    Data that its own shape would store another way (an unknown field, a default left out) is refused.
    Raises DomainError: "unknown-event-type" or "event-malformed".
    """
    shape = NAMES.get(name) or OLDER.get(name)
    if shape is None:
        raise DomainError("unknown-event-type", f"未知事件类型 / no such event type: {name}")
    try:
        event: Any = msgspec.convert(data, shape, strict=True)
    except msgspec.ValidationError as error:
        raise _malformed(name, str(error)) from None
    if _data(event) != data:
        raise _malformed(name, "多余或缺少字段 / a field too many or too few")
    return lifted(event)


def to_recorded(leaf: int, envelope: Envelope) -> Recorded:
    """Give what replay needs of the event at `leaf`."""
    return Recorded(
        leaf=leaf,
        stream=envelope.stream,
        version=envelope.version,
        recorded_at=envelope.recorded_at,
        actor=envelope.actor,
        command_id=envelope.command_id,
        event=decode(envelope.type, envelope.data),
    )


def _data(event: object) -> dict[str, object]:
    data: dict[str, object] = _lists(msgspec.to_builtins(event))
    return data


def _lists(value: Any) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """Write tuples, which msgspec keeps, as the lists that they are read back as."""
    if isinstance(value, dict):
        return {key: _lists(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_lists(item) for item in value]
    return value


def _malformed(name: str, detail: str) -> DomainError:
    return DomainError("event-malformed", f"{name}: 数据与类型不符 / malformed data: {detail}")
