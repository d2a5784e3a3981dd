"""Many entries at once: what a batch of acts would do, what waits for confirmation, batches, comparisons; and stories of entries."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Path, Query

from api.access import PartsNow, PersonNow, person_of, require_role
from api.acting import role_for
from api.acts import Batch
from api.answers import ACTING, STAFF
from api.list_routes import DayAsked, day_of
from api.looks import READING, viewer_of, without_untold
from api.paging import PageAsked, known, listing
from api.shapes.lists import (
    Batches,
    BatchWhole,
    CreditHistory,
    ExpiringList,
    Preview,
    Proposals,
    Reconciliations,
    ReconciliationWhole,
    Story,
    Vocabularies,
)
from api.text import Leaf, Word
from domain.batches import BatchUndoProposed
from domain.errors import DomainError
from domain.events import name_of
from domain.facts import Actor, Asked, Context
from domain.preview import Outcome, preview
from domain.registry_commands import Registry
from domain.registry_state import Entity, PendingAct
from domain.rules import china_date
from domain.signing_keys import SigningKey
from ledger.prover import CHECKS
from projections.queries import batches, stories
from projections.reading import LIMIT

router = APIRouter(tags=["名录 / registries"], responses=STAFF, dependencies=[Depends(person_of)])
tried = APIRouter(tags=["办理 / acts"], responses=ACTING)


def _prove(_asked: Asked) -> tuple[bytes, bytes]:
    raise AssertionError("no draw is held in a preview")


@tried.post(
    "/batches/preview",
    response_model=Preview,
    summary="预演一批操作 / what acts would do, without doing it",
)
def try_batch(body: Batch, parts: PartsNow, person: PersonNow) -> dict[str, Any]:
    """Each act in order: the events, every field that would change once confirmed, or the refusal. Nothing is recorded.

    Acts of item list and registries only; those after a refused one are tried as if it had not been asked.
    """
    commands = [one.to_domain() for one in body.acts]
    history = parts.writer.history()
    keys = [one for one in history.all(SigningKey) if one.staff == person.id]
    standing = next((one.public_key for one in keys if one.state == "standing"), None)
    context = Context(
        actor=Actor(id=person.id, role=role_for(commands, person.roles)),
        now=max(parts.writer.now(), history.recorded_at),
        position=history.size,
        checkpointed=0,
        prove=_prove,
        checks=CHECKS,
        signed_by=standing,
    )
    outcomes = preview(history, commands, context)
    return {
        "position": context.position,
        "refused": sum(one.refusal is not None for one in outcomes),
        "acts": [_previewed(one) for one in outcomes],
    }


def _previewed(outcome: Outcome) -> dict[str, Any]:
    refusal, facts = outcome.refusal, outcome.facts
    return {
        "events": [{"type": name_of(fact.event), "stream": fact.stream} for fact in facts],
        "changes": [msgspec.to_builtins(one) for one in outcome.changes],
        "left_out": [
            each
            for fact in facts
            if isinstance(fact.event, BatchUndoProposed)
            for each in fact.event.left_out
        ],
        "refusal": {"code": refusal.code, "detail": refusal.detail} if refusal else None,
    }


@router.get(
    "/registries/proposals",
    response_model=Proposals,
    summary="待复核的变更（整批复核用）/ what waits, to be confirmed together",
)
def proposals(
    parts: PartsNow,
    registry: Annotated[Registry, Query(description="名录 / which registry")],
    by: Annotated[Word | None, Query(description="提出人 / who proposed it")] = None,
    act: Annotated[PendingAct | None, Query(description="何种变更 / of which kind")] = None,
) -> dict[str, Any]:
    """By id, up to 20,000: the body of `registry.confirm-batch` and `registry.reject-batch`, but for its id."""
    with parts.reader.snapshot() as read:
        return {"proposals": batches.proposals(read, registry, by=by, act=act)}


@router.get(
    "/registries/vocabulary", response_model=Vocabularies, summary="标签词表 / words for tags"
)
def vocabulary(parts: PartsNow) -> dict[str, Any]:
    """With which words entries of each registry may be tagged; a registry without a vocabulary takes any."""
    with parts.reader.snapshot() as read:
        return {"entries": batches.vocabularies(read)}


@router.get(
    "/registries/expiring", response_model=ExpiringList, summary="到期的证照 / what runs out"
)
def expiring(parts: PartsNow, on: DayAsked = None) -> dict[str, Any]:
    """Licences of entities and certificates of officers in use that run out by a day (`on`, default today) or have run out."""
    day, today = day_of(parts, on), china_date(parts.writer.now())
    with parts.reader.snapshot() as read:
        rows = batches.expiring(read, day)
    return {"by": day, "entries": [{**row, "expired": row["expires"] < today} for row in rows]}


@router.get(
    "/registries/entities/{entry_id}/credit",
    response_model=CreditHistory,
    summary="信用风险等级沿革 / credit class on a day",
)
def credit(entry_id: Word, parts: PartsNow, on: DayAsked = None) -> dict[str, Any]:
    """Which class held on a day (`on`, default today), as the ratings on record now tell it, and all of them by day."""
    day = day_of(parts, on)
    entity = parts.writer.history().get(Entity, entry_id)
    if entity is None:
        raise DomainError("unknown-entry", "名录中没有此条目 / not in the registry")
    return {
        "id": entity.id,
        "on": day,
        "credit_class": entity.class_on(day),
        "ratings": [entity.ratings[each] for each in sorted(entity.ratings)],
    }


@router.get(
    "/registries/{plural}/{entry_id}/story",
    response_model=Story,
    summary="一个条目的经历 / the story of an entry",
)
def story(  # noqa: PLR0913 - each parameter of the query is one
    *,
    plural: Annotated[str, Path(pattern="^(entities|officers|experts)$")],
    entry_id: Word,
    parts: PartsNow,
    person: PersonNow,
    after: Annotated[Leaf | None, Query(description="上一页的 next_after")] = None,
    limit: Annotated[int, Query(ge=1, le=LIMIT)] = 100,
) -> dict[str, Any]:
    """Every event that concerns it, by leaf: the registry's own, draws in whose pool it was, visits and results.

    What is secret still is not told: who was drawn before the list is public, and visits that follow from it. Visits show to
    those who read inspections, and to officers their own; of people, officers who do nothing else read their own story.
    """
    kind: stories.Subject = {"entities": "entity", "officers": "officer", "experts": "expert"}[
        plural
    ]  # type: ignore[assignment]
    own = kind != "entity" and person.id == entry_id
    if kind != "entity" and not own:
        require_role(person, *READING, "registrar")
    with parts.reader.snapshot() as read:
        rows = stories.story(
            read,
            kind,
            entry_id,
            visits=own or person.has(*READING),
            after=-1 if after is None else after,
            limit=limit,
        )
        full = len(rows) == limit
        last = rows[-1]["leaf"] if rows else None
        if kind == "officer":
            told: dict[str, Any] = {"id": entry_id, "recusals": [], "steps": rows}
            without_untold(read, viewer_of(parts, person), [told])
            rows = told["steps"]
    return {"id": entry_id, "entries": rows, "next_after": last if full else None}


@router.get("/batches", response_model=Batches, summary="批量变更 / batches")
def list_batches(parts: PartsNow, page: PageAsked) -> dict[str, Any]:
    """Batches that were confirmed, turned down or undone, by id."""
    with parts.reader.snapshot() as read:
        return listing(batches.batches(read, page=page), page)


@router.get("/batches/{batch_id}", response_model=BatchWhole, summary="一批变更 / one batch")
def one_batch(batch_id: Word, parts: PartsNow) -> dict[str, Any]:
    """Every entry of the batch, with the version that was confirmed; of an undoing also what it left as it is, and why."""
    with parts.reader.snapshot() as read:
        found = batches.batch(read, batch_id)
    return known(found, "unknown-batch", "没有此批次 / no such batch")


@router.get("/reconciliations", response_model=Reconciliations, summary="名录核对 / comparisons")
def list_reconciliations(parts: PartsNow, page: PageAsked) -> dict[str, Any]:
    """Comparisons with outside lists, by id; open while `waiting` is not 0."""
    with parts.reader.snapshot() as read:
        return listing(batches.reconciliations(read, page=page), page)


@router.get(
    "/reconciliations/{reconciliation_id}",
    response_model=ReconciliationWhole,
    summary="一次名录核对 / one comparison",
)
def one_reconciliation(reconciliation_id: Word, parts: PartsNow) -> dict[str, Any]:
    """Who is missing here, who is gone there, whose name differs, and what was decided of each."""
    with parts.reader.snapshot() as read:
        found = batches.reconciliation(read, reconciliation_id)
    return known(found, "unknown-reconciliation", "没有此核对 / no such comparison")
