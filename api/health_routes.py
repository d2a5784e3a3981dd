"""For those who keep the service running: is it alive, and is it ready."""

from typing import Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field

from api.access import PartsNow
from api.answers import Answer, refusals

router = APIRouter(tags=["运维 / operations"], responses=refusals())


class Alive(Answer):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Ready(Answer):
    """是否就绪 / whether requests can be answered."""

    ready: bool
    ledger: int = Field(ge=0, description="账本条数 / leaves in the ledger")
    tables: int = Field(ge=0, description="查询数据已含条数 / leaves that the tables tell")
    lag: int = Field(ge=0, description="尚差条数 / how many are between")


NOT_READY = refusals()
NOT_READY[503] |= {"model": Ready}


@router.get("/healthz", summary="存活 / alive")
def healthz() -> Alive:
    """The process answers."""
    return Alive()


@router.get("/readyz", summary="就绪 / ready", response_model=Ready, responses=NOT_READY)
def readyz(parts: PartsNow) -> JSONResponse:
    """200 while the database answers and the tables keep up, else 503."""
    tables, ledger = parts.projector.position(), parts.ledger.size()
    lag = max(0, ledger - tables)
    ready = Ready(
        ready=lag <= parts.settings.ready_lag_leaves, ledger=ledger, tables=tables, lag=lag
    )
    return JSONResponse(ready.model_dump(), status_code=200 if ready.ready else 503)
