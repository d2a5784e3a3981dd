"""What can be asked of the registries and what is recorded: commands are imperatives, events past tense."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Registry = Literal["entity", "officer", "expert"]
CreditClass = Literal["A", "B", "C", "D"]


@dataclass(frozen=True, kw_only=True)
class EntityDetails:
    """检查对象: `kind` is its type (幼儿园, 校外培训机构 …), `tags` further classes; `credit_class` A low … D high risk."""

    name: str
    kind: str
    tags: tuple[str, ...]
    credit_class: CreditClass | None
    area: str
    address: str


@dataclass(frozen=True, kw_only=True)
class OfficerDetails:
    """执法检查人员: the certificate is valid through `certificate_expires` (YYYY-MM-DD)."""

    department: str
    skills: tuple[str, ...]
    certificate_expires: str
    area: str


@dataclass(frozen=True, kw_only=True)
class ExpertDetails:
    """专家: assists, and never counts as one of the two officers."""

    organisation: str
    specialities: tuple[str, ...]


Details = EntityDetails | OfficerDetails | ExpertDetails


@dataclass(frozen=True, kw_only=True)
class EntityCommand:
    """What all commands to one entity carry."""

    id: str

    @property
    def stream(self) -> str:
        return f"entity/{self.id}"


@dataclass(frozen=True, kw_only=True)
class OfficerCommand:
    """What all commands to one officer carry."""

    id: str

    @property
    def stream(self) -> str:
        return f"officer/{self.id}"


@dataclass(frozen=True, kw_only=True)
class ExpertCommand:
    """What all commands to one expert carry."""

    id: str

    @property
    def stream(self) -> str:
        return f"expert/{self.id}"


@dataclass(frozen=True, kw_only=True)
class EntryCommand:
    """What commands that fit any of the three registries carry."""

    registry: Registry
    id: str

    @property
    def stream(self) -> str:
        return f"{self.registry}/{self.id}"


@dataclass(frozen=True, kw_only=True)
class AddEntity(EntityCommand):
    """Propose an entity. `personal` may hold `contact` and `telephone`; `override_reason` accepts a wrong check digit."""

    details: EntityDetails
    source: str
    override_reason: str | None
    personal: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class AddOfficer(OfficerCommand):
    """Propose an officer. `personal`: `name`, `certificate_number`, `telephone`, `id_card`."""

    details: OfficerDetails
    source: str
    personal: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class AddExpert(ExpertCommand):
    """Propose an expert. `personal`: `name`, `telephone`, `id_card`."""

    details: ExpertDetails
    source: str
    personal: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class ChangeEntity(EntityCommand):
    """Propose other details for an entity, with the reason."""

    details: EntityDetails
    reason: str
    personal: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class ChangeOfficer(OfficerCommand):
    """Propose other details for an officer, with the reason."""

    details: OfficerDetails
    reason: str
    personal: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class ChangeExpert(ExpertCommand):
    """Propose other details for an expert, with the reason."""

    details: ExpertDetails
    reason: str
    personal: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Suspend(EntryCommand):
    """Propose that an entry rests."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Restore(EntryCommand):
    """Propose that a suspended entry counts again."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class ConfirmChange(EntryCommand):
    """The second person confirms the change that event `version` proposed."""

    version: int


@dataclass(frozen=True, kw_only=True)
class RejectChange(EntryCommand):
    """The second person rejects the change that event `version` proposed."""

    version: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class RecordVisit(EntityCommand):
    """Propose to record an inspection that was held outside this ledger, so that visit caps count it."""

    on: str
    reference: str


@dataclass(frozen=True, kw_only=True)
class ExemptEntity(EntityCommand):
    """免予抽查: propose that an entity is left out of draws by a numbered decision, for tasks whose window meets these days."""

    decision: str
    valid_from: str
    valid_to: str


RegistryCommand = (
    AddEntity
    | AddOfficer
    | AddExpert
    | ChangeEntity
    | ChangeOfficer
    | ChangeExpert
    | Suspend
    | Restore
    | ConfirmChange
    | RejectChange
    | RecordVisit
    | ExemptEntity
)


@dataclass(frozen=True, kw_only=True)
class EntityAdded:
    """An entity was proposed; `source` names the file or the person it came from."""

    details: EntityDetails
    source: str
    override_reason: str | None


@dataclass(frozen=True, kw_only=True)
class OfficerAdded:
    """An officer was proposed."""

    details: OfficerDetails
    source: str


@dataclass(frozen=True, kw_only=True)
class ExpertAdded:
    """An expert was proposed."""

    details: ExpertDetails
    source: str


@dataclass(frozen=True, kw_only=True)
class EntityChanged:
    """Other details were proposed for an entity."""

    details: EntityDetails
    reason: str


@dataclass(frozen=True, kw_only=True)
class OfficerChanged:
    """Other details were proposed for an officer."""

    details: OfficerDetails
    reason: str


@dataclass(frozen=True, kw_only=True)
class ExpertChanged:
    """Other details were proposed for an expert."""

    details: ExpertDetails
    reason: str


@dataclass(frozen=True, kw_only=True)
class Suspended:
    """It was proposed that the entry rests."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Restored:
    """It was proposed that the entry counts again."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class ChangeConfirmed:
    """The proposal of event `version` holds from this leaf on."""

    version: int


@dataclass(frozen=True, kw_only=True)
class ChangeRejected:
    """The proposal of event `version` does not hold."""

    version: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class VisitRecorded:
    """It was proposed to record that the entity was inspected outside this ledger."""

    on: str
    reference: str


@dataclass(frozen=True, kw_only=True)
class Exempted:
    """It was proposed that the entity is left out of draws by a decision, both days included."""

    decision: str
    valid_from: str
    valid_to: str
