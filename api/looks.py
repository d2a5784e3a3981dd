"""Lists that are not public: who may look, and that each look is recorded before it is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.acting import give
from domain.draw_commands import LookAtDraw
from domain.draw_commands import Part as Looked
from domain.errors import DomainError
from domain.inspection import REPLACING
from domain.rules import china_date
from projections.queries.inspections import ALL, Involved

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from api.acting import Person
    from api.parts import Parts
    from projections.queries.inspections import Secrets
    from projections.reading import Row

LOOKING = ("officer", "discipline", *REPLACING)


def secrets_of(parts: Parts, person: Person) -> Secrets:
    """Which secret inspections a person may see."""
    if person.has("discipline"):
        return ALL
    if not person.has(*LOOKING):
        return None
    return Involved(
        officer=person.id if person.has("officer") else None,
        today=china_date(parts.writer.now()),
        replacing=person.has(*REPLACING),
    )


def look(parts: Parts, person: Person, draws: Iterable[str], part: Looked) -> None:
    """Record that a person looks at a part of draws whose lists are not public; raises "draw-not-disclosed"."""
    for draw_id in draws:
        if not person.has(*LOOKING):
            detail = "公布前只有承办检查的人员和纪检监察可以查看 / before the disclosure only those who carry out the visits may look"
            raise DomainError("draw-not-disclosed", detail)
        command = LookAtDraw(draw_id=draw_id, part=part)
        try:
            give(parts.writer, parts.keys, person, [command], None)
        except DomainError as refusal:
            if refusal.code == "draw-voided":
                detail = "作废的人员抽取载有检查对象，随其名单公布 / a void draw of officers names the entities: public with their list"
                raise DomainError("draw-not-disclosed", detail) from None
            if refusal.code != "wrong-stage":  # it became public meanwhile
                raise


def look_at_inspections(parts: Parts, person: Person, rows: Sequence[Row]) -> None:
    """Record a look at each draw that these rows are a secret of, and take the mark off."""
    secret = {draw for row in rows for draw in row.pop("secret") or ()}
    look(parts, person, sorted(secret), "inspections")
