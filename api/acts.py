"""Every act as an operation of its own, made from the one table of the domain, and many acts in one commit."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Annotated, Any, Union

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import PartsNow, PersonNow
from api.acting import Person, give
from api.answers import ACTING, POSITION_HEADER, ActAnswer, act_answer
from api.bodies import Body, body_of, tagged
from api.erasure import forget_accounts
from api.parts import Parts
from api.signatures import IdempotencyKey, Sent, SentWith, signatures_of
from api.words import ACT_NAMES, ROLE_NAMES
from domain.acts import ACTS, SYSTEM, Act
from domain.draw_commands import LookAtDraw
from domain.facts import Command
from domain.organisation import IssuePassword
from domain.review_log import OpenReview
from domain.visit_commands import AttachEvidence
from ledger.writer import ERASED

MAX_ACTS = 20_000
# Recorded by what they announce and by nothing else: POST /accounts/{staff}/password, the upload of a file, and the reads
# that show a list or a result.
BY_DOING = (IssuePassword, LookAtDraw, AttachEvidence, OpenReview)
OFFERED = tuple(act for act in ACTS if act.command not in BY_DOING and set(act.roles) - {SYSTEM})

AnyAct: Any = Annotated[
    Union[tuple(tagged(act.name, act.command) for act in OFFERED)],  # noqa: UP007 - made from the table
    Field(discriminator="act"),
]


class Batch(BaseModel):
    """多个操作，一次提交：全部记录或全部不记录 / several acts in one commit: all of them or none."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    acts: list[AnyAct] = Field(min_length=1, max_length=MAX_ACTS)


def record(
    parts: Parts, person: Person, commands: Sequence[Command], sent: Sent, response: Response
) -> ActAnswer:
    """Give the commands and answer with what was recorded."""
    receipt = give(
        parts.writer, parts.keys, person, commands, sent.key, signatures=signatures_of(sent)
    )
    if any(type_name == ERASED for *_, type_name in receipt.events):
        forget_accounts(parts.writer, parts.accounts)
    response.headers[POSITION_HEADER] = str(receipt.size)
    return act_answer(receipt)


def _operation(act: Act) -> Callable[..., ActAnswer]:
    def operate(
        body: Body, parts: PartsNow, person: PersonNow, response: Response, sent: SentWith
    ) -> ActAnswer:
        return record(parts, person, [body.to_domain()], sent, response)

    operate.__annotations__["body"] = body_of(act.command)
    return operate


def _batch(
    body: Batch, parts: PartsNow, person: PersonNow, response: Response, key: IdempotencyKey = None
) -> ActAnswer:
    sent = Sent(key=key, signatures=tuple(one.signature for one in body.acts))
    return record(parts, person, [one.to_domain() for one in body.acts], sent, response)


def _roles(act: Act) -> str:
    roles = [role for role in act.roles if role != SYSTEM]
    names = "、".join(ROLE_NAMES[role] for role in roles)
    signed = "\n\n启用强制签名后须本人签名 / signed by oneself, once signing is mandatory"
    doc = f"{act.command.__doc__}\n\n角色 / roles: {names} ({', '.join(roles)})"
    return doc + signed if act.signed else doc


@cache
def acts_router() -> APIRouter:
    """One `POST /acts/NAME` for each entry of the table that is offered, and `POST /batches`."""
    router = APIRouter(tags=["办理 / acts"], responses=ACTING)
    for act in OFFERED:
        english = (act.command.__doc__ or "").partition(".")[0]
        router.add_api_route(
            f"/acts/{act.name}",
            _operation(act),
            methods=["POST"],
            operation_id=act.name,
            summary=f"{ACT_NAMES[act.name]} / {english}",
            description=_roles(act),
        )
    router.add_api_route(
        "/batches",
        _batch,
        methods=["POST"],
        operation_id="batch",
        summary="多个操作一次提交 / several acts in one commit",
        description=Batch.__doc__ or "",
    )
    return router
