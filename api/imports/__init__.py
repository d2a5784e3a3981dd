"""Excel and CSV in, registry records out.

The way of a file: `grid` (what the cells say, merged cells filled) → `table` (where the header is) → one reader per
registry → records, and a problem for every row that did not become one. Nothing here writes to the ledger.
"""

from api.imports.load import load
from api.imports.mapping import NO_MAPPING, ColumnMap, read_mapping
from api.imports.records import (
    EntityRecord,
    ExpertRecord,
    ImportResult,
    ItemRecord,
    OfficerRecord,
    RegistryKind,
    RowProblem,
)
from api.imports.table import Table, read_table
from api.imports.template import write_template

__all__ = [
    "NO_MAPPING",
    "ColumnMap",
    "EntityRecord",
    "ExpertRecord",
    "ImportResult",
    "ItemRecord",
    "OfficerRecord",
    "RegistryKind",
    "RowProblem",
    "Table",
    "load",
    "read_mapping",
    "read_table",
    "write_template",
]
