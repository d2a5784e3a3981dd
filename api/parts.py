"""The parts that a running service is made of, opened together and closed together."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

import structlog

from api.settings import Settings
from api.tokens import Tokens
from domain.errors import DomainError
from domain.organisation import AddDepartment, AddStaff, IssuePassword, Staff
from ledger import accounts as accounts_table
from ledger import keys as key_files
from ledger import schema as ledger_tables
from ledger.accounts import Accounts
from ledger.clock import FileClock, SystemClock
from ledger.database import complete_dsn
from ledger.embedded import embedded_server
from ledger.keys import Keys
from ledger.prover import HeldKeys
from ledger.snapshot import Reader as LeafReader
from ledger.store import SYSTEM, Ledger
from ledger.writer import Writer
from projections import schema as projected_tables
from projections.reading import Reader
from projections.runner import Projector

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.facts import Command
    from ledger.clock import Clock

logger = structlog.get_logger("mingqian.start")


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What requests are answered with."""

    settings: Settings
    dsn: str
    keys: Keys
    ledger: Ledger
    writer: Writer
    accounts: Accounts
    tokens: Tokens
    projector: Projector
    reader: Reader


def clock_of(settings: Settings) -> Clock:
    """The machine's clock, or in development that of a file."""
    return FileClock(settings.clock_file) if settings.clock_file else SystemClock()


def dsn_of(settings: Settings) -> str:
    """The database that the settings name, or in development the embedded one under `home`, started.

    Raises "database-url-missing": the embedded server lets in whoever can reach its socket.
    """
    if settings.database_url is None:
        if settings.mode == "production":
            detail = "生产模式须设置 MINGQIAN_DATABASE_URL / production needs a database of its own"
            raise DomainError("database-url-missing", detail)
        return embedded_server(settings.home / "postgres")
    return complete_dsn(settings.database_url, settings.database_password_file)


def initialise(settings: Settings) -> None:
    """Make what a first start needs and is not there yet: tables, keys, leaf 0. Running it again changes nothing."""
    dsn = dsn_of(settings)
    for tables in (ledger_tables, projected_tables, accounts_table):
        tables.migrate(dsn)
    if LeafReader(dsn).read(0, 1):
        return  # a ledger that has lost its keys must not be given others
    if not any(settings.keys.glob("*.key")):
        key_files.generate(settings.keys)
        logger.warning("keys-generated", directory=str(settings.keys), mode=settings.mode)
    keys, clock = key_files.load(settings.keys), clock_of(settings)
    Ledger.create(dsn, keys, origin=settings.origin, mode=settings.mode, clock=clock).close()


@contextmanager
def open_parts(settings: Settings) -> Iterator[Parts]:
    """Open everything. In development what is missing is made; production starts on what `initialise` made before.

    Raises DomainError: "key-missing", "ledger-missing", "keys-do-not-match", "ledger-of-development" and others.
    """
    if settings.mode == "development":
        logger.warning("开发模式，不得用于正式业务 / development mode: not for real inspections")
        initialise(settings)
    dsn, keys = dsn_of(settings), key_files.load(settings.keys)
    with ExitStack() as stack:
        ledger = stack.enter_context(Ledger(dsn, keys))
        if settings.mode == "production" and ledger.genesis.mode != "production":
            detail = "开发账本不得用于生产 / a ledger made in development is not run in production"
            raise DomainError("ledger-of-development", detail)
        accounts = stack.enter_context(Accounts(dsn))
        projector = stack.enter_context(Projector(dsn, ledger))
        reader = stack.enter_context(Reader(dsn))
        writer = Writer(ledger, clock_of(settings), HeldKeys({keys.vrf_public: keys.vrf}))
        # A process may have died between a commitment and its checkpoint; its sources wait for that.
        writer.cover_draws()
        yield Parts(
            settings=settings,
            dsn=dsn,
            keys=keys,
            ledger=ledger,
            writer=writer,
            accounts=accounts,
            tokens=Tokens(keys.token, settings.token_lifetime_seconds),
            projector=projector,
            reader=reader,
        )


def enter_first_administrator(parts: Parts, department: AddDepartment, staff: AddStaff) -> str:
    """Record the first department and administrator, as the program itself, and give their one-time password.

    Raises "administrator-exists" once anybody can administer: from then on people do it, on the record.
    """
    everybody = parts.writer.history().all(Staff)
    if any("administrator" in one.roles and one.active for one in everybody):
        detail = "已有系统管理员 / there is an administrator already"
        raise DomainError("administrator-exists", detail)
    commands: tuple[Command, ...] = (department, staff, IssuePassword(id=staff.id))
    parts.writer.execute(commands, actor=SYSTEM, command_id=str(uuid4()))
    return parts.accounts.issue(staff.id)


def issue_password(parts: Parts, staff: str) -> str:
    """A one-time password for a person, given by whoever runs the program; recorded first, as the program's own act.

    Raises "unknown-staff".
    """
    parts.writer.execute([IssuePassword(id=staff)], actor=SYSTEM, command_id=str(uuid4()))
    return parts.accounts.issue(staff)
