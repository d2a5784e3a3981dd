"""The service on a port."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
import uvicorn

from api.app import create_app

if TYPE_CHECKING:
    from api.settings import Settings


def serve(settings: Settings) -> None:
    """Serve until stopped. One process; its access log is our own, without addresses and personal data."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        access_log=False,
        server_header=False,
        h11_max_incomplete_event_size=64 * 1024,
    )
