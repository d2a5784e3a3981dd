"""Every computed draw, recomputed from its proof bundle alone, as an outsider would."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from domain.bundles import bundle_of, file_name
from domain.canonical import canon
from domain.draw_state import Draw
from domain.lottery.assignment_bundle import verify_assignment_bundle
from domain.lottery.bundle import verify_bundle
from domain.lottery.verification import Means
from ledger import drand, vrf

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audit.report import Findings
    from domain.history import History


def check_draws(history: History, computed: Mapping[str, int], findings: Findings) -> int:
    """Verify the bundle of every computed draw, voided ones too; give their number.

    `computed` tells the leaf at which each stream was computed.
    That the pool and the input are what the registries said is judged when the commitment is
    decided again (`audit.replay`); here follows everything from the commitment to the list.
    """
    count = 0
    for draw in history.all(Draw):
        bundle = bundle_of(draw)
        if bundle is None or draw.committed is None:
            continue
        count += 1
        recorded = sha256(canon(draw.committed.commitment)).digest()
        means = Means(vrf=vrf.verify, drand=drand.check, recorded=recorded)
        verify = verify_assignment_bundle if draw.stage == "officers" else verify_bundle
        verification = verify(bundle, means)
        failed = verification.first_failure
        if failed is not None:
            reason = f"{failed.name}: {failed.detail}"
            leaf = computed.get(f"draw/{draw.id}")
            findings.add("draw-not-reproducible", file_name(draw), reason, leaf)
            continue
        for step in verification.steps:
            if step.result == "not-checked":
                findings.skip(f"{draw.id}, {step.name}: {step.detail}")
    return count
