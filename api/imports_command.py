"""A registry file, recorded: records become commands, all of them one commit, and nothing where a row is bad.

Used by the HTTP service and by the command line alike. Importing the same file twice adds nothing: an entry that stands
with the same content changes nothing, one with other content is a problem of its row.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from api.acting import Person, command_id, keyed
from api.imports import (
    NO_MAPPING,
    ColumnMap,
    EntityRecord,
    ExpertRecord,
    ImportResult,
    ItemRecord,
    OfficerRecord,
    RegistryKind,
    RowProblem,
    load,
    read_mapping,
)
from api.imports.load import place_of
from api.imports.sheet import Progress, quietly
from domain.acts import acting_role
from domain.aggregates import AGGREGATES
from domain.canonical import canon
from domain.errors import DomainError
from domain.facts import Actor, Context
from domain.item_versions import ItemDetails
from domain.items import AddItem
from domain.organisation import Department
from domain.registry_commands import (
    AddEntity,
    AddExpert,
    AddOfficer,
    EntityDetails,
    ExpertDetails,
    OfficerDetails,
)
from domain.registry_state import Entity
from domain.subjects import require_not_erased
from ledger.group import Receipt
from ledger.prover import CHECKS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.imports.records import Record
    from domain.history import History
    from ledger.keys import Keys
    from ledger.writer import Writer

AddCommand = AddItem | AddEntity | AddOfficer | AddExpert
# Said about the file, not about an entry: a footnote or an empty sheet stops nothing.
REMARKS = frozenset({"import-row-skipped", "import-row-repeated", "import-sheet-skipped"})


@dataclass(frozen=True, kw_only=True)
class Import:
    """A file on its way in: `skip_bad_rows` records the good rows of a file that has bad ones, `mapping` is a mapping file."""

    kind: RegistryKind
    data: bytes
    filename: str
    mapping: bytes = b""
    skip_bad_rows: bool = False
    idempotency_key: str | None = None


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What became of a file; `receipt` is None where rows were bad and nothing was recorded."""

    read: ImportResult
    problems: tuple[RowProblem, ...]
    receipt: Receipt | None
    unchanged: int

    @property
    def added(self) -> int:
        """Entries that this import recorded."""
        return self.receipt.count if self.receipt else 0


@dataclass(frozen=True, kw_only=True)
class Stages:
    """Is told how far an import is: bytes read, rows judged, and that the writer has them (0 of 1, then 1 of 1)."""

    reading: Progress = quietly
    judging: Progress = quietly
    recording: Progress = quietly


NO_STAGES = Stages()
_TELL_EVERY = 500


def run_import(
    writer: Writer, keys: Keys, person: Person, file: Import, progress: Stages = NO_STAGES
) -> Imported:
    """Read a file and record it, unless a row is bad.

    Rows are judged on the history as it is; the writer decides again, and refuses the whole file where it moved on.
    Raises DomainError: "import-unreadable", "import-header-missing", "role-not-allowed", and what the writer raises.
    """
    role = _role(file.kind, person)
    read = load(file.kind, file.data, file.filename, mapping_of(file), progress.reading)
    history = writer.history()
    departments = {known.name: known.id for known in history.all(Department)}
    problems, commands, source = list(read.problems), [], source_of(file)
    names = _names(history) if file.kind == "entities" else {}
    for done, record in enumerate(read.records):
        if done % _TELL_EVERY == 0:
            progress.judging(done, len(read.records))
        command = command_of(record, source, departments)
        refusal = _refusal(command, history) or _stands_by_name(record, names)
        if refusal is None:
            commands.append(command)
        else:
            problems.append(_at_row(file, record, refusal))
    progress.judging(len(read.records), len(read.records))
    receipt = None
    if file.skip_bad_rows or not stops(problems):
        progress.recording(0, 1)
        receipt = _record(writer, keys, Actor(id=person.id, role=role), file, commands)
        progress.recording(1, 1)
    added = receipt.count if receipt else 0
    return Imported(
        read=read, problems=tuple(problems), receipt=receipt, unchanged=len(commands) - added
    )


def stops(problems: Sequence[RowProblem]) -> bool:
    """Whether a file with these problems is recorded only when bad rows are skipped."""
    return any(one.code not in REMARKS for one in problems)


def _role(kind: RegistryKind, person: Person) -> str:
    command: type = {
        "items": AddItem,
        "entities": AddEntity,
        "officers": AddOfficer,
        "experts": AddExpert,
    }[kind]
    return acting_role(command, person.roles)


def _record(
    writer: Writer, keys: Keys, actor: Actor, file: Import, commands: list[AddCommand]
) -> Receipt:
    key = file.idempotency_key
    content = [file.kind, file.skip_bad_rows, hashlib.sha256(file.data).hexdigest()]
    if file.mapping:
        content.append(hashlib.sha256(file.mapping).hexdigest())
    return writer.execute(
        commands,
        actor=actor,
        command_id=command_id(actor.id, key),
        digest=keyed(keys, canon(content)),
    )


def _refusal(command: AddCommand, history: History) -> DomainError | None:
    """What the domain would say to this row alone. Additions look at their own stream and at departments only."""
    kind, id_ = command.stream.split("/", 1)
    aggregate = AGGREGATES[kind]
    context = Context(
        actor=Actor(id="", role=""),
        now="",
        position=history.size,
        checkpointed=0,
        prove=lambda _: (b"", b""),
        checks=CHECKS,
    )
    try:
        assert aggregate.decide is not None  # noqa: S101 - every registry has decisions
        facts = aggregate.decide(history.get(aggregate.state, id_), command, context, history)
        require_not_erased(facts, history)
    except DomainError as refusal:
        return refusal
    return None


def _names(history: History) -> dict[tuple[str, ...], str]:
    """Which entity has a name, kind, area and address, as confirmed or proposed."""
    names = {}
    for entity in history.all(Entity):
        details = entity.details or (entity.pending.details if entity.pending else None)
        if isinstance(details, EntityDetails):
            names[place_of(details)] = entity.id
    return names


def _stands_by_name(record: Record, names: Mapping[tuple[str, ...], str]) -> DomainError | None:
    if not isinstance(record, EntityRecord) or names.get(place_of(record), record.id) == record.id:
        return None
    detail = (
        "名录中已有名称、类型、区域、地址相同而编号不同的对象，请核对 / the registry has an entity of that name, kind, area "
        "and address under another number: check which is right"
    )
    return DomainError("import-same-name", detail)


def _at_row(file: Import, record: Record, refusal: DomainError) -> RowProblem:
    sheet, row = record.row
    return RowProblem(
        file=file.filename,
        sheet=sheet,
        row=row,
        column="",
        code=refusal.code,
        reason=refusal.detail,
    )


def source_of(file: Import) -> str:
    """What the ledger keeps of where entries came from: the file's name, the hash of its bytes and that of its mapping."""
    source = f"{file.filename} sha256:{hashlib.sha256(file.data).hexdigest()}"
    if not file.mapping:
        return source
    return f"{source} mapping sha256:{hashlib.sha256(file.mapping).hexdigest()}"


def mapping_of(file: Import) -> ColumnMap:
    """What the mapping file says; raises "import-mapping-invalid"."""
    return read_mapping(file.kind, file.mapping) if file.mapping else NO_MAPPING


def command_of(record: Record, source: str, departments: Mapping[str, str]) -> AddCommand:
    """The addition that a record asks for; `departments` maps names to ids, and an officer's may be either."""
    match record:
        case ItemRecord():
            return AddItem(code=record.code, details=_item(record), source=source)
        case EntityRecord():
            return AddEntity(
                id=record.id,
                details=_entity(record),
                source=source,
                override_reason=record.override_reason,
                personal=record.personal,
            )
        case OfficerRecord():
            department = departments.get(record.department, record.department)
            officer = OfficerDetails(
                department=department,
                skills=record.skills,
                certificate_expires=record.certificate_expires,
                area=record.area,
            )
            return AddOfficer(
                id=record.id, details=officer, source=source, personal=record.personal
            )
        case ExpertRecord():
            expert = ExpertDetails(organisation=record.organisation, specialities=record.speciality)
            return AddExpert(id=record.id, details=expert, source=source, personal=record.personal)
        case _:
            assert_never(record)


def _item(record: ItemRecord) -> ItemDetails:
    return ItemDetails(
        issuer=record.department,
        item_class=record.item_class,
        name=record.name,
        subject=record.subject,
        category=record.category,
        method=record.method,
        body=record.body,
        legal_basis=record.legal_basis,
    )


def _entity(record: EntityRecord) -> EntityDetails:
    return EntityDetails(
        name=record.name,
        kind=record.kind,
        tags=record.tags,
        credit_class=record.credit_class,
        area=record.area,
        address=record.address,
    )
