"""Text files as Chinese offices save them: UTF-8 with or without BOM, GB18030 (which reads GBK and GB2312), UTF-16.

Cells stand apart by commas, or by tabs as in Excel's "Unicode text".
"""

from __future__ import annotations

import csv
import io
import re

from api.imports.sheet import MAX_ROWS, Cells, Raw, Sheet, build, too_many_rows, trim, unreadable

# How people keep Excel from making a number of a text: ="0123".
_KEPT_AS_TEXT = re.compile(r'="([^"]*)"')
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def read_csv(data: bytes) -> Sheet:
    """Read the one sheet of the file. A row counts as one even where a cell holds several lines."""
    text = _decode(data)
    first = text.partition("\n")[0]
    delimiter = "\t" if "\t" in first and "," not in first else ","
    rows: list[Cells] = []
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            if len(rows) >= MAX_ROWS:
                raise too_many_rows()
            rows.append(trim(tuple(map(_plain, cells))))
    except csv.Error:
        reason = f"第 {len(rows) + 1} 行不合 CSV 格式（引号未闭合等）/ row {len(rows) + 1} is not CSV (an open quote?)"
        raise unreadable(reason) from None
    return build(Raw(name="", rows=rows))


def _plain(cell: str) -> str:
    kept = _KEPT_AS_TEXT.fullmatch(cell) if cell.startswith("=") else None
    return kept[1] if kept else cell


def _decode(data: bytes) -> str:
    encodings = ("utf-16",) if data.startswith(_UTF_16) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise unreadable(
        "文字编码不是 UTF-8 或 GB18030；请另存为 .xlsx / neither UTF-8 nor GB18030: save as .xlsx"
    )
