"""By which keys people sign, as of any leaf."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projections.table import NUMBER, TEXT, Keeps, Row, Table

if TYPE_CHECKING:
    from domain.signing_keys import SigningKey
    from projections.fold import Step


def _signing_key(step: Step) -> list[Row]:
    state: SigningKey = step.state
    return [{**vars(state), "version": step.recorded.version}]


TABLES = (
    Table(
        name="signing_keys_v1",
        kinds=("signing-key",),
        keeps=Keeps.AS_OF,
        key=("public_key",),
        columns={
            "public_key": TEXT,
            "staff": TEXT,
            "suite": TEXT,
            "state": TEXT,
            "version": NUMBER,
        },
        rows=_signing_key,
    ),
)
