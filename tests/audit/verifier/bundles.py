"""Proof bundles by the hundred, for comparing independent verifiers with the program.

Everything here is made by the program's own code, and the same for the same seed:

- `random_bundles(count, seed)` gives the files of valid draws, as bytes: canonical, pretty-printed, escaped or shuffled.
- `mutated_bundles(count, seed)` gives `(kind, file)` pairs, one change in each. All must be rejected by a verifier that has
  no pairing library; every kind of `tests.audit.verifier.mutations` comes up in turn.
- `forged_rounds(seed)` gives `(kind, file)` pairs that only a verifier with a pairing library can reject, at `entropy`:
  an operator with the VRF key made a whole draw over something that drand never signed.
- `program_verdict(data, bls=...)` gives the name of the first step that fails in the program, None where none does. What
  is no bundle at all is "shape" here.
- `valid_bundles` is the strategy of Hypothesis behind the first.
"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import strategies as st

from domain.canonical import canon
from domain.errors import DomainError
from domain.lottery.bundle import build_bundle, verify_bundle
from domain.lottery.commitment import commit
from domain.lottery.entropy import Drand, Lottery, Witness, all_randomness, witness_commit
from domain.lottery.pool import Excluded, Member, Pool, pool_of
from domain.lottery.quota import Ratio, Rule
from domain.lottery.seed import alpha_of
from domain.lottery.verification import Means
from ledger import drand, vrf
from tests.audit.verifier import mutations

if TYPE_CHECKING:
    from domain.lottery.entropy import Source

ROUNDS = json.loads((Path(__file__).parents[2] / "vectors/drand_rounds.json").read_text("utf-8"))
CHAINS = {
    name: chain["chain_hash"]
    for name, chain in ROUNDS["chains"].items()
    if name in ("default", "quicknet")
}

# Letters of one, two, three and four bytes of UTF-8; those of three sort after those of four in UTF-16. Also what JSON escapes.
_WORDS = [
    "小学", "幼儿园", "中学", "培训机构", "体育场馆", "𠀀", "𠀀店", "～", "￮", "\ue000", "é", "ß", "Ω", "A", "z", "0",
    '"', "\\", "/", "\n", "\t", "\x01", "\x7f", "\u2028", " ", "🏫", "ﬁ", "한", "},{", "\\u0041",
]  # fmt: skip
_REASONS = ["suspended", "已被列入免检名单", "一年内已检查", "exempted by decision no. 7"]
_RATIOS = [(0, 1), (0, 7), (1, 1), (5, 100), (1, 10), (1, 3), (2, 7), (99, 100), (1, 2**53 - 1)]
_FLOORS = [(0, 1), (1, 100), (5, 100), (1, 3), (1, 2), (9, 10)]
_MOST_STRATA = 14
_SIZES = [0, 0, 1, 1, 2, 3, 5, 8, 13, 30]


class Operator(NamedTuple):
    """Whoever holds the VRF key, with a draw that is committed to and what its sources revealed."""

    secret: bytes
    pool: Pool
    rule: Rule
    sources: tuple[Source, ...]
    revealed: list[dict[str, Any]]

    def bundle(self) -> dict[str, Any]:
        """Commit, prove and draw, as the program does."""
        public = vrf.keypair(self.secret)[1]
        commitment = commit(
            draw_id=f"{self.secret.hex()[:6]}/entities/1",
            pool=self.pool,
            rule=self.rule,
            sources=self.sources,
            vrf_key=public,
        )
        randomness = all_randomness(self.sources, self.revealed)
        pi, beta = vrf.prove(self.secret, alpha_of(commitment.digest(), randomness))
        return build_bundle(
            commitment=commitment, pool=self.pool, entropy=self.revealed, pi=pi, beta=beta
        )


def random_bundle(rng: Random) -> dict[str, Any]:
    """Make one valid bundle; a floor that cannot be met is given up."""
    operator = random_operator(rng)
    try:
        return operator.bundle()
    except DomainError as error:
        assert error.code == "rule-cannot-be-met"  # noqa: PT017 - not a test
        rule = Rule(
            floor=Ratio(p=0, q=1),
            min_per_stratum=operator.rule.min_per_stratum,
            strata=operator.rule.strata,
        )
        return operator._replace(rule=rule).bundle()


def random_operator(rng: Random) -> Operator:
    """Choose pool, rule, sources and key; every kind of edge comes up often."""
    names = sorted({text(rng) for _ in range(rng.randint(1, _MOST_STRATA))})
    members = [name for name in names for _ in range(_size(rng))]
    ids = sorted({_id(rng) for _ in range(len(members) + rng.choice([0, 0, 1, 4]))})
    rng.shuffle(ids)
    excluded = [
        Excluded(id=each, stratum=rng.choice([*names, "不在规则中"]), reason=rng.choice(_REASONS))
        for each in ids[len(members) :]
    ]
    pool = pool_of(
        [Member(id=each, stratum=name) for each, name in zip(ids, members, strict=False)], excluded
    )
    rule = Rule(
        floor=Ratio(**dict(zip("pq", rng.choice(_FLOORS), strict=True))),
        min_per_stratum=rng.choice([0, 0, 1, 1, 2, 2**53 - 1]),
        strata=tuple((name, _ratio(rng)) for name in sorted(names, key=str.encode)),
    )
    sources, revealed = random_sources(rng)
    return Operator(
        secret=rng.randbytes(32), pool=pool, rule=rule, sources=sources, revealed=revealed
    )


def text(rng: Random) -> str:
    """Choose a text that is hard to sort, to escape or to show."""
    return "".join(rng.choices(_WORDS, k=rng.randint(1, 3)))


def _id(rng: Random) -> str:
    serial = rng.randbytes(6).hex()
    kind = rng.randrange(8)
    if kind == 0:
        return text(rng) + serial
    return f"reg:{int(serial, 16)}" if kind == 1 else f"uscc:{serial.upper()}"


def _size(rng: Random) -> int:
    return rng.choice(_SIZES)


def _ratio(rng: Random) -> Ratio:
    if rng.randrange(3):
        p, q = rng.choice(_RATIOS)
    else:
        q = rng.randint(1, 1000)
        p = rng.randint(0, q)
    return Ratio(p=p, q=q)


def random_sources(rng: Random) -> tuple[tuple[Source, ...], list[dict[str, Any]]]:
    """Choose sources of all kinds, and what each of them revealed."""
    pairs = [_source(rng) for _ in range(rng.choice([1, 1, 2, 2, 3, 5]))]
    return tuple(source for source, _ in pairs), [revealed for _, revealed in pairs]


def _source(rng: Random) -> tuple[Source, dict[str, Any]]:
    kind = rng.choice(["drand", "lottery", "witness", "witness"])
    if kind == "witness":
        nonce = rng.randbytes(32)
        return Witness(who=text(rng), commit=witness_commit(nonce).hex()), {"nonce": nonce.hex()}
    if kind == "lottery":
        groups = [
            [
                rng.choice([rng.randint(0, 40), rng.randint(-(2**53) + 1, 2**53 - 1)])
                for _ in "123456"
            ]
            for _ in range(rng.randint(1, 3))
        ]
        return Lottery(name=text(rng), issue=str(rng.randint(1, 9999999))), {"numbers": groups}
    return _round(rng.choice([each for each in ROUNDS["rounds"] if each["chain"] in CHAINS]))


def _round(known: dict[str, Any]) -> tuple[Drand, dict[str, Any]]:
    source = Drand(chain=CHAINS[known["chain"]], round=known["round"])
    if known["previous_signature"] is None:
        return source, {"signature": known["signature"]}
    names = ("signature", "previous_signature")
    return source, {name: known[name] for name in names}


def written(bundle: dict[str, Any], rng: Random) -> bytes:
    """Write a bundle in one of the ways that JSON allows."""
    way = rng.randrange(4)
    if way == 0:
        return canon(bundle)
    if way == 1:
        return json.dumps(bundle, ensure_ascii=False, indent=1).encode()
    if way == 2:
        return json.dumps(_shuffled(bundle, rng), ensure_ascii=False).encode()
    return json.dumps(bundle).encode()


def _shuffled(value: object, rng: Random) -> object:
    if isinstance(value, dict):
        keys = sorted(value)
        rng.shuffle(keys)
        return {key: _shuffled(value[key], rng) for key in keys}
    return [_shuffled(each, rng) for each in value] if isinstance(value, list) else value


def random_bundles(count: int, seed: int) -> list[bytes]:
    """Give the files of `count` valid draws."""
    rngs = [rng_for("valid", seed, number) for number in range(count)]
    return [written(random_bundle(rng), rng) for rng in rngs]


def mutated_bundles(count: int, seed: int) -> list[tuple[str, bytes]]:
    """Give `count` files that no verifier may take, each with the kind of its one change."""
    names = [*mutations.TREE, *mutations.TEXT]
    return [
        _broken(names[number % len(names)], rng_for("broken", seed, number))
        for number in range(count)
    ]


def _broken(kind: str, rng: Random) -> tuple[str, bytes]:
    """Make valid bundles until the change can be made in one."""
    while True:
        bundle = random_bundle(rng)
        if kind in mutations.TREE:
            if mutations.TREE[kind](bundle, rng):
                escaped = kind == "text-with-lone-surrogate" or rng.random() < 0.5
                return kind, json.dumps(bundle, ensure_ascii=escaped).encode()
        else:
            data = mutations.TEXT[kind](json.dumps(bundle, ensure_ascii=False), rng)
            if data is not None:
                return kind, data


def forged_rounds(seed: int) -> list[tuple[str, bytes]]:
    """Give draws over what drand did not sign, each consistent with itself."""
    rng = rng_for("forged", seed, 0)
    rounds = {(each["chain"], each["round"]): each for each in ROUNDS["rounds"]}
    quicknet, chained = rounds["quicknet", 1000], rounds["default", 2]
    other_before = rounds["default", 72785]["previous_signature"]
    forged = {
        "quicknet-other-round": {**quicknet, "round": 1001},
        "quicknet-sign-flipped": {**quicknet, "signature": _negated(quicknet["signature"])},
        "quicknet-random-bytes": {**quicknet, "signature": "a0" + rng.randbytes(47).hex()},
        "quicknet-infinity": {**quicknet, "signature": "c0" + "00" * 47},
        "default-other-before": {**chained, "previous_signature": other_before},
        "default-infinity": {**chained, "signature": "c0" + "00" * 95},
    }
    return [(kind, canon(draw_over(_round(known), rng))) for kind, known in forged.items()]


def draw_over(pair: tuple[Drand, dict[str, Any]], rng: Random) -> dict[str, Any]:
    """Carry out a small draw that rests on one round of drand alone, whatever was revealed."""
    source, revealed = pair
    return Operator(
        secret=rng.randbytes(32),
        pool=pool_of([Member(id=f"reg:{number}", stratum="小学") for number in range(9)]),
        rule=Rule(floor=Ratio(p=0, q=1), min_per_stratum=1, strata=(("小学", Ratio(p=1, q=3)),)),
        sources=(source,),
        revealed=[revealed],
    ).bundle()


def _negated(signature: str) -> str:
    """Flip the sign bit of a compressed point: the inverse, a good point but no signature."""
    return f"{int(signature[:2], 16) ^ 0x20:02x}" + signature[2:]


def program_verdict(data: bytes, *, bls: bool) -> str | None:
    """Give the first step that fails in the program, None where none does; strict about the text."""
    try:
        bundle = json_without_repeats(data)
    except (ValueError, RecursionError):
        return "shape"
    means = Means(vrf=vrf.verify, drand=drand.check if bls else None)
    failure = verify_bundle(bundle, means).first_failure
    return None if failure is None else failure.name


def json_without_repeats(data: bytes) -> Any:  # noqa: ANN401 - JSON
    """Parse a file strictly."""
    return json.loads(data.decode(), object_pairs_hook=_without_repeats)


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key occurs twice")
    return found


def rng_for(*about: str | int) -> Random:
    """Make a source of choices that is the same everywhere for the same words."""
    return Random(sha256(repr(about).encode()).digest())  # noqa: S311 - choices of a test


_choices = st.randoms(use_true_random=False)
valid_bundles: st.SearchStrategy[bytes] = _choices.map(lambda rng: written(random_bundle(rng), rng))
