"""The HTTP service put together: what answers, and the threads that keep its tables and checkpoints up with the ledger."""

from __future__ import annotations

from contextlib import asynccontextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import structlog
from fastapi import FastAPI

from api import (
    batch_routes,
    beacon_routes,
    campaign_routes,
    document_routes,
    export_routes,
    health_routes,
    import_routes,
    list_routes,
    notice_routes,
    page_routes,
    planning_routes,
    problems,
    public_draw_routes,
    public_routes,
    receipt_routes,
    reconciliation_routes,
    registry_routes,
    sessions,
    signing_routes,
    statistics_routes,
    subject_routes,
    visit_routes,
    work_routes,
)
from api.acts import acts_router
from api.answers import Problem
from api.door import Door
from ledger.escalator import Escalator
from ledger.publisher import Publisher
from ledger.submitter import Submitter

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.types import Lifespan

    from api.parts import Parts

logger = structlog.get_logger("mingqian.threads")
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
        batch_routes.tried,
        import_routes.router,
        reconciliation_routes.router,
        export_routes.router,
        batch_routes.router,
        list_routes.router,
        registry_routes.router,
        subject_routes.router,
        signing_routes.router,
        campaign_routes.router,
        visit_routes.router,
        planning_routes.router,
        document_routes.router,
        notice_routes.router,
        work_routes.router,
        statistics_routes.router,
        receipt_routes.router,
        public_routes.router,
        list_routes.public,
        planning_routes.public,
        statistics_routes.public,
        public_draw_routes.router,
        document_routes.public,
        page_routes.router,
        health_routes.router,
    ):
        app.router.routes.extend(router.routes)  # included, each would be built anew for every app
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
    """The threads behind the requests: tables, checkpoints, and one for each witness, so that none waits for another.

    A lost database only makes them wait.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._stop = Event()
        settings, ledger, writer = parts.settings, parts.ledger, parts.writer
        publisher = Publisher(
            ledger,
            writer,
            seconds=settings.checkpoint_seconds,
            commits=settings.checkpoint_commits,
        )
        policy = ledger.cosignatures.policy
        witnesses = policy.witnesses if policy else ()
        self._threads = [
            Thread(target=self._keep, args=each, name=each[0], daemon=True)
            for each in (
                ("projector", lambda stop: parts.projector.run(stop, ledger.wait)),
                ("publisher", publisher.run),
                ("escalator", Escalator(writer).run),
                *((f"timestamper-{one.authority}", one.run) for one in parts.timestampers),
                *(
                    (f"submitter-{one.name}", Submitter(ledger, writer, one).run)
                    for one in witnesses
                    if one.url is not None
                ),
            )
        ]

    def __enter__(self) -> None:
        self._parts.projector.catch_up()
        for thread in self._threads:
            thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _keep(self, name: str, run: Callable[[Event], None]) -> None:
        while not self._stop.is_set():
            try:
                run(self._stop)
            except Exception as error:  # noqa: BLE001 - readers see the lag at /readyz; the log says why
                state, code = getattr(error, "sqlstate", None), getattr(error, "code", None)
                event = f"{name}-stopped"
                logger.warning(event, error=type(error).__name__, sqlstate=state, code=code)
                self._stop.wait(RETRY_SECONDS)
