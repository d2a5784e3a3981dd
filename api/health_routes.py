"""For those who keep the service running: is it alive, and is it ready."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.access import PartsNow
from api.answers import Answer, refusals

router = APIRouter(tags=["运维 / operations"], responses=refusals())


class Alive(Answer):
    """The process answers."""

    status: str = "ok"


class Ready(Answer):
    """Whether requests can be answered: leaves in the ledger, leaves in the tables, and how many are between."""

    ready: bool
    ledger: int
    tables: int
    lag: int


@router.get("/healthz", summary="存活 / alive")
def healthz() -> Alive:
    """The process answers."""
    return Alive()


@router.get("/readyz", summary="就绪 / ready", response_model=Ready)
def readyz(parts: PartsNow) -> JSONResponse:
    """200 while the database answers and the tables keep up, else 503."""
    tables, ledger = parts.projector.position(), parts.ledger.size()
    lag = max(0, ledger - tables)
    ready = Ready(
        ready=lag <= parts.settings.ready_lag_leaves, ledger=ledger, tables=tables, lag=lag
    )
    return JSONResponse(ready.model_dump(), status_code=200 if ready.ready else 503)
