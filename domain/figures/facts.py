"""What figures know of a campaign, a draw, a visit: the events that count, each with its leaf and day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.inspection_commands import InspectionAssigned, ResultEntered
from domain.plan_rows import PlanRow


@dataclass(frozen=True, kw_only=True)
class Mark:
    """An event: its leaf, and the day in China on which it was recorded."""

    leaf: int
    day: str


@dataclass(kw_only=True)
class Campaign:
    """A row of the plan, as it was published for the first time and as it holds, and what became of it."""

    row: PlanRow
    published: Mark
    opened: Mark | None = None
    confirmed: dict[str, Mark] = field(default_factory=dict)
    completed: Mark | None = None


@dataclass(kw_only=True)
class Drawing:
    """A draw; `again` says that earlier ones of its task and stage were voided."""

    id: str
    task: str
    stage: str
    again: bool
    committed: Mark | None = None
    computed: Mark | None = None
    disclosed: Mark | None = None
    voided: Mark | None = None


@dataclass(kw_only=True)
class FollowUp:
    """A follow-up; `due` is the day of an order, or that of the document by which something was handed over."""

    begun: Mark
    due: str
    settled: Mark | None = None


@dataclass(kw_only=True)
class Visit:
    """An inspection. `left_on` is the last day on which an officer left, `editions` hold each publication with its result."""

    id: str
    assigned: InspectionAssigned
    at: Mark
    begun: Mark | None = None
    left_on: str | None = None
    entered: ResultEntered | None = None
    editions: list[tuple[Mark, ResultEntered]] = field(default_factory=list)
    closed: Mark | None = None
    vacated: dict[str, Mark] = field(default_factory=dict)
    follow_ups: dict[int, FollowUp] = field(default_factory=dict)

    @property
    def departments(self) -> tuple[str, ...]:
        """The departments that inspect."""
        return tuple(own.department for own in self.assigned.items)

    @property
    def published(self) -> Mark | None:
        """When its result was public for the first time."""
        return self.editions[0][0] if self.editions else None


@dataclass(frozen=True, kw_only=True)
class Listed:
    """An item on the published list since a leaf, and the department that claimed it."""

    code: str
    department: str
    leaf: int


@dataclass(frozen=True, kw_only=True)
class Entered:
    """An entity of the registry in force: its newest line stands at `leaf`; `outside` are days of visits outside this ledger."""

    id: str
    kind: str
    credit_class: str | None
    leaf: int
    outside: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class InPool:
    """An entity that a disclosed draw could draw, as the registry had it then; `drawn` says whether it did."""

    draw: str
    entity: str
    kind: str
    credit_class: str | None
    drawn: bool


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What the year's own events do not say, as of the same leaf.

    `today` is the day of the ledger's newest event; `then` tells kind and credit class of the entity of a visit when it was
    assigned, by the visit's id.
    """

    today: str
    items: tuple[Listed, ...] = ()
    entities: tuple[Entered, ...] = ()
    pool: tuple[InPool, ...] = ()
    then: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict)
