"""Orders to correct that are overdue: the service tells the discipline office by itself, once for each date."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from domain.errors import DomainError
from domain.follow_up import is_overdue
from domain.follow_up_commands import EscalateFollowUp
from domain.inspection_state import Inspection
from domain.rules import china_date
from ledger.store import SYSTEM

if TYPE_CHECKING:
    from threading import Event

    from ledger.writer import Writer

SECONDS = 3600.0  # terms are days


class Escalator:
    """Looks through all open orders, when the service starts and every hour."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def run(self, stop: Event) -> None:
        """Go on until stopped; raises what the database raises."""
        while not stop.is_set():
            self.escalate()
            stop.wait(SECONDS)

    def escalate(self) -> None:
        """Record each order that is overdue and was not told."""
        history, today = self._writer.history(), china_date(self._writer.now())
        for inspection in history.all(Inspection):
            for one in inspection.follow_ups:
                if one.escalated != one.due and is_overdue(one, today, history):
                    self._tell(inspection.id, one.number)

    def _tell(self, inspection: str, number: int) -> None:
        command = EscalateFollowUp(inspection=inspection, number=number)
        try:
            self._writer.execute([command], actor=SYSTEM, command_id=str(uuid4()))
        except DomainError as refusal:
            if refusal.code != "wrong-stage":  # told, or met, meanwhile
                raise
