"""One draw as its page shows it: every list with names, every ticket recomputed from the public proof."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from api.public_words import LEFT_SINCE
from domain.lottery.assignment_bundle import assignment_commitment_from_json
from domain.lottery.assignment_input import EXPERTS, input_of
from domain.lottery.commitment import commitment_from_json
from domain.lottery.seats import seats_of
from domain.lottery.tickets import stratum_key, ticket
from projections.queries import draws
from projections.reading import Page

if TYPE_CHECKING:
    from projections.reading import Read, Row

EVERYTHING = Page(limit=10_000_000)


def shown_draw(read: Read, draw: Row) -> Row:
    """A public row of a draw with what its page needs; `bundle` is None as long as the list is not public."""
    proof = draws.public_proof(read, draw["id"])
    bundle = json.loads(proof) if proof is not None else None
    shown = {**draw, "digest": _digest(draw["commitment"]), "bundle": bundle}
    if bundle is None:
        return shown
    if draw["stage"] == "officers":
        return shown | _teams(read, draw, bundle)
    names = _names(read, draw["id"]) if draw["stage"] == "entities" else _ids(bundle)
    return shown | _lists(names, bundle)


def _digest(commitment: Row | None) -> str | None:
    if commitment is None:
        return None
    from_json = commitment_from_json if "rule" in commitment else assignment_commitment_from_json
    return from_json(commitment).digest().hex()


def _lists(names: dict[str, str], bundle: Row) -> Row:
    seed = bytes.fromhex(bundle["seed"])
    ratios = {one["stratum"]: one["ratio"] for one in bundle["commitment"]["rule"]["strata"]}
    strata = []
    for stratum in bundle["strata"]:
        key = stratum_key(seed, stratum["stratum"])
        selected = [
            {"id": id_, "name": names[id_], "ticket": ticket(key, id_).hex()}
            for id_ in stratum["selected"]
        ]
        ratio = ratios[stratum["stratum"]]
        strata.append({**stratum, "selected": selected, "ratio": ratio})
    left_out = [{**one, "name": names[one["id"]]} for one in bundle["excluded"]]
    return {"strata": strata, "left_out": left_out}


def _teams(read: Read, draw: Row, bundle: Row) -> Row:
    names = _names(read, draw["entities_draw"])
    seats = seats_of(input_of(bundle["input"]))
    teams = [
        {
            "inspection": one["inspection"],
            "entity": entity,
            "name": names[entity],
            "officers": [each for each in one["officers"] if each["department"] != EXPERTS],
            "experts": [each["id"] for each in one["officers"] if each["department"] == EXPERTS],
            "seats": seats[one["inspection"]],
        }
        for one in bundle["output"]["assignments"]
        for entity in [one["inspection"].partition(":")[2]]
    ]
    loads = sorted(bundle["output"]["loads"].values())
    return {
        "teams": teams,
        "recusals": len(bundle["input"]["recusals"]),
        "loads": loads,
        "not_drawn": _not_drawn(read, draw, bundle),
    }


def _not_drawn(read: Read, draw: Row, bundle: Row) -> dict[str, list[str]]:
    """Of everybody in the registries when the list of entities was fixed: who could not be drawn, by reason."""
    drawn_from = {one["id"] for one in bundle["input"]["officers"]}
    found: dict[str, list[str]] = {}
    for one in draws.public_roster(read, draw["entities_draw"]):
        if one["standing"] == "left-out" or one["person"] not in drawn_from:
            found.setdefault(one["reason"] or LEFT_SINCE, []).append(one["person"])
    return dict(sorted(found.items()))


def _ids(bundle: Row) -> dict[str, str]:
    """People are told by their ids only."""
    return {one["id"]: one["id"] for one in (*bundle["pool"], *bundle["excluded"])}


def _names(read: Read, draw: str) -> dict[str, str]:
    """The name of everybody who was drawn or left out; who was not yet confirmed then has none."""
    parts: tuple[draws.Part, ...] = ("drawn", "excluded")
    return {
        row["entity"]: row["name"] or "（未入库）"
        for part in parts
        for row in draws.public_members(read, draw, part, page=EVERYTHING)
    }
