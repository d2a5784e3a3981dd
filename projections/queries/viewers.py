"""Who reads, as far as visits and seats are concerned that the public does not know of yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# Whether a viewer may see a visit `one` that is still a secret: the rule of `domain.inspection`. Who approves or draws a
# replacement sees those on which somebody waits for them; officers their own, from the day that the plan names.
MAY_SEE = """(
    %(watches)s
    OR (%(replaces)s AND (
        one.asked <> '{}' OR one.vacant <> '{}' OR one.closing_requested_by IS NOT NULL))
    OR (one.officers @> ARRAY[%(inspector)s]::text[]
        AND (one.told_on IS NULL OR one.told_on <= %(today)s))
)"""


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """What somebody may see beyond the public.

    `watches`: everything. `replaces`: what waits for a replacement or an end, and the seats of replacements. `reads`: visits
    that have begun. `officer`: their own visits, as of `today` (a day in China).
    """

    id: str | None = None
    watches: bool = False
    replaces: bool = False
    reads: bool = False
    officer: bool = False
    today: str = ""

    def values(self) -> dict[str, Any]:
        """The parameters that the conditions need."""
        return {
            "watches": self.watches,
            "replaces": self.replaces,
            "reads": self.reads,
            "inspector": self.id if self.officer else None,
            "today": self.today,
        }


PUBLIC = Viewer()
