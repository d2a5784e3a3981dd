"""Personal fields: opened one entry at a time, for those whose work it is, and for the person themself."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from api.bodies import PersonalField
from domain.errors import DomainError
from ledger import sealing
from ledger.envelope import Sealed
from ledger.sealing import Place
from projections.queries.registries import Registry, entry, registry, sealed
from projections.reading import Page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.acting import Person
    from api.parts import Parts
    from projections.reading import Read, Row

ERASED = "已删除"
MAX_ERASED = 1_000_000
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


def opened_of(
    parts: Parts, read: Read, kind: Registry, ids: Sequence[str]
) -> dict[str, dict[str, str]]:
    """As `personal_of` for many entries at once, for a reader of the whole registry; a reason is in none of them."""
    streams = {f"{kind}/{id_}": id_ for id_ in ids}
    erased = {
        row["id"]
        for row in registry(read, "subject", page=Page(limit=MAX_ERASED), where={"erased": True})
    }
    found: dict[str, dict[str, str]] = {id_: {} for id_ in ids}
    for stream, fields in sealed(read, list(streams)).items():
        for place, field in fields:
            shown = SHOWN.intersection(field.fields) - {"reason"}
            if not shown:
                continue
            texts = (
                dict.fromkeys(shown, ERASED) if stream in erased else _opened(parts, place, field)
            )
            found[streams[stream]] |= texts
    return found


def _opened(parts: Parts, place: Place, field: Sealed) -> dict[str, str]:
    try:
        return sealing.unseal(parts.keys.subjects.find(place.subject), place, field)
    except DomainError:
        return {}
