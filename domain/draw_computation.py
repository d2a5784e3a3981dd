"""Between the steps of a draw and its mathematics: what is handed to `domain.lottery`, and what is recorded of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.draw_commands import AssignmentComputed, DrawComputed
from domain.facts import Fact
from domain.inspection_commands import AssignedOfficer, InspectionAssigned
from domain.lottery.assignment_bundle import (
    assignment_commitment_from_json,
    build_assignment_bundle,
    commit_assignment,
)
from domain.lottery.bundle import build_bundle
from domain.lottery.commitment import commit, commitment_from_json
from domain.lottery.entropy import all_randomness
from domain.lottery.quota import Ratio, Rule
from domain.lottery.seed import alpha_of
from domain.lottery.shapes import Shape
from domain.lottery.tickets import key_of, ticket
from domain.plan_rows import DepartmentItems
from domain.replacement_commands import SeatFilled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from domain.draw_commands import Seat
    from domain.inspection_state import Inspection
    from domain.lottery.assignment_input import AssignmentInput
    from domain.lottery.entropy import Source
    from domain.lottery.pool import Pool
    from domain.plan_rows import PlanRow
    from domain.task import Task

    Prove = Callable[[bytes, bytes], tuple[bytes, bytes]]
    Revealed = Sequence[Mapping[str, Any]]


def require_commit(commit: str) -> None:
    """Refuse a witness's hash that is not 32 bytes in lower-case hex."""
    Shape("source-invalid").octets(commit, "commit", 32)


def nonce_of(text: str) -> bytes:
    """Read a witness's number; refuse what is not 32 bytes in lower-case hex."""
    return Shape("reveal-invalid").octets(text, "nonce", 32)


def rule_of(row: PlanRow) -> Rule:
    """Give the rule of draw-v1 §2 that a plan row states."""
    strata = sorted(row.strata().items(), key=lambda pair: pair[0].encode())
    return Rule(
        floor=Ratio(p=row.ratio[0], q=row.ratio[1]),
        min_per_stratum=row.min_per_stratum,
        strata=tuple((name, Ratio(p=p, q=q)) for name, (p, q) in strata),
    )


def rule_of_seat(pool: Pool) -> Rule:
    """One out of all that may take the seat, who are of one stratum."""
    one = Ratio(p=1, q=len(pool.members))
    return Rule(floor=one, min_per_stratum=1, strata=((pool.members[0].stratum, one),))


def commit_pool(
    draw_id: str, pool: Pool, rule: Rule, sources: tuple[Source, ...], vrf_key: bytes
) -> dict[str, Any]:
    """Give the commitment of draw-v1 §3, or refuse what could not be carried out."""
    return commit(
        draw_id=draw_id,
        pool=pool,
        rule=rule,
        sources=sources,
        vrf_key=vrf_key,
    ).to_json()


def commit_officers(
    draw_id: str, input_: AssignmentInput, sources: tuple[Source, ...], vrf_key: bytes
) -> dict[str, Any]:
    """Give the commitment of assign-v1, or refuse an input for which no assignment exists."""
    return commit_assignment(
        draw_id=draw_id,
        roster=input_,
        sources=sources,
        vrf_key=vrf_key,
    ).to_json()


def compute_pool(
    commitment: Mapping[str, Any], pool: Pool, entropy: Revealed, prove: Prove
) -> DrawComputed:
    """Carry out a draw from a pool whose sources have all arrived."""
    fixed = commitment_from_json(dict(commitment))
    revealed = [dict(one) for one in entropy]
    alpha = alpha_of(fixed.digest(), all_randomness(fixed.sources, revealed))
    pi, beta = prove(fixed.vrf_key, alpha)
    bundle = build_bundle(commitment=fixed, pool=pool, entropy=revealed, pi=pi, beta=beta)
    return DrawComputed(
        alpha=alpha.hex(),
        vrf_proof=bundle["vrf_proof"],
        seed=bundle["seed"],
        strata=tuple(bundle["strata"]),
    )


def compute_officers(
    commitment: Mapping[str, Any], input_: AssignmentInput, entropy: Revealed, prove: Prove
) -> AssignmentComputed:
    """Carry out a draw of officers whose sources have all arrived."""
    fixed = assignment_commitment_from_json(dict(commitment))
    revealed = [dict(one) for one in entropy]
    alpha = alpha_of(fixed.digest(), all_randomness(fixed.sources, revealed))
    pi, beta = prove(fixed.vrf_key, alpha)
    bundle = build_assignment_bundle(
        commitment=fixed, roster=input_, entropy=revealed, pi=pi, beta=beta
    )
    return AssignmentComputed(
        alpha=alpha.hex(),
        vrf_proof=bundle["vrf_proof"],
        seed=bundle["seed"],
        output=bundle["output"],
    )


def visits(
    output: Mapping[str, Any], task: Task, entities_draw: str, officers_draw: str
) -> tuple[Fact, ...]:
    """Give one inspection for every entry of an assignment's output, from the first to the last day on which all can come."""
    row, days = task.row, task.visit_days
    items = tuple(
        DepartmentItems(department=department, items=row.items_of(department))
        for department in row.departments
        if row.items_of(department)
    )
    return tuple(
        Fact(
            stream=f"inspection/{entry['inspection']}",
            event=InspectionAssigned(
                task=row.number,
                entity=entry["inspection"].partition(":")[2],
                team=tuple(AssignedOfficer(**officer) for officer in entry["officers"]),
                items=items,
                entities_draw=entities_draw,
                officers_draw=officers_draw,
                window_from=days[0].first,
                window_to=days[-1].last,
            ),
        )
        for entry in output["assignments"]
    )


def filled(
    inspection: Inspection, seat: Seat, substitute: str, draw_id: str, officers_seed: bytes
) -> Fact:
    """Give the seat to who was drawn; the team stands in the order of the tickets that the draw of officers gives it."""
    department = inspection.vacant[seat.officer].department
    team = (*inspection.team, AssignedOfficer(id=substitute, department=department))
    key = key_of(officers_seed, b"officers", inspection.id)
    event = SeatFilled(
        left=seat.officer,
        officer=substitute,
        draw=draw_id,
        team=tuple(sorted(team, key=lambda one: (ticket(key, one.id), one.id.encode()))),
    )
    return Fact(stream=f"inspection/{inspection.id}", event=event)
