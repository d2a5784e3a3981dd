"""One row of the annual plan, as in the published table, plus what a draw needs to be fixed beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from domain.lottery.chains import ChainName
from domain.registry_commands import CreditClass, EntityDetails
from domain.team_terms import TeamTerms

if TYPE_CHECKING:
    from domain.draw_commands import Stage

Ratio = tuple[int, int]
Dimension = Literal["kind", "credit_class"]
Disclosure = Literal["at-once", "with-inspection"]
UNSTRATIFIED = "全部"
UNCLASSED = "未分级"
CREDIT_CLASSES: tuple[CreditClass, ...] = ("A", "B", "C", "D")


@dataclass(frozen=True, kw_only=True)
class DepartmentItems:
    """The item codes that one department inspects."""

    department: str
    items: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Scope:
    """抽查对象范围: the words of the plan, and what makes them exact.

    An entity fits when its kind, area and credit class are each among those listed (any, where the list is empty) and
    it carries every tag of `tags`.
    """

    text: str
    kinds: tuple[str, ...]
    tags: tuple[str, ...]
    areas: tuple[str, ...]
    credit_classes: tuple[CreditClass, ...]

    def fits(self, entity: EntityDetails) -> bool:
        """Whether an entity belongs to the scope."""
        return (
            (not self.kinds or entity.kind in self.kinds)
            and set(self.tags) <= set(entity.tags)
            and (not self.areas or entity.area in self.areas)
            and (not self.credit_classes or entity.credit_class in self.credit_classes)
        )


@dataclass(frozen=True, kw_only=True)
class StratumRatio:
    """The ratio of a kind, of a credit class, or of one class of one kind; None stands for all of them."""

    kind: str | None
    credit_class: CreditClass | None
    ratio: Ratio


@dataclass(frozen=True, kw_only=True)
class DrawTerms:
    """What one kind of draw needs, so that nothing is left to choose when it is held.

    Sources: a round of each drand chain of `beacons`, an issue of each public lottery of `lotteries`, and the secret
    numbers of `witnesses` people. No beacon or lottery may be known until `margin_minutes` after a checkpoint covers
    the commitment. `disclosure`: as soon as the list is computed, or when the last of its visits has begun.
    """

    beacons: tuple[ChainName, ...]
    lotteries: tuple[str, ...]
    witnesses: int
    margin_minutes: int
    disclosure: Disclosure


@dataclass(frozen=True, kw_only=True)
class PlanRow:
    """One planned campaign.

    `ratio` is the floor over the whole pool. `stratify` says by what the pool is divided; of `ratios` the most exact
    one counts (class of a kind, then class, then kind), and a stratum without its own has `ratio`. `visit_cap` is the
    most inspections of one entity in a year, this one included. `training` names the course that officers must have
    attended, or is None. Windows are days in China, both ends included. `team` says who is wanted on each visit.
    """

    number: str
    name: str
    task_number: str
    task_name: str
    type: Literal["定向", "不定向"]
    ratio: Ratio
    at_least: bool
    stratify: tuple[Dimension, ...]
    ratios: tuple[StratumRatio, ...]
    min_per_stratum: int
    items: tuple[DepartmentItems, ...]
    scope: Scope
    lead: str
    joint: tuple[str, ...]
    window_from: str
    window_to: str
    visit_cap: int
    entities_draw: DrawTerms
    officers_draw: DrawTerms
    training: str | None
    team: TeamTerms

    @property
    def departments(self) -> tuple[str, ...]:
        """Lead first, then the joint departments."""
        return (self.lead, *self.joint)

    def items_of(self, department: str) -> tuple[str, ...]:
        """The items that a department inspects, none where the plan names it without one."""
        return next((own.items for own in self.items if own.department == department), ())

    def terms(self, stage: Stage) -> DrawTerms:
        """What a draw of this stage needs; a replacement needs what the draw of officers did."""
        return self.entities_draw if stage == "entities" else self.officers_draw

    def stratum_of(self, entity: EntityDetails) -> str:
        """The stratum an entity is drawn in."""
        return self.name_of(entity.kind, entity.credit_class)

    def strata(self) -> dict[str, Ratio]:
        """Every stratum that the rule can know, with its ratio."""
        return {
            self.name_of(kind, credit_class): self._ratio(kind, credit_class)
            for kind, credit_class in self.cells()
        }

    def cells(self) -> tuple[tuple[str, CreditClass | None], ...]:
        """The kind and credit class of every stratum; "" and None where the row does not stratify by them."""
        own = self.scope.kinds if self._by_kind else ("",)
        classes = (*CREDIT_CLASSES, None) if self._by_class else (None,)
        return tuple((kind, credit_class) for kind in own for credit_class in classes)

    @property
    def _by_kind(self) -> bool:
        return "kind" in self.stratify

    @property
    def _by_class(self) -> bool:
        return "credit_class" in self.stratify

    def name_of(self, kind: str, credit_class: CreditClass | None) -> str:
        """The name of the stratum in which a kind and a credit class are."""
        parts = [kind] if self._by_kind else []
        parts += [credit_class or UNCLASSED] if self._by_class else []
        return "·".join(parts) or UNSTRATIFIED

    def _ratio(self, kind: str, credit_class: CreditClass | None) -> Ratio:
        known = {(own.kind, own.credit_class): own.ratio for own in self.ratios}
        exact = (kind if self._by_kind else None, credit_class)
        for each in (exact, (None, credit_class), (exact[0], None)):
            if each != (None, None) and each in known:
                return known[each]
        return self.ratio
