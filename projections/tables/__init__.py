"""Every projected table. A change of a table's shape or of its rows is a new name, ending in the next version."""

from __future__ import annotations

from domain.aggregates import AGGREGATES
from projections.tables import (
    batches,
    campaigns,
    checklists,
    deadlines,
    draws,
    inspections,
    organisation,
    planning,
    registries,
    signing_keys,
    subjects,
    timeline,
    work,
)

TABLES = (
    *organisation.TABLES,
    *registries.TABLES,
    *batches.TABLES,
    *checklists.TABLES,
    *deadlines.TABLES,
    *campaigns.TABLES,
    *planning.TABLES,
    *draws.TABLES,
    *inspections.TABLES,
    *signing_keys.TABLES,
    *subjects.TABLES,
    *timeline.TABLES,
    *work.TABLES,
)
BY_KIND = {kind: tuple(each for each in TABLES if kind in each.kinds) for kind in AGGREGATES}
