"""Real rounds of drand, as draw-v1 reveals them; see tests/vectors/drand_rounds.json for where each was published."""

from __future__ import annotations

import json
from pathlib import Path

from domain.lottery import chains
from domain.lottery.entropy import Drand

_PUBLISHED = json.loads((Path(__file__).parent / "vectors/drand_rounds.json").read_text("utf-8"))


def drand(chain: str, round_: int) -> Drand:
    """The source for a round of a chain by its name."""
    return Drand(chain=chains.by_name(chain).hash, round=round_)


def revealed(chain: str, round_: int) -> dict[str, str]:
    """What that round revealed."""
    row = next(
        one for one in _PUBLISHED["rounds"] if (one["chain"], one["round"]) == (chain, round_)
    )
    found = {"signature": row["signature"]}
    if row["previous_signature"]:
        found["previous_signature"] = row["previous_signature"]
    return found
