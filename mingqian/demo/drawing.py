"""A draw as its people hold it: operator, two witnesses with numbers of their own, and the public that watches."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from domain.lottery.entropy import witness_commit
from mingqian.demo.people import APPROVER, OPERATOR, WITNESSES

if TYPE_CHECKING:
    from domain.draw_commands import Stage as DrawStage
    from mingqian.demo.year import Stage

NONCE_BYTES = 32


def draw(stage: Stage, task: str, of: DrawStage, *, serial: int, disclose: bool = True) -> str:
    """Hold one draw and answer its id."""
    desk, clock = stage.desk, stage.clock
    draw_id = f"{task}.{of}.{serial}"
    desk.act(
        OPERATOR, "draw.prepare", draw_id=draw_id, task=task, stage=of, witnesses=list(WITNESSES)
    )
    nonces = {who: secrets.token_bytes(NONCE_BYTES) for who in WITNESSES}
    for who, nonce in nonces.items():
        clock.pass_time(minutes=1)
        desk.act(who, "draw.witness", draw_id=draw_id, commit=witness_commit(nonce).hex())
    clock.pass_time(minutes=1)
    desk.act(OPERATOR, "draw.commit", draw_id=draw_id)
    for who, nonce in nonces.items():
        clock.pass_time(minutes=1)
        desk.act(who, "draw.reveal", draw_id=draw_id, nonce=nonce.hex())
    if disclose:
        clock.pass_time(minutes=2)
        desk.act(OPERATOR, "draw.disclose", draw_id=draw_id)
    return draw_id


def void(stage: Stage, draw_id: str) -> None:
    """Void a draw that was computed: two people, one reason, and everything stays in sight."""
    stage.clock.pass_time(minutes=15)
    reason = "抽取现场录像中断，见证过程不完整，申请作废后重新抽取（示例）"
    stage.desk.act(OPERATOR, "draw.request-void", draw_id=draw_id, reason=reason)
    stage.clock.pass_time(minutes=50)
    stage.desk.act(APPROVER, "draw.approve-void", draw_id=draw_id)
