"""The proof bundle of a draw, from its state: everything that an outsider needs to recompute it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.draw_commands import AssignmentComputed, DrawComputed
from domain.draw_state import Draw

if TYPE_CHECKING:
    from domain.history import History


def bundle_of(draw: Draw) -> dict[str, Any] | None:
    """Give the bundle of draw-v1 §7 or of assign-v1, or None while the draw is not computed."""
    if draw.computed is None or draw.committed is None:
        return None
    common = {
        "alg": draw.committed.commitment["alg"],
        "commitment": draw.committed.commitment,
        "entropy": [dict(one) for one in draw.entropy],
        "vrf_proof": draw.computed.vrf_proof,
        "seed": draw.computed.seed,
    }
    match draw.computed:
        case DrawComputed(strata=strata):
            assert draw.pool is not None
            return {**common, **draw.pool.to_json(), "strata": [dict(one) for one in strata]}
        case AssignmentComputed(output=output):
            assert draw.input is not None
            return {**common, "input": draw.input.to_json(), "output": dict(output)}


def file_name(draw: Draw) -> str:
    """Where an export keeps the bundle: assign-v1 in `assignments/`, draws from a pool in `draws/`."""
    folder = "assignments" if draw.stage == "officers" else "draws"
    return f"{folder}/{draw.id}.json"


def bundles(history: History) -> dict[str, dict[str, Any]]:
    """Give every bundle there is, by file name, voided draws included."""
    return {
        file_name(draw): bundle
        for draw in history.all(Draw)
        if (bundle := bundle_of(draw)) is not None
    }
