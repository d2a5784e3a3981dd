"""Comparisons of the registry of entities with an outside list, opened from the file in which it came."""

from dataclasses import asdict
from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, File, Form, Response, UploadFile
from fastapi.responses import JSONResponse

from api import problems
from api.access import PartsNow, PersonNow
from api.acting import give
from api.answers import ACTING, POSITION_HEADER, ActAnswer, act_answer
from api.import_routes import MAX_PROBLEMS, file_name
from api.imports.load import load
from api.imports.records import EntityRecord
from api.imports_command import stops
from api.signatures import IdempotencyKey
from api.text import Word
from domain.reconciliation import Listed, OpenReconciliation

router = APIRouter(tags=["导入 / imports"], responses=ACTING)


@router.post(
    "/reconciliations",
    response_model=ActAnswer,
    summary="以外部名单文件核对检查对象 / compare entities with the file of an outside list",
)
def open_from_file(  # noqa: PLR0913 - each parameter of the request is one
    *,
    parts: PartsNow,
    person: PersonNow,
    response: Response,
    file: Annotated[UploadFile, File(description="名单文件（xlsx、xls、csv）/ the list")],
    id_: Annotated[Word, Form(alias="id", description="核对编号 / id of the comparison")],
    source: Annotated[Word, Form(description="名单出自何处 / whose list it is")],
    kind: Annotated[
        list[Word] | None, Form(description="名单所含类型，可多个 / kinds that it covers, or all")
    ] = None,
    key: IdempotencyKey = None,
) -> ActAnswer | JSONResponse:
    """As the act `reconciliation.open`, with ids and names read from the file as an import of entities reads them.

    Nothing is recorded where a row is bad (`import-rows-bad`): a row that cannot be read would look like somebody who is gone.
    """
    data, name = file.file.read(), file_name(file.filename)
    read = load("entities", data, name)
    if stops(read.problems):
        detail = "名单中有错误的行，未作核对，见 problems / some rows are wrong, nothing was compared: see problems"
        rows = [asdict(one) for one in read.problems[:MAX_PROBLEMS]]
        return problems.problem("import-rows-bad", detail, problems=rows)
    command = OpenReconciliation(
        id=id_,
        registry="entity",
        kinds=tuple(kind or ()),
        source=source,
        document=sha256(data).hexdigest(),
        listed=tuple(
            Listed(id=record.id, name=record.name)
            for record in read.records
            if isinstance(record, EntityRecord)
        ),
    )
    receipt = give(parts.writer, parts.keys, person, [command], key)
    response.headers[POSITION_HEADER] = str(receipt.size)
    return act_answer(receipt)
