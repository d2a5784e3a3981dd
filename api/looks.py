"""Lists that are not public: who may look, and that each look is recorded before it is answered."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from api.access import require_role
from api.acting import give
from api.paging import known
from domain.draw_commands import LookAtDraw
from domain.draw_commands import Part as Looked
from domain.errors import DomainError
from domain.inspection import REPLACING
from domain.review_log import RESULT, OpenReview
from domain.rules import china_date
from projections.queries.inspections import inspection, untold_recusals
from projections.queries.viewers import Viewer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from api.acting import Person
    from api.parts import Parts
    from projections.reading import Read, Row

LOOKING = ("officer", "discipline")
# Why somebody with the role does not review this result; the last two: it was decided or changed meanwhile.
NO_REVIEWER = ("own-act", "other-department", "recused", "version-outdated", "wrong-stage")
RECUSED = "officer.recusal_declared.v1"
READING = ("clerk", "reviewer", "approver", "draw_operator", "discipline")


def viewer_of(parts: Parts, person: Person) -> Viewer:
    """What a person may see of visits and seats that are not public, today."""
    return Viewer(
        id=person.id,
        watches=person.has("discipline"),
        replaces=person.has(*REPLACING),
        reads=person.has(*READING),
        officer=person.has("officer"),
        today=china_date(parts.writer.now()),
    )


def without_untold(read: Read, viewer: Viewer, officers: Iterable[Row]) -> None:
    """Take from lines of the registry the recusals that name a visit which the viewer may not know of."""
    untold = untold_recusals(read, viewer)
    for row in officers:
        hidden = {entity for officer, entity in untold if officer == row["id"]}
        row["recusals"] = [entity for entity in row["recusals"] if entity not in hidden]
        if "steps" in row:
            row["steps"] = [
                step
                for step in row["steps"]
                if step["type"] != RECUSED or step["data"]["entity"] not in hidden
            ]


def look(
    parts: Parts, person: Person, draws: Iterable[str], part: Looked, *, by: Sequence[str] = LOOKING
) -> None:
    """Record that a person looks, in one of these roles, at a part of draws whose lists are not public.

    Raises "draw-not-disclosed".
    """
    # The roles that do not look are left out: the first that an act allows is the one in which it is done.
    looking = replace(person, roles=tuple(role for role in person.roles if role in by))
    for draw_id in draws:
        if not looking.roles:
            detail = "公布前只有承办检查的人员和纪检监察可以查看 / before the disclosure only those who carry out the visits may look"
            raise DomainError("draw-not-disclosed", detail)
        command = LookAtDraw(draw_id=draw_id, part=part)
        try:
            give(parts.writer, parts.keys, looking, [command], None)
        except DomainError as refusal:
            if refusal.code == "draw-voided":
                detail = "作废的人员抽取载有检查对象，随其名单公布 / a void draw of officers names the entities: public with their list"
                raise DomainError("draw-not-disclosed", detail) from None
            if refusal.code != "wrong-stage":  # it became public meanwhile
                raise


def inspection_for(parts: Parts, person: Person, id_: str) -> Row:
    """One inspection with its steps, as this person may see it; the look is recorded where it is a secret still.

    Raises "unknown-inspection", also for an officer who is not of it.
    """
    require_role(person, "officer", *READING)
    with parts.reader.snapshot() as read:
        found = inspection(read, id_, viewer=viewer_of(parts, person))
    if found is not None and not person.has(*READING):
        found = found if person.id in found["officers"] else None
    found = known(found, "unknown-inspection", "没有此检查 / no such inspection")
    look_at_inspections(parts, person, [found])
    return found


def open_for_review(parts: Parts, person: Person, found: Row, part: str = RESULT) -> None:
    """Record that a reviewer opens a result that waits, or a file of it; whoever could not review it only reads."""
    if found["status"] != "confirmed" or not person.has("reviewer"):
        return
    command = OpenReview(inspection=found["id"], version=found["version"], part=part)
    try:
        give(parts.writer, parts.keys, person, [command], None)
    except DomainError as refusal:
        if refusal.code not in NO_REVIEWER:
            raise


def look_at_inspections(parts: Parts, person: Person, rows: Sequence[Row]) -> None:
    """Record a look at each draw that these rows are a secret of, and take the mark off.

    Whoever is of a visit looks as its officer; others because it waits for them.
    """
    own: set[str] = set()
    others: set[str] = set()
    for row in rows:
        mine = person.has("officer") and person.id in row["officers"]
        (own if mine else others).update(row.pop("secret") or ())
    look(parts, person, sorted(own), "inspections", by=("officer",))
    look(parts, person, sorted(others - own), "inspections", by=("discipline", *REPLACING))
