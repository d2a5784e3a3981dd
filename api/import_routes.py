"""Registry files, uploaded."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, File, Form, Response, UploadFile
from fastapi.responses import JSONResponse

from api import problems
from api.access import PartsNow, PersonNow
from api.answers import ACTING, POSITION_HEADER, ImportAnswer, RowProblemAnswer
from api.imports import RegistryKind, RowProblem
from api.imports_command import Import, Imported, run_import
from api.signatures import IdempotencyKey
from api.text import clean

router = APIRouter(tags=["导入 / imports"], responses=ACTING)
MAX_PROBLEMS = 1000
MAX_FILE_NAME = 200


@router.post(
    "/imports/{registry}",
    response_model=ImportAnswer,
    summary="导入名录文件（xlsx、xls、csv）/ import a registry file",
)
def import_file(  # noqa: PLR0913 - each parameter of the request is one
    *,
    registry: RegistryKind,
    parts: PartsNow,
    person: PersonNow,
    response: Response,
    file: Annotated[UploadFile, File(description="名录文件 / the file")],
    skip_bad_rows: Annotated[
        bool, Form(description="跳过有误的行 / leave bad rows out, and record the others")
    ] = False,
    mapping: Annotated[
        UploadFile | None,
        File(
            description="映射文件（TOML），表头无法识别时用 / a mapping file, for headers nobody can tell"
        ),
    ] = None,
    key: IdempotencyKey = None,
) -> ImportAnswer | JSONResponse:
    """Record a whole file as one commit, or nothing where a row is bad (`import-rows-bad`, with every bad row)."""
    upload = Import(
        kind=registry,
        data=file.file.read(),
        filename=file_name(file.filename),
        mapping=mapping.file.read() if mapping else b"",
        skip_bad_rows=skip_bad_rows,
        idempotency_key=key,
    )
    imported = run_import(parts.writer, parts.keys, person, upload)
    if imported.receipt is None:
        detail = "文件中有错误的行，未作任何登记，见 problems / some rows are wrong, nothing was recorded: see problems"
        rows = [asdict(one) for one in imported.problems[:MAX_PROBLEMS]]
        return problems.problem("import-rows-bad", detail, problems=rows)
    response.headers[POSITION_HEADER] = str(imported.receipt.size)
    return import_answer(imported, imported.receipt.size, repeated=imported.receipt.repeated)


def import_answer(imported: Imported, position: int, *, repeated: bool) -> ImportAnswer:
    """The answer for a file that was recorded."""
    read = imported.read
    return ImportAnswer(
        position=position,
        added=imported.added,
        unchanged=imported.unchanged,
        rows_read=read.rows_read,
        rows_continued=read.rows_continued,
        rows_empty=read.rows_empty,
        rows_refused=read.rows_refused,
        columns_ignored=list(read.columns_ignored),
        columns_read=dict(read.columns_read),
        problems=[_row(one) for one in imported.problems[:MAX_PROBLEMS]],
        repeated=repeated,
    )


def _row(problem: RowProblem) -> RowProblemAnswer:
    return RowProblemAnswer(**asdict(problem))


def file_name(name: str | None) -> str:
    """The name without folders; it becomes part of the record of where entries came from."""
    try:
        return clean(name or "")[-MAX_FILE_NAME:].replace("\\", "/").rpartition("/")[2] or "file"
    except ValueError:
        return "file"
