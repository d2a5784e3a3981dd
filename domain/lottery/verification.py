"""Verify a proof bundle step by step: what both kinds of bundle have in common.

The curve arithmetic is handed in, as the domain knows only the standard library. A step without
its means is reported as not checked, never as passed; after the first failed step nothing more is
checked, because all that follows would stand on a value already known to be wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from domain.errors import DomainError
from domain.lottery.entropy import (
    Drand,
    DrandCheck,
    Source,
    all_randomness,
    drand_signatures,
)
from domain.lottery.seed import VrfCheck, alpha_of, seed_of

Check: TypeAlias = tuple[str, Callable[[], None]]
"""A named check: it passes, raises DomainError when a value differs, or `NotCheckedError`."""

Result: TypeAlias = Literal["passed", "failed", "not-checked"]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step: what came of it and, unless it passed, why (Chinese first, then English)."""

    name: str
    result: Result
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Verification:
    """All steps of a bundle, in order."""

    steps: tuple[Step, ...]

    @property
    def first_failure(self) -> Step | None:
        """The first step whose recomputed value differs, if any does."""
        return next((step for step in self.steps if step.result == "failed"), None)

    @property
    def complete(self) -> bool:
        """Whether every step was checked and passed."""
        return all(step.result == "passed" for step in self.steps)


@dataclass(frozen=True, kw_only=True)
class Means:
    """What the domain cannot do or know by itself; None where the verifier has no means.

    `recorded` is the commitment's hash as the ledger recorded it before the draw.
    """

    vrf: VrfCheck | None = None
    drand: DrandCheck | None = None
    recorded: bytes | None = None


class NotCheckedError(Exception):
    """A step that the verifier has no means to check; the text says which."""


def run(read: Callable[[], Sequence[Check]]) -> Verification:
    """Run `read` as the step "shape", then the named checks it gives, up to the first failure."""
    checks: list[Check] = []
    steps = [_run_one("shape", lambda: checks.extend(read()))]
    for name, check in checks:
        if any(step.result == "failed" for step in steps):
            detail = "前面的步骤未通过 / an earlier step failed"
            steps.append(Step(name=name, result="not-checked", detail=detail))
        else:
            steps.append(_run_one(name, check))
    return Verification(steps=tuple(steps))


def require_equal(name: str, given: object, recomputed: object) -> None:
    """Refuse with DomainError("bundle-differs") when a value is not the recomputed one."""
    if given != recomputed:
        detail = f"{name}: 与重算结果不同 / differs from the recomputed value"
        raise DomainError("bundle-differs", detail)


@dataclass(kw_only=True)
class Disclosure:
    """Entropy, VRF proof and seed of one bundle, and their three checks, to be run in order."""

    sources: tuple[Source, ...]
    commitment: bytes
    vrf_key: bytes
    entropy: list[Any]
    pi: bytes
    seed: bytes
    means: Means
    _alpha: bytes = b""
    _beta: bytes | None = None

    def check_commitment(self) -> None:
        """Compare the commitment's hash with the one on record."""
        if self.means.recorded is None:
            raise NotCheckedError("没有账本中的承诺可比 / no recorded commitment to compare with")
        require_equal("commitment", self.commitment, self.means.recorded)

    def check_entropy(self) -> None:
        """Recompute what each source yields, and check the signatures of drand."""
        self._alpha = alpha_of(self.commitment, all_randomness(self.sources, self.entropy))
        rounds = [(i, each) for i, each in enumerate(self.sources) if isinstance(each, Drand)]
        if rounds and self.means.drand is None:
            places = ", ".join(f"$.entropy[{i}]" for i, _ in rounds)
            raise NotCheckedError(f"BLS 签名未核验 / BLS signature not checked: {places}")
        for index, source in rounds:
            signature, previous = drand_signatures(source, self.entropy[index])
            if self.means.drand and not self.means.drand(source, signature, previous):
                detail = f"$.entropy[{index}]: drand 签名不成立 / the drand signature does not hold"
                raise DomainError("drand-signature-invalid", detail)

    def check_vrf_proof(self) -> None:
        """Verify the proof over alpha under the committed key."""
        if self.means.vrf is None:
            raise NotCheckedError("没有 VRF 核验手段 / no means to verify the VRF proof")
        self._beta = self.means.vrf(self.vrf_key, self._alpha, self.pi)
        if self._beta is None:
            detail = "$.vrf_proof: VRF 证明不成立 / the VRF proof does not hold"
            raise DomainError("vrf-proof-invalid", detail)

    def check_seed(self) -> None:
        """Recompute the seed, which needs the VRF's output."""
        if self._beta is None:
            raise NotCheckedError("未得到 VRF 输出 / the VRF output is not known")
        require_equal("$.seed", self.seed, seed_of(self._alpha, self._beta))


def _run_one(name: str, check: Callable[[], None]) -> Step:
    try:
        check()
    except NotCheckedError as reason:
        return Step(name=name, result="not-checked", detail=str(reason))
    except DomainError as error:
        return Step(name=name, result="failed", detail=str(error))
    return Step(name=name, result="passed")
