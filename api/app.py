"""The HTTP service put together: what answers, and the thread that keeps its tables up with the ledger."""

from __future__ import annotations

from contextlib import asynccontextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import structlog
from fastapi import FastAPI

from api import (
    beacon_routes,
    campaign_routes,
    health_routes,
    import_routes,
    notice_routes,
    page_routes,
    problems,
    public_draw_routes,
    public_routes,
    registry_routes,
    sessions,
    subject_routes,
)
from api.acts import acts_router
from api.answers import Problem
from api.door import Door

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import Lifespan

    from api.parts import Parts

logger = structlog.get_logger("mingqian.projector")
RETRY_SECONDS = 2.0


def create_app(parts: Parts) -> FastAPI:
    """The service on opened parts, which are at `app.state.parts`; while it runs, the tables keep up with the ledger."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        with _Keeping(parts):
            yield

    app = routed_app(lifespan)
    app.state.parts = parts
    return app


def routed_app(lifespan: Lifespan[FastAPI] | None = None) -> FastAPI:
    """The routes and their OpenAPI description, with nothing behind them yet."""
    app = FastAPI(
        title="明签 Mingqian",
        summary="双随机、一公开：可验证的随机抽查 / random inspections that anybody can check",
        version="1",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.add_middleware(Door)
    problems.install(app)
    for router in (
        sessions.router,
        acts_router(),
        beacon_routes.router,
        import_routes.router,
        registry_routes.router,
        subject_routes.router,
        campaign_routes.router,
        notice_routes.router,
        public_routes.router,
        public_draw_routes.router,
        page_routes.router,
        health_routes.router,
    ):
        app.include_router(router)
    _declare_problem(app)
    return app


def _declare_problem(app: FastAPI) -> None:
    """Put the shape of a problem beside the schemas that FastAPI finds by itself."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        definition = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        for name, schema in definition.pop("$defs", {}).items():
            schemas.setdefault(name, schema)
        schemas.setdefault("Problem", definition)
        return document

    app.openapi = openapi  # type: ignore[method-assign]


class _Keeping:
    """The thread that keeps the tables up with the ledger; a lost database only makes it wait."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._stop = Event()
        self._thread = Thread(target=self._run, name="projector", daemon=True)

    def __enter__(self) -> None:
        self._parts.projector.catch_up()
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._parts.projector.run(self._stop, self._parts.ledger.wait)
            except Exception as error:  # noqa: BLE001 - readers see the lag at /readyz; the log says why
                state = getattr(error, "sqlstate", None)
                logger.warning("projector-stopped", error=type(error).__name__, sqlstate=state)
                self._stop.wait(RETRY_SECONDS)
