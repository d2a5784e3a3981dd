"""The empty tables that clerks download and fill in."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook

from api.imports import RegistryKind, load, write_template
from api.imports.columns import COLUMNS


@pytest.mark.parametrize("kind", list(COLUMNS))
def test_a_template_explains_itself_and_its_example_is_a_good_row(kind: RegistryKind) -> None:
    """Left in place the example is skipped; without its mark it is a record like any other."""
    untouched = load(kind, write_template(kind), "模板.xlsx")
    assert untouched.records == ()
    assert [(found.row, found.code) for found in untouched.problems] == [(2, "import-row-skipped")]
    book = load_workbook(io.BytesIO(write_template(kind)))
    book.worksheets[0]["A2"] = None
    stream = io.BytesIO()
    book.save(stream)
    filled = load(kind, stream.getvalue(), "模板.xlsx")
    assert len(filled.records) == 1
    assert filled.problems == ()
