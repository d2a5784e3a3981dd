"""The refusal of an input for which no assignment exists, in the terms of those who can act on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.lottery.assignment_input import Need

MISSING = {"skill": "技能", "recusal": "回避", "capacity": "次数上限", "officer": "人员"}
_NAMED = 12  # needs in the sentence; `to_json` has all


class InfeasibleError(DomainError):
    """A group of needs with too few officers, of which none can be dropped; and what is missing.

    `needs` are (inspection id, need) in canonical order; `missing` are keys of `MISSING`; `seats`
    is what the group wants in all, `officers` how many there are who fit at least one need of it.
    """

    def __init__(
        self,
        code: str,
        *,
        department: str,
        needs: Sequence[tuple[str, Need]],
        missing: Sequence[str],
        officers: int,
    ) -> None:
        self.department = department
        self.needs = tuple(needs)
        self.missing = tuple(missing)
        self.seats = sum(need.count for _, need in needs)
        self.officers = officers
        super().__init__(code, self._sentence())

    def to_json(self) -> dict[str, Any]:
        """Give what `mingqian lab assign` prints."""
        return {
            "error": "infeasible",
            "department": self.department,
            "needs": [
                {
                    "inspection": inspection,
                    "department": need.department,
                    "skills": list(need.skills),
                    "count": need.count,
                }
                for inspection, need in self.needs
            ],
            "missing": list(self.missing),
            "seats": self.seats,
            "officers": self.officers,
        }

    def without_visits(self) -> str:
        """Say it without naming an inspection: department, numbers and what is missing."""
        zh = "、".join(MISSING[each] for each in self.missing)
        return (
            f"{self.department}: 人员不足，席位 {self.seats}，合格 {self.officers} 人，缺 {zh} / "
            f"too few officers: {self.seats} seats, {self.officers} officers who fit, "
            f"missing: {', '.join(self.missing)}"
        )

    def _sentence(self) -> str:
        named = "; ".join(_named(*each) for each in self.needs[:_NAMED])
        if len(self.needs) > _NAMED:
            named += f"; … 共 {len(self.needs)} 项 / {len(self.needs)} in all"
        zh = "、".join(MISSING[each] for each in self.missing)
        return (
            f"{self.department}: 人员不足 / too few officers: {named}; "
            f"席位 {self.seats}，合格 {self.officers} 人 / "
            f"{self.seats} seats, {self.officers} officers who fit; "
            f"缺 {zh} / missing: {', '.join(self.missing)}"
        )


def _named(inspection: str, need: Need) -> str:
    skills = f" [{', '.join(need.skills)}]" if need.skills else ""
    return f"{inspection} ×{need.count}{skills}"
