"""`mingqian vrf-key …`: the keys that prove draws. Their holder makes them, an administrator puts them on the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from api.acting import give
from api.parts import new_vrf_key, open_parts, person_of, vrf_folder_of
from api.settings import read_settings
from domain.genesis import Genesis
from domain.plan import Plan
from domain.vrf_keys import EnrolVrfKey, RevokeVrfKey, VrfKey, enrolment_alpha, serving_key
from ledger import vrf

if TYPE_CHECKING:
    from domain.history import History
    from domain.vrf_keys import VrfKeyCommand

PublicKey = Annotated[
    str, typer.Argument(metavar="PUBLIC", help="公钥 / public key, 64 hex digits")
]
StaffId = Annotated[str, typer.Option("--as", help="系统管理员编号 / id of the administrator")]
app = typer.Typer(help="抽取密钥 / the keys that prove draws", no_args_is_help=True)


@app.command("new")
def new() -> None:
    """由抽取进程的用户运行：生成加密的密钥文件，打印公钥和登记证明 / as the draw process's user: make a key, print what to enrol."""
    settings = read_settings()
    public_key = new_vrf_key(settings)
    secret = vrf_folder_of(settings)[public_key]
    proof, _ = vrf.prove(secret, enrolment_alpha(settings.origin, public_key))
    typer.echo(f"{public_key.hex()} {proof.hex()}")
    _say(f"密钥已存入 {settings.vrf_keys}，请立即备份 / back the new file up at once")
    _say("账本开立之后，由管理员登记：mingqian vrf-key enrol 公钥 证明 --as 管理员编号")
    _say(
        f"once there is a ledger, an administrator enrols it; the ledger's name is {settings.origin}"
    )


@app.command("enrol")
def enrol(
    public_key: PublicKey,
    proof: Annotated[str, typer.Argument(help="登记证明 / proof, 160 hex digits")],
    staff: StaffId,
) -> None:
    """登记新密钥：此后公布的计划由它证明 / put a new key on the ledger: it serves the plans published from now on."""
    _give(staff, EnrolVrfKey(public_key=public_key, proof=proof))


@app.command("revoke")
def revoke(
    public_key: PublicKey,
    reason: Annotated[str, typer.Option(help="原因，公开 / why, in public")],
    staff: StaffId,
) -> None:
    """吊销密钥：此后不再以它固定名单 / say that no draw is committed under a key from now on."""
    _give(staff, RevokeVrfKey(public_key=public_key, reason=reason))


@app.command("list")
def list_() -> None:
    """列出账本上的密钥、状态和由其证明的年度计划 / the keys on the ledger, how they stand, and the plans they serve."""
    with open_parts(read_settings()) as parts:
        history = parts.writer.history()
    _say("公钥，登记的叶，状态，由其证明的计划 / public key, leaf, state, plans")
    for key in _keys(history):
        plans = [str(plan.year) for plan in history.all(Plan) if plan.vrf_key == key.public_key]
        columns = (key.public_key, str(key.leaf), _state(key, history), ",".join(plans) or "-")
        typer.echo("\t".join(columns))


def _give(staff: str, command: VrfKeyCommand) -> None:
    with open_parts(read_settings()) as parts:
        receipt = give(parts.writer, parts.keys, person_of(parts, staff), [command], None)
    typer.echo(f"已入账 / recorded; Ledger-Position {receipt.size}")


def _keys(history: History) -> list[VrfKey]:
    """The key of leaf 0, which has no state of its own until it is revoked, and those that were enrolled."""
    genesis = history.get(Genesis, "")
    first = genesis.opened.vrf_key if genesis else ""
    known = {key.public_key: key for key in history.all(VrfKey)}
    revoked = first in known
    others = [key for key in known.values() if key.public_key != first]
    return [
        VrfKey(public_key=first, leaf=0, revoked=revoked),
        *sorted(others, key=lambda key: key.leaf),
    ]


def _state(key: VrfKey, history: History) -> str:
    if key.revoked:
        return "revoked"
    return "serves" if key.public_key == serving_key(history) else "enrolled"


def _say(text: str) -> None:
    """Tell people something, on standard error: standard output is for what is handed on."""
    typer.echo(text, err=True)
