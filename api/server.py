"""The service on a port."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
import uvicorn

from api.app import create_app
from api.parts import open_parts

if TYPE_CHECKING:
    from fastapi import FastAPI

    from api.settings import Settings


def configuration(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """How the service listens. Its access log is our own, without addresses and personal data."""
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
    )


def serve(settings: Settings) -> None:
    """Serve in this process until stopped, with one line of JSON on standard output for each request."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )
    with open_parts(
        settings
    ) as parts:  # first, so that a refusal is one line and not a server's traceback
        uvicorn.Server(configuration(create_app(parts), settings)).run()
