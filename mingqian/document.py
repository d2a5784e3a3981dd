"""`mingqian document KIND ID FILE`: a document of the service as a file, to print or to edit."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated, Literal
from urllib.parse import quote

import typer

from domain.errors import DomainError
from mingqian import files
from mingqian.remote import visiting
from mingqian.session import PasswordFile, Url, log_in, say

Kind = Literal[
    "plan", "plan-draft", "scheme", "draw", "results", "notice", "record", "result", "order"
]
PATHS: dict[Kind, str] = {
    "plan": "/public/documents/plans/{id}",
    "plan-draft": "/documents/plans/{id}",
    "scheme": "/public/documents/schemes/{id}",
    "draw": "/public/documents/draws/{id}",
    "results": "/public/documents/results/{id}",
    "notice": "/documents/inspections/{id}/notice",
    "record": "/documents/inspections/{id}/record",
    "result": "/documents/inspections/{id}/result",
    "order": "/documents/inspections/{id}/orders/{number}",
}
BEGINNINGS = {".pdf": b"%PDF-", ".docx": b"PK\x03\x04", ".xlsx": b"PK\x03\x04"}


def document(  # noqa: PLR0913 - each is an argument or option of the command
    kind: Annotated[Kind, typer.Argument(help="哪种文书 / which document")],
    id_: Annotated[
        str, typer.Argument(metavar="ID", help="年度、任务、抽取或检查的编号 / what it is of")
    ],
    file: Annotated[Path, typer.Argument(help="存入何处：.pdf、.docx、.xlsx / where to keep it")],
    *,
    url: Url,
    number: Annotated[
        int, typer.Option(help="责令改正的序号 / which follow-up, for an order", min=1)
    ] = 1,
    staff: Annotated[
        str | None, typer.Option("--as", help="本人编号，公开文书不用 / not for public ones")
    ] = None,
    password_file: PasswordFile = None,
) -> None:
    """把文书存为 PDF、DOCX 或 XLSX / keep a document as a file, by its ending."""
    beginning = BEGINNINGS.get(file.suffix)
    if beginning is None:
        raise typer.BadParameter("文件须以 .pdf、.docx 或 .xlsx 结尾 / must end so")
    path = PATHS[kind].format(id=quote(id_, safe=""), number=number)
    with visiting(url) as service:
        if staff is not None:
            log_in(service, staff, password_file)
        content = service.content(f"{path}?form={file.suffix[1:]}")
    if not content.startswith(beginning):
        detail = f"{path}: 不是 {file.suffix} / not such a file"
        raise DomainError("service-answer-invalid", detail)
    files.write_new(file, content)
    say(f"已存入 / kept: {file}")
