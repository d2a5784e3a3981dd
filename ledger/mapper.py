"""eventsourcing's door to our stored form: the stored name as topic, canonical bytes as state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent

from domain.errors import DomainError
from domain.events import NAMES
from ledger import codec
from ledger.envelope import Envelope

if TYPE_CHECKING:
    from eventsourcing.domain import DomainEventProtocol


class EnvelopeMapper(Mapper[str]):
    """Maps envelopes. No Python path is ever stored, and nothing is rebuilt around a constructor."""

    def __init__(self) -> None:
        super().__init__(transcoder=JSONTranscoder())

    def to_stored_event(self, domain_event: DomainEventProtocol[str]) -> StoredEvent:
        """Give the row of an envelope; raises DomainError("event-outdated") for a shape that is only read."""
        if not isinstance(domain_event, Envelope):
            raise TypeError(domain_event)
        if domain_event.type not in NAMES:
            detail = f"{domain_event.type} 只读不写 / is read and no longer written"
            raise DomainError("event-outdated", detail)
        return to_stored(domain_event)

    def to_domain_event(self, stored_event: StoredEvent) -> Envelope:
        """Read a row, and refuse one whose columns or data say something else than its bytes.

        Raises DomainError: "not-canonical", "envelope-malformed", "unknown-event-type",
        "event-malformed" or "row-differs".
        """
        envelope = Envelope.from_bytes(stored_event.state)
        codec.decode(envelope.type, envelope.data)
        if to_stored(envelope) != stored_event:
            place = f"{stored_event.originator_id} {stored_event.originator_version}"
            raise DomainError("row-differs", f"{place}: 列与字节不符 / columns differ from bytes")
        return envelope


def to_stored(envelope: Envelope) -> StoredEvent:
    """Give the row of an envelope."""
    return StoredEvent(
        originator_id=envelope.stream,
        originator_version=envelope.version,
        topic=envelope.type,
        state=envelope.to_bytes(),
    )
