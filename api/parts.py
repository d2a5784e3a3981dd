"""The parts that a running service is made of, opened together and closed together."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

import structlog

from api.acting import Person
from api.erasure import forget_accounts
from api.settings import Settings
from api.tokens import Tokens
from domain import plan_standards
from domain.errors import DomainError
from domain.organisation import AddDepartment, AddStaff, IssuePassword, Staff
from ledger import accounts as accounts_table
from ledger import keys as key_files
from ledger import schema as ledger_tables
from ledger.accounts import Accounts
from ledger.clock import FileClock, SystemClock
from ledger.database import complete_dsn
from ledger.embedded import embedded_server
from ledger.evidence import EvidenceFolder
from ledger.keys import Keys
from ledger.policy import Policy
from ledger.prover import HeldKeys
from ledger.prover_socket import RemoteProver
from ledger.rights import require_safe
from ledger.roles import let_read, let_serve, role_of
from ledger.snapshot import Reader as LeafReader
from ledger.store import SYSTEM, Ledger
from ledger.timestamper import Timestamper
from ledger.timestamps import read_certificates
from ledger.vrf_folder import VrfFolder, make_passphrase
from ledger.writer import Writer
from projections import schema as projected_tables
from projections.reading import Reader
from projections.runner import Projector

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from domain.facts import Command
    from ledger.clock import Clock
    from ledger.prover import Prover

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
    timestampers: tuple[Timestamper, ...]
    evidence: EvidenceFolder


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


def owner_dsn_of(settings: Settings) -> str:
    """The database as its owner, who makes tables and roles; in development that may be the way of the service.

    Raises "database-url-missing".
    """
    detail = (
        "请设置 MINGQIAN_OWNER_DATABASE_URL / production makes its tables as a role of their own"
    )
    address = settings.owner_database_url, settings.owner_database_password_file
    return _other_dsn(settings, *address, detail)


def prover_dsn_of(settings: Settings) -> str:
    """The database as the draw process reaches it; in development that may be the way of the service.

    Raises "database-url-missing".
    """
    detail = (
        "生产模式须设置 MINGQIAN_PROVER_DATABASE_URL / production needs a reading role of its own"
    )
    address = settings.prover_database_url, settings.prover_database_password_file
    return _other_dsn(settings, *address, detail)


def _other_dsn(settings: Settings, url: str | None, password: Path | None, missing: str) -> str:
    if url is not None:
        return complete_dsn(url, password)
    if settings.mode == "production":
        raise DomainError("database-url-missing", missing)
    return dsn_of(settings)


def vrf_folder_of(settings: Settings) -> VrfFolder:
    """The keys that prove draws, for their holder; raises "key-missing" where production names no passphrase file."""
    if settings.vrf_passphrase_file is None and settings.mode == "production":
        detail = "生产模式须设置 MINGQIAN_VRF_PASSPHRASE_FILE / production names the file of the passphrase"
        raise DomainError("key-missing", detail)
    return VrfFolder(settings.vrf_keys, _passphrase_file(settings))


def new_vrf_key(settings: Settings) -> bytes:
    """Make a key that proves draws and give its public half; in development, with a passphrase where there is none."""
    folder = vrf_folder_of(settings)
    if settings.vrf_passphrase_file is None and not _passphrase_file(settings).exists():
        make_passphrase(_passphrase_file(settings))
    return folder.new()


def _passphrase_file(settings: Settings) -> Path:
    return settings.vrf_passphrase_file or settings.keys / "vrf.passphrase"


def prover_of(settings: Settings) -> Prover:
    """Who proves draws: the draw process, or in development this one.

    Raises "prover-missing", or "prover-not-apart" where production could read what only the draw process may.
    """
    if settings.prover_socket is None:
        if settings.mode == "production":
            detail = "生产模式须设置 MINGQIAN_PROVER_SOCKET / production needs a draw process"
            raise DomainError("prover-missing", detail)
        return HeldKeys(vrf_folder_of(settings))
    if settings.mode == "production":
        require_unreadable(settings.vrf_keys, settings.vrf_passphrase_file)
    return RemoteProver(settings.prover_socket)


def require_unreadable(*paths: Path | None) -> None:
    """Refuse to run where this process could read secrets of the other one ("prover-not-apart")."""
    for path in paths:
        if path is not None and key_files.is_readable(path):
            detail = f"{path}: 本进程不应能读取，请改属主或移走 / must be out of this process's reach: change owner or place"
            raise DomainError("prover-not-apart", detail)


def make_tables(settings: Settings) -> None:
    """Make the tables that are missing and the roles that use them, as the owner. Running it again changes nothing."""
    owner, service = owner_dsn_of(settings), dsn_of(settings)
    for tables in (ledger_tables, accounts_table):
        tables.migrate(owner)
    projected_tables.make_schemas(owner)
    if owner != service and role_of(owner) != role_of(service):
        let_serve(owner, service, (projected_tables.LIVE, projected_tables.REBUILD))
    if settings.prover_database_url is not None:
        let_read(owner, prover_dsn_of(settings))
    projected_tables.migrate(service)


def initialise(settings: Settings) -> None:
    """Make what a first start needs and is not there yet: tables, keys, leaf 0. Running it again changes nothing."""
    dsn, prover = dsn_of(settings), prover_of(settings)
    make_tables(settings)
    if LeafReader(dsn).read(0, 1):
        return  # a ledger that has lost its keys must not be given others
    vrf_key = _first_vrf_key(settings, prover)
    if not any(settings.keys.glob("*.key")):
        key_files.generate(settings.keys, settings.subject_keys)
        logger.warning("keys-generated", directory=str(settings.keys), mode=settings.mode)
    keys, clock = key_files.load(settings.keys, settings.subject_keys), clock_of(settings)
    Ledger.create(
        dsn, keys, vrf_key, origin=settings.origin, mode=settings.mode, clock=clock
    ).close()


def timestampers_of(settings: Settings, ledger: Ledger) -> tuple[Timestamper, ...]:
    """Who asks for time-stamps, one for each authority; raises DomainError("certificates-unreadable")."""
    trusted = settings.timestamp_certificates_file
    certificates = read_certificates(trusted) if trusted else ()
    return tuple(Timestamper(ledger, url, certificates) for url in settings.timestamp_url)


def evidence_of(settings: Settings) -> EvidenceFolder:
    """Where evidence files are kept."""
    return EvidenceFolder(settings.evidence, settings.evidence_max_bytes)


def policy_of(settings: Settings) -> Policy | None:
    """Which checkpoints count, where a file says it; raises DomainError: "policy-unreadable", "policy-malformed"."""
    return Policy.read(settings.witness_policy_file) if settings.witness_policy_file else None


def _first_vrf_key(settings: Settings, prover: Prover) -> bytes:
    """The one key that the holder has; development makes one, production has its holder make it on purpose."""
    held = prover.public_keys()
    if not held and settings.mode == "development" and settings.prover_socket is None:
        held = (new_vrf_key(settings),)
    if not held:
        detail = "请先运行 mingqian vrf-key new / make one first"
        raise DomainError("vrf-key-missing", detail)
    if len(held) > 1:
        names = ", ".join(one.hex() for one in held)
        detail = f"开立账本时只应有一个 / there must be one when a ledger is opened: {names}"
        raise DomainError("vrf-key-ambiguous", detail)
    return held[0]


@contextmanager
def open_parts(settings: Settings) -> Iterator[Parts]:
    """Open everything. In development what is missing is made; production starts on what `initialise` made before.

    Raises DomainError: "key-missing", "ledger-missing", "keys-do-not-match", "ledger-of-development", "prover-missing",
    "prover-not-apart", what `ledger.rights.require_safe` refuses, and others.
    """
    if settings.mode == "development":
        logger.warning("开发模式，不得用于正式业务 / development mode: not for real inspections")
        initialise(settings)
    dsn, keys = dsn_of(settings), key_files.load(settings.keys, settings.subject_keys)
    if settings.mode == "production":
        require_safe(dsn)
    with ExitStack() as stack:
        ledger = stack.enter_context(Ledger(dsn, keys, policy_of(settings)))
        if settings.mode == "production" and ledger.genesis.mode != "production":
            detail = "开发账本不得用于生产 / a ledger made in development is not run in production"
            raise DomainError("ledger-of-development", detail)
        prover = prover_of(settings)
        accounts = stack.enter_context(Accounts(dsn))
        projector = stack.enter_context(Projector(dsn, ledger))
        reader = stack.enter_context(Reader(dsn))
        writer = Writer(ledger, clock_of(settings), prover)
        # A process may have died between a commitment and its checkpoint; its sources wait for that.
        writer.cover_draws()
        # Or between an erasure and what follows from it.
        keys.subjects.require_fit()
        writer.forget_erased()
        forget_accounts(writer, accounts)
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
            timestampers=timestampers_of(settings, ledger),
            evidence=evidence_of(settings),
        )


def enter_first_administrator(parts: Parts, department: AddDepartment, staff: AddStaff) -> str:
    """Record the first department and administrator, as the program itself, and give their one-time password.

    Raises "administrator-exists" once anybody can administer: from then on people do it, on the record.
    """
    everybody = parts.writer.history().all(Staff)
    if any("administrator" in one.roles and one.active for one in everybody):
        detail = "已有系统管理员 / there is an administrator already"
        raise DomainError("administrator-exists", detail)
    commands: tuple[Command, ...] = (
        department,
        plan_standards.DEFAULT,
        staff,
        IssuePassword(id=staff.id),
    )
    parts.writer.execute(commands, actor=SYSTEM, command_id=str(uuid4()))
    return parts.accounts.issue(staff.id)


def issue_password(parts: Parts, staff: str) -> str:
    """A one-time password for a person, given by whoever runs the program; recorded first, as the program's own act.

    Raises "unknown-staff".
    """
    parts.writer.execute([IssuePassword(id=staff)], actor=SYSTEM, command_id=str(uuid4()))
    return parts.accounts.issue(staff)


def person_of(parts: Parts, staff: str) -> Person:
    """Somebody in whose name a command line acts; raises "unknown-staff"."""
    known = parts.writer.history().get(Staff, staff)
    if known is None or not known.active:
        raise DomainError(
            "unknown-staff", f"人员 {staff} 不存在或已停用 / no active staff of this id"
        )
    return Person(id=known.id, department=known.department, roles=known.roles, one_time=False)
