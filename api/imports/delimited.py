"""CSV files as Chinese offices save them: UTF-8 with or without BOM, or GB18030 (which reads GBK and GB2312)."""

from __future__ import annotations

import csv
import io

from api.imports.sheet import MAX_ROWS, Cells, Sheet, build, trim, unreadable


def read_csv(data: bytes) -> Sheet:
    """Read the one sheet of a comma-separated file. A row counts as one even where a cell holds several lines."""
    rows: list[Cells] = []
    try:
        for cells in csv.reader(io.StringIO(_decode(data), newline=""), strict=True):
            if len(rows) >= MAX_ROWS:
                raise unreadable(
                    f"超过 {MAX_ROWS} 行；请拆分文件 / more than {MAX_ROWS} rows: split the file"
                )
            rows.append(trim(tuple(cells)))
    except csv.Error:
        reason = f"第 {len(rows) + 1} 行不合 CSV 格式（引号未闭合等）/ row {len(rows) + 1} is not CSV (an open quote?)"
        raise unreadable(reason) from None
    return build("", rows)


def _decode(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise unreadable(
        "文字编码不是 UTF-8 或 GB18030；请另存为 .xlsx / neither UTF-8 nor GB18030: save as .xlsx"
    )
