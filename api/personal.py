"""Personal fields: opened one entry at a time, for those whose work it is, and for the person themself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.errors import DomainError
from ledger import sealing
from projections.queries.registries import sealed

if TYPE_CHECKING:
    from api.acting import Person
    from api.parts import Parts
    from projections.queries.registries import Registry
    from projections.reading import Read

# Who keeps the registry, and who inspects those who keep it.
READERS: dict[str, tuple[str, ...]] = {
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
    """The newest text of each personal field; a field whose key was destroyed is left out.

    Why an officer is recused is kinship or the like: for the officer and the discipline office, not for the registrar.
    """
    stream = f"{kind}/{id_}"
    opened: dict[str, str] = {}
    for place, field in sealed(read, [stream])[stream]:
        try:
            opened |= sealing.unseal(parts.keys.subjects.find(place.subject), place, field)
        except DomainError:
            continue
    if person.id != id_ and not person.has("discipline"):
        opened.pop("reason", None)
    return opened
