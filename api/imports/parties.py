"""检查对象, 执法检查人员 and 专家: one row, one record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.imports import cells
from api.imports.columns import ENTITY_IDS
from api.imports.records import EntityRecord, ExpertRecord, OfficerRecord
from domain.errors import DomainError
from domain.identifiers import REG_LENGTH, id_card, parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.imports.reading import Reading
    from domain.registry_commands import CreditClass


_USCC_LENGTH = 18
_BY_LENGTH = {_USCC_LENGTH: "uscc", REG_LENGTH: "reg"}


def read_entity(row: Reading) -> EntityRecord | None:
    """Read what one row says, or None where it cannot be read (see `row.problems`)."""
    reason = row.take("override_reason", cells.line, "")
    ids, overridden = _entity_ids(row, override=bool(reason))
    unclassified: CreditClass | None = None
    entity = EntityRecord(
        id=ids[0] if ids else "",
        other_ids=ids[1:],
        name=row.take("name", cells.line, ""),
        kind=row.take("kind", cells.line, ""),
        tags=row.take("tags", cells.words, ()),
        credit_class=row.take("credit_class", cells.credit_class, unclassified),
        area=row.take("area", cells.line, ""),
        address=row.take("address", cells.line, ""),
        override_reason=reason if overridden else None,
        personal=row.personal(contact=cells.line, telephone=cells.telephone),
        row=row.place,
    )
    return None if row.problems else entity


def read_officer(row: Reading) -> OfficerRecord | None:
    """Read what one row says, or None where it cannot be read (see `row.problems`)."""
    officer = OfficerRecord(
        id=row.take("id", cells.slug, ""),
        department=row.take("department", cells.line, ""),
        skills=row.take("skills", cells.words, ()),
        certificate_expires=row.day("certificate_expires"),
        area=row.take("area", cells.line, ""),
        personal=row.personal(
            name=cells.line,
            certificate_number=cells.digits,
            telephone=cells.telephone,
            id_card=_id_card,
        ),
        row=row.place,
    )
    return None if row.problems else officer


def read_expert(row: Reading) -> ExpertRecord | None:
    """Read what one row says, or None where it cannot be read (see `row.problems`)."""
    expert = ExpertRecord(
        id=row.take("id", cells.slug, ""),
        speciality=row.take("speciality", cells.words, ()),
        organisation=row.take("organisation", cells.line, ""),
        personal=row.personal(name=cells.line, telephone=cells.telephone, id_card=_id_card),
        row=row.place,
    )
    return None if row.problems else expert


def _entity_ids(row: Reading, *, override: bool) -> tuple[tuple[str, ...], bool]:
    """Find the numbers that a row gives, the best first, and whether that needed the override.

    A number beside the best is only there to tell that two rows speak of one entity: where it is no number, it tells nothing.
    """
    best, overridden, others = "", False, []
    for scheme in ENTITY_IDS:
        if not row.has(scheme):
            continue
        if not best:
            best, overridden = row.take(scheme, _identifier(scheme, override=override), ("", False))
            if not best:
                return (), False
        else:
            others.append(row.glance(scheme, _identifier(scheme, override=False), ("", False))[0])
    if not best:
        row.note("uscc", "import-value-missing", "没有任何法定编号 / no legal identifier at all")
    return tuple(dict.fromkeys(filter(None, (best, *others)))), overridden


def _identifier(scheme: str, *, override: bool) -> Callable[[object], tuple[str, bool]]:
    def read(value: object) -> tuple[str, bool]:
        number = cells.digits(value)
        # One column for both numbers is common, and so is the new number in the column of the old.
        kind = _BY_LENGTH.get(len(number), scheme) if scheme in _BY_LENGTH.values() else scheme
        written = f"{kind}:{number}"
        try:
            return parse(written), False
        except DomainError as refusal:
            if override and refusal.code == "check-digit-wrong":
                return parse(written, override=True), True
            raise

    return read


def _id_card(value: object) -> str:
    return id_card(cells.digits(value))
