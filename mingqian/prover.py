"""`mingqian prover`: the draw process, which alone reads the keys that prove draws. Run it as a system user of its own."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

import structlog

from api.parts import prover_dsn_of, require_unreadable, vrf_folder_of
from api.settings import read_settings
from domain.errors import DomainError
from ledger import keys as key_files
from ledger.key_holder import KeyHolder
from ledger.prover import HeldKeys
from ledger.prover_socket import listening

if TYPE_CHECKING:
    from types import FrameType

    from api.settings import Settings

logger = structlog.get_logger("mingqian.prover")


def prover() -> None:
    """启动抽取进程，只由它读取抽取密钥 / run the draw process, which alone reads the keys that prove draws."""
    settings = read_settings()
    if settings.prover_socket is None:
        detail = "须设置 MINGQIAN_PROVER_SOCKET / say where to listen"
        raise DomainError("prover-missing", detail)
    _log_as_json()
    holder = open_holder(settings)
    signal.signal(signal.SIGTERM, _end)
    with listening(settings.prover_socket, holder) as server:
        keys = [one.hex() for one in holder.public_keys()]
        logger.info("prover-ready", socket=str(settings.prover_socket), keys=keys)
        server.serve_forever()


def open_holder(settings: Settings) -> KeyHolder:
    """Read every key once, so that a wrong passphrase is known now, and the ledger, unless that is not there yet.

    Raises DomainError: "vrf-key-missing" where there is no key, "vrf-key-unreadable", "key-missing",
    "key-file-permissions", "key-malformed", "database-url-missing", "prover-not-apart".
    """
    production = settings.mode == "production"
    if production:
        require_unreadable(*key_files.paths(settings.keys))
    folder = vrf_folder_of(settings)
    if not folder:
        detail = f"{settings.vrf_keys}: 请先运行 mingqian vrf-key new / make a key first"
        raise DomainError("vrf-key-missing", detail)
    for public_key in folder:
        folder[public_key]
    holder = KeyHolder(HeldKeys(folder), prover_dsn_of(settings), reads_only=production)
    try:
        holder.catch_up()
    except DomainError as refusal:
        if refusal.code != "prover-unavailable":  # before the first start there is no ledger
            raise
        logger.warning("ledger-not-read", code=refusal.code, detail=refusal.detail)
    return holder


def _log_as_json() -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )


def _end(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)
