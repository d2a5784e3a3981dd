"""Personal fields: opened one entry at a time, for those whose work it is, and for the person themself."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from api.bodies import PersonalField
from domain.errors import DomainError
from ledger import sealing
from ledger.envelope import Sealed
from ledger.sealing import Place
from projections.queries.registries import Registry, entry, sealed

if TYPE_CHECKING:
    from api.acting import Person
    from api.parts import Parts
    from projections.reading import Read, Row

ERASED = "已删除"
# What else may be sealed beside an event is not for people to read.
SHOWN = frozenset({*get_args(PersonalField), "reason", "detail"})
# Who keeps the registry, and who inspects those who keep it.
READERS: dict[Registry, tuple[str, ...]] = {
    "staff": ("administrator", "discipline"),
    "entity": ("registrar", "discipline"),
    "officer": ("registrar", "discipline"),
    "expert": ("registrar", "discipline"),
}


def may_read(person: Person, kind: Registry, id_: str) -> bool:
    """Whether a person may see the personal fields of an entry; officers and staff are known by one id."""
    own = kind in {"staff", "officer"} and person.id == id_
    return own or person.has(*READERS.get(kind, ()))


def personal_of(
    parts: Parts, read: Read, kind: Registry, id_: str, person: Person
) -> dict[str, str]:
    """The newest text of each personal field: 已删除 where it was erased, left out where its key is lost.

    Why an officer is recused is kinship or the like: for the officer and the discipline office, not for the registrar.
    """
    stream = f"{kind}/{id_}"
    subject = entry(read, "subject", stream)
    erased = subject is not None and subject["erased"]
    opened: dict[str, str] = {}
    for place, field in sealed(read, [stream])[stream]:
        opened |= dict.fromkeys(field.fields, ERASED) if erased else _opened(parts, place, field)
    if person.id != id_ and not person.has("discipline"):
        opened.pop("reason", None)
    return {name: text for name, text in opened.items() if name in SHOWN}


def text_of(parts: Parts, row: Row) -> str:
    """One sealed text of a row of `sealed_v1`; 已删除 where its key is gone."""
    place = Place(**{name: row[name] for name in ("subject", "stream", "version", "type")})
    field = Sealed(fields={row["field"]: row["ciphertext"]}, subject=row["subject"])
    return _opened(parts, place, field).get(row["field"], ERASED)


def _opened(parts: Parts, place: Place, field: Sealed) -> dict[str, str]:
    try:
        return sealing.unseal(parts.keys.subjects.find(place.subject), place, field)
    except DomainError:
        return {}
