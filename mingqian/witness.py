"""`mingqian witness …`: for a witness with a computer of their own, which holds the number and does not trust the county.

The number never leaves the file but on the paper form that its owner asks for, and when the draw is opened; what is
handed in before is its hash.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from api.text import clean_line
from domain.errors import DomainError
from domain.lottery import assignment_input
from domain.lottery.assignment_bundle import AssignmentCommitment, assignment_commitment_from_json
from domain.lottery.commitment import Commitment, commitment_from_json
from domain.lottery.entropy import Witness, witness_commit
from domain.lottery.shapes import Shape
from ledger.note import Checkpoint, Note, VerifierKey, open_checkpoint
from mingqian import files, ledger_witness, paper, signing
from mingqian.remote import Remote, take, visiting
from mingqian.session import KeyFile, PassphraseFile, PasswordFile, StaffId, Url, log_in, say
from mingqian.terminal import printable

SIZE = 32
_NUMBER = Shape("witness-number-invalid")
_COMMIT = Shape("source-invalid")
_UNSENT = "随机数未发送 / the number was not sent"

NumberFile = Annotated[Path, typer.Argument(metavar="FILE", help="随机数文件 / file of the number")]
DrawId = Annotated[str, typer.Argument(help="抽取编号 / id of the draw")]
Whose = Annotated[
    str | None,
    typer.Option(help="见证单所属的见证人编号 / staff id of the witness whose form it is"),
]
app = typer.Typer(
    help="抽取见证人（new、form、read、hand-in、open）与账本见证人（key、serve、heads）"
    " / witnesses of draws, and of the ledger",
    no_args_is_help=True,
)
app.command("key")(ledger_witness.key)
app.command("serve")(ledger_witness.serve)
app.command("heads")(ledger_witness.heads)


@app.command("new")
def new(file: NumberFile) -> None:
    """产生随机数，存入新文件，打印应提交的承诺值 / make a number in a new file, print the hash to hand in."""
    number = os.urandom(SIZE)
    files.write_new(file, number.hex() + "\n")
    say(f"随机数已存入 {file}，公开之前勿给任何人看；一个随机数只用于一次抽取")
    say("the number is in that file: show it to nobody before it is opened; one number, one draw")
    typer.echo(witness_commit(number).hex())


def _line(text: str) -> str:
    if not text:
        raise typer.BadParameter("不得为空 / must not be empty")
    try:
        return clean_line(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


@app.command("form")
def form(
    file: NumberFile,
    draw: Annotated[str, typer.Option(help="抽取编号 / id of the draw", callback=_line)],
    who: Annotated[str, typer.Option(help="见证人 / name of the witness", callback=_line)],
    out: Annotated[Path, typer.Option(help="写到何处（HTML） / where to write it")],
) -> None:
    """写出供打印的纸质见证单（A4 一页），交给没有电脑的见证人 / write the one-page form of a witness without a computer."""
    files.write_new(out, paper.form(draw_id=draw, who=who, nonce=read_number(file)))
    say(f"打印 {out} 一份，核对后立即删除 {out} 和 {file}")
    say("print it once, look at it, then delete both files: they hold the number")


@app.command("read")
def read(
    half: Annotated[paper.Half, typer.Argument(help="上联或下联 / which half of the form")],
) -> None:
    """录入见证单的一联；哪一行有误，就重录哪一行 / type a half of the form: a slip is found in its line, and only that one asked again."""
    say("逐行录入五组，末组为校验组 / type the five groups of each line; the last is its check")
    octets = bytes.fromhex("".join([_ask(label) for label in paper.LABELS[half]]))
    if half == "lower":
        say(f"其承诺值 / its hash: {witness_commit(octets).hex()}")
    typer.echo(octets.hex())


def _ask(label: str) -> str:
    """Ask for a line until it is right; at the end of the input, its first slip is the refusal."""
    slip: DomainError | None = None
    while True:
        typer.echo(f"{label}: ", nl=False, err=True)
        typed = sys.stdin.readline()
        if not typed:
            missing = DomainError("form-line-wrong", f"{label}: 未录入 / not entered")
            raise slip or missing
        try:
            return paper.digits_of(label, typed)
        except DomainError as wrong:
            say(wrong.detail)
            slip = slip or wrong


@app.command("hand-in")
def hand_in(  # noqa: PLR0913 - each is an argument or option of the command
    draw_id: DrawId,
    file: Annotated[
        Path | None,
        typer.Argument(help="随机数文件，只提交其承诺值 / only the hash of its number is sent"),
    ] = None,
    *,
    url: Url,
    staff: StaffId,
    commit: Annotated[
        str | None,
        typer.Option(metavar="HEX", help="见证单上联的承诺值 / the hash, from a form's upper half"),
    ] = None,
    who: Whose = None,
    password_file: PasswordFile = None,
    key_file: KeyFile = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """固定名单之前提交承诺值：本人的，或两人各自录入见证单的 / hand in the hash before the list is fixed: one's own, or a form's."""
    if file is not None and commit is None and who is None:
        act, given = "draw.witness", witness_commit(read_number(file)).hex()
        fields = {"draw_id": draw_id, "commit": given}
    elif file is None and commit is not None and who is not None:
        act, given = "draw.enter-paper", _COMMIT.octets(commit, "--commit", SIZE).hex()
        fields = {"draw_id": draw_id, "commit": given, "who": who}
    else:
        detail = "写明 FILE，或同时写明 --commit 和 --who / give FILE, or --commit and --who"
        raise typer.BadParameter(detail)
    own = signing.key_of(key_file, passphrase_file)
    with visiting(url) as service:
        log_in(service, staff, password_file)
        try:
            answer = signing.act(
                service,
                staff,
                act,
                fields,
                idempotency_key=f"{act} {given}",
                key=own,
            )
        except DomainError as refusal:
            if refusal.code != "command-id-reused":
                raise
            detail = (
                "这个随机数已用于另一次抽取，请另取一个 / made for another draw: take a new one"
            )
            raise DomainError("witness-number-used", detail) from None
    say(f"已提交 / handed in; Ledger-Position {take(answer, 'position', int)}")
    if who is not None:
        say("须由另一人再录入一次 / it counts once a second person has typed the same")
    typer.echo(given)


@app.command("open")
def open_(  # noqa: PLR0913 - each is an argument or option of the command
    draw_id: DrawId,
    file: NumberFile,
    *,
    url: Url,
    staff: StaffId,
    who: Whose = None,
    password_file: PasswordFile = None,
    vkey: Annotated[
        str | None, typer.Option(help="另行取得的验证公钥 / the log's key, got elsewhere")
    ] = None,
    keep: Annotated[
        Path | None,
        typer.Option(help="把检查点存入新文件，供日后审计 / keep the checkpoint for an audit"),
    ] = None,
) -> None:
    """名单固定之后公开随机数；先自行核对公布的承诺，不符即不发送 / open the number, if the published commitment holds its hash."""
    number = read_number(file)
    commit = witness_commit(number).hex()
    with visiting(url) as service:
        draw = _published(service, draw_id)
        sealed = isinstance(draw, dict) and draw.get("sealed") is True
        if sealed:  # a substitute for a visit that is secret: its witnesses see the commitment, the public does not yet
            log_in(service, staff, password_file)
            draw = _committed(service, f"/draws/{quote(draw_id, safe='')}")
        commitment = _holding(draw, draw_id, Witness(who=who or staff, commit=commit))
        say(f"承诺 / commitment: {commitment.digest().hex()}")
        note = _covering(service, take(draw, "ledger_size", int), vkey)
        if keep is not None:
            files.write_new(keep, note)
        if not sealed:
            log_in(service, staff, password_file)
        act = "draw.reveal"
        answer = service.act(act, f"{act} {commit}", draw_id=draw_id, nonce=number.hex())
    typer.echo(f"已公开 / opened; Ledger-Position {take(answer, 'position', int)}")


def read_number(path: Path) -> bytes:
    """Read the 32 bytes of a witness; raises DomainError: "file-unreadable", "witness-number-invalid"."""
    return _NUMBER.octets(files.read_text(path).strip(), str(path), SIZE)


def _published(service: Remote, draw_id: str) -> object:
    """The draw as everybody sees it, once it is committed; a sealed one may be."""
    return _committed(service, f"/public/draws/{quote(draw_id, safe='')}", sealed=True)


def _committed(service: Remote, path: str, *, sealed: bool = False) -> object:
    try:
        draw = service.send("GET", path)
    except DomainError as refusal:
        if refusal.code != "unknown-draw":
            raise
        draw = {"commitment": None}
    if sealed and isinstance(draw, dict) and draw.get("sealed") is True:
        return draw
    if isinstance(draw, dict) and draw.get("commitment") is None:
        detail = f"没有此抽取，或名单尚未固定；{_UNSENT}: no such draw, or not committed yet"
        raise DomainError("draw-not-committed", detail)
    return draw


def _holding(draw: object, draw_id: str, source: Witness) -> Commitment | AssignmentCommitment:
    """The commitment, if it is of this draw and holds this witness with this hash, once."""
    value = take(draw, "commitment", dict)
    officers = value.get("alg") == assignment_input.ALG
    commitment = (assignment_commitment_from_json if officers else commitment_from_json)(value)
    named = [
        each
        for each in commitment.sources
        if isinstance(each, Witness) and (each.who == source.who or each.commit == source.commit)
    ]
    if commitment.draw_id != draw_id or named != [source]:
        detail = f"公布的承诺中没有您的承诺值；{_UNSENT}: the published commitment does not hold your hash"
        raise DomainError("witness-not-in-commitment", detail)
    return commitment


def _covering(service: Remote, leaf: int, vkey: str | None) -> str:
    """The newest checkpoint as it was published, if it covers the leaf of the commitment."""
    note = service.text("/checkpoint")
    if vkey is None:
        checkpoint = Checkpoint.parse(Note.parse(note).text)
        say("未给 --vkey，检查点签名未核验 / signature not checked: no --vkey was given")
    else:
        checkpoint = open_checkpoint(note, VerifierKey.parse(vkey))
    if checkpoint.size <= leaf:
        detail = f"检查点尚未覆盖承诺，请稍候；{_UNSENT}: no checkpoint covers the commitment yet"
        raise DomainError("not-checkpointed", detail)
    say(f"检查点 / checkpoint: {printable(str(checkpoint))}")
    return note
