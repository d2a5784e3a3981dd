"""The stand-alone verifier in Python: known answers, forgeries, hostile files, and the program's own verdicts."""

from __future__ import annotations

import ast
import json
import sys
from hashlib import sha256, sha512
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings

from domain.canonical import canon
from domain.lottery.entropy import Drand
from ledger import vrf
from tests.audit.verifier.bundles import (
    CHAINS,
    ROUNDS,
    draw_over,
    forged_rounds,
    mutated_bundles,
    program_verdict,
    valid_bundles,
)
from tests.audit.verifier.conftest import FILE, load_verifier, run, vectors

if TYPE_CHECKING:
    from pathlib import Path

verifier = load_verifier()
library = verifier.pairing_library()
CASES = vectors("draw_v1.json")["cases"]
TAI = vectors("rfc9381_tai.json")["suites"]["ECVRF-EDWARDS25519-SHA512-TAI"]["examples"]
STEPS = ["shape", "commitment", "pool", "rule", "entropy", "vrf_proof", "seed", "strata"]


def file_verdict(data: bytes, *, bls: bool = False) -> str | None:
    """Give the first step that fails in the file; what is no bundle at all counts as shape."""
    try:
        steps = verifier.check(data, bls=bls)
    except verifier.Unusable:
        return "shape"
    assert [step.name for step in steps] == STEPS
    failed = [step.name for step in steps if step.result == "failed"]
    assert len(failed) <= 1
    return failed[0] if failed else None


def results(steps: list[Any]) -> dict[str, str]:
    """Give the result of each step."""
    return {step.name: step.result for step in steps}


# ---- known answers ---------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["note"])
def test_every_step_of_a_published_bundle_passes(case: dict[str, Any]) -> None:
    """All eight, with pairings and the commitment on record."""
    steps = verifier.check(json.dumps(case["bundle"]).encode(), case["commitment_hash"])
    assert results(steps) == dict.fromkeys(STEPS, "passed")


def test_another_commitment_on_record_fails_that_step_and_leaves_the_rest_unchecked() -> None:
    """The first difference ends the verification."""
    steps = verifier.check(json.dumps(CASES[0]["bundle"]).encode(), "00" * 32)
    rest = dict.fromkeys(STEPS, "not-checked")
    assert results(steps) == {**rest, "shape": "passed", "commitment": "failed"}


@pytest.mark.parametrize("example", TAI, ids=lambda example: str(example["example"]))
def test_the_proofs_of_rfc_9381_give_their_outputs(example: dict[str, Any]) -> None:
    """Appendix B.3; another input, and s not reduced, are refused."""
    key, alpha, pi, beta = (bytes.fromhex(example[name]) for name in ("pk", "alpha", "pi", "beta"))
    assert verifier.vrf_output(key, alpha, pi) == beta
    unreduced = (int.from_bytes(pi[48:], "little") + verifier.ORDER).to_bytes(32, "little")
    for wrong in ((key, alpha + b"x", pi), (key, alpha, pi[:48] + unreduced)):
        with pytest.raises(verifier.Broken):
            verifier.vrf_output(*wrong)


@pytest.mark.parametrize(
    "known", ROUNDS["rounds"], ids=lambda each: f"{each['chain']}-{each['round']}"
)
def test_a_published_round_of_drand_holds_and_gives_its_randomness(known: dict[str, Any]) -> None:
    """Both pinned chains, the genesis seed included."""
    source = {"chain": CHAINS[known["chain"]], "round": known["round"]}
    names = ("signature", "previous_signature")
    revealed = {name: known[name] for name in names if known[name] is not None}
    signature, checked = verifier.drand_yield(source, revealed, "entropy[0]", bls=True)
    assert checked
    assert sha256(signature).hexdigest() == known["randomness"]


def test_the_pinned_chains_are_the_published_ones() -> None:
    """Hash and key as drand publishes them, and no other chain."""
    pinned = {name: chain.public_key for name, chain in verifier.CHAINS.items()}
    assert pinned == {
        chain_hash: ROUNDS["chains"][name]["public_key"] for name, chain_hash in CHAINS.items()
    }


@pytest.mark.parametrize("name", sorted(ROUNDS["chains"].keys() - CHAINS.keys()))
def test_a_chain_without_a_pinned_key_is_refused(name: str) -> None:
    """Nobody could check it, with pairings or without."""
    known = ROUNDS["chains"][name]
    source = {"chain": known["chain_hash"], "round": 1}
    with pytest.raises(verifier.Broken, match="no key is pinned"):
        verifier.drand_yield(source, {"signature": "00" * 48}, "entropy[0]", bls=False)


# ---- forgeries -------------------------------------------------------------------------------


def with_torsion(chain: str) -> dict[str, Any]:
    """Add a point outside the prime subgroup to a good signature: the pairing would still hold."""
    curve, codec = library.curve, library.compression
    if chain == "quicknet":
        known = _round("quicknet", 1000)
        point = codec.decompress_G1(int(known["signature"], 16))
        order_three = (curve.FQ(0), curve.FQ(2), curve.FQ.one())
        moved = [codec.compress_G1(curve.add(point, order_three))]
    else:
        known = _round("default", 2)
        parts = int(known["signature"][:96], 16), int(known["signature"][96:], 16)
        point = codec.decompress_G2(parts)
        moved = codec.compress_G2(curve.add(point, torsion_of_g2()))
    return {**known, "signature": "".join(f"{part:096x}" for part in moved)}


def torsion_of_g2() -> Any:  # noqa: ANN401 - py_ecc has no types
    """Give a point of the twisted curve whose order divides the cofactor."""
    for x in range(1, 100):
        try:
            point = library.compression.decompress_G2((1 << 383, x))
        except ValueError:
            continue
        return library.curve.multiply(point, library.curve.curve_order)
    raise AssertionError("no point found")


def _round(chain: str, number: int) -> dict[str, Any]:
    found = [each for each in ROUNDS["rounds"] if (each["chain"], each["round"]) == (chain, number)]
    return {**found[0]}


@pytest.mark.parametrize("chain", sorted(CHAINS))
def test_a_signature_with_a_small_order_part_is_refused(chain: str) -> None:
    """Otherwise one round would have many signatures, and the randomness could be chosen."""
    known = with_torsion(chain)
    source = Drand(chain=CHAINS[chain], round=known["round"])
    names = ("signature", "previous_signature")
    revealed = {name: known[name] for name in names if known[name] is not None}
    data = canon(draw_over((source, revealed), Random(1)))  # noqa: S311 - a test
    assert file_verdict(data, bls=False) is None
    assert file_verdict(data, bls=True) == "entropy"


@pytest.mark.parametrize(
    ("kind", "data"), forged_rounds(3), ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_whole_draw_over_what_drand_never_signed_fails_at_entropy(kind: str, data: bytes) -> None:
    """In the file and in the program, and nowhere else in it."""
    assert file_verdict(data, bls=False) is program_verdict(data, bls=False) is None
    assert file_verdict(data, bls=True) == program_verdict(data, bls=True) == "entropy"


def forged_proof(key: bytes, gamma_of: Any, alpha: bytes, secret: int) -> bytes:  # noqa: ANN401 - a function
    """Make a proof with a chosen Gamma whose challenge is even, which hides a part of order 2."""
    hashed = verifier.encode_to_curve(key, alpha)
    gamma, public = gamma_of(hashed), verifier.decode_point(key)
    for nonce in range(1, 1000):
        u, v = verifier.times(nonce, verifier.BASE), verifier.times(nonce, hashed)
        points = b"".join(map(verifier.encode_point, (public, hashed, gamma, u, v)))
        challenge = sha512(b"\x03\x02" + points + b"\0").digest()[:16]
        if challenge[0] % 2 == 0:
            break
    s = (nonce + int.from_bytes(challenge, "little") * secret) % verifier.ORDER
    proof: bytes = verifier.encode_point(gamma) + challenge + s.to_bytes(32, "little")
    return proof


def test_a_key_of_small_order_is_refused_though_its_proof_computes() -> None:
    """RFC 9381, 5.4.5: under such a key the output depends on nothing secret."""
    key = verifier.encode_point(verifier.IDENTITY)
    proof = forged_proof(key, lambda _: verifier.IDENTITY, b"alpha", 0)
    with pytest.raises(verifier.Broken, match="not a valid key"):
        verifier.vrf_output(key, b"alpha", proof)
    assert vrf.verify(key, b"alpha", proof) is None


def test_a_gamma_with_a_small_order_part_changes_nothing_in_the_output() -> None:
    """As RFC 9381 says, and as the program does: beta is taken from 8 times Gamma."""
    secret, alpha = 12345, b"alpha"
    key = verifier.encode_point(verifier.times(secret, verifier.BASE))
    order_two = (0, verifier.P - 1, 1, 0)
    plain = forged_proof(key, lambda hashed: verifier.times(secret, hashed), alpha, secret)
    moved = forged_proof(
        key, lambda hashed: verifier.add(verifier.times(secret, hashed), order_two), alpha, secret
    )
    assert plain[:32] != moved[:32]
    beta = verifier.vrf_output(key, alpha, plain)
    assert verifier.vrf_output(key, alpha, moved) == vrf.verify(key, alpha, moved) == beta


@pytest.mark.parametrize(
    "encoded",
    [
        (verifier.P + 1).to_bytes(32, "little"),  # y = 1 again
        (1 | 1 << 255).to_bytes(32, "little"),  # x = 0 with a sign
        (2).to_bytes(32, "little"),  # no such point
    ],
)
def test_a_point_in_no_canonical_encoding_is_refused(encoded: bytes) -> None:
    """RFC 8032, 5.1.3."""
    assert verifier.decode_point(encoded) is None


# ---- the program and the file ----------------------------------------------------------------


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(valid_bundles)
def test_the_file_and_the_program_accept_the_same_random_bundles(data: bytes) -> None:
    """Up to 14 uneven strata, all kinds of sources, text that is hard to sort and to escape."""
    assert file_verdict(data) is program_verdict(data, bls=False) is None


def test_the_file_and_the_program_name_the_same_step_for_every_kind_of_change() -> None:
    """None is accepted."""
    broken = mutated_bundles(150, seed=2024)
    told = [(kind, program_verdict(data, bls=False), file_verdict(data)) for kind, data in broken]
    assert [each for each in told if each[1] is None or each[1] != each[2]] == []


# ---- the command line ------------------------------------------------------------------------


def written(folder: Path, bundle: object) -> str:
    """Write a bundle to a file."""
    path = folder / "bundle.json"
    path.write_text(json.dumps(bundle), "utf-8")
    return str(path)


def test_a_whole_bundle_ends_with_status_0_and_a_line_for_each_step(tmp_path: Path) -> None:
    """Chinese first, then English, then the verdict."""
    case = CASES[0]
    done = run(written(tmp_path, case["bundle"]), "--commitment", case["commitment_hash"].upper())
    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert [line[0] for line in lines[0:16:2]] == ["✓"] * 8
    assert [line.split(":")[0].strip() for line in lines[1:16:2]] == STEPS
    assert lines[-2:] == ["结论：完整无误。", "Verdict: whole."]


def test_a_broken_bundle_ends_with_status_1_and_names_the_step(tmp_path: Path) -> None:
    """One cross, then dashes."""
    done = run(written(tmp_path, {**CASES[0]["bundle"], "seed": "00" * 32}))
    marks = [line[0] for line in done.stdout.splitlines()[0:16:2]]
    assert (done.returncode, done.stderr) == (1, "")
    assert marks == ["✓", "–", "✓", "✓", "✓", "✓", "✗", "–"]
    assert done.stdout.endswith("Verdict: NOT whole, step seed failed.\n")


def test_without_a_pairing_library_drand_is_said_to_be_not_checked(tmp_path: Path) -> None:
    """Never passed; the rest is checked, and the verdict says what is open."""
    done = run(written(tmp_path, CASES[1]["bundle"]), alone=True)
    assert done.returncode == 0
    assert "entropy: not checked" in done.stdout
    assert done.stdout.endswith(
        "Verdict: whole as far as checked; not checked: commitment, entropy.\n"
    )


@pytest.mark.parametrize(
    ("number", "position", "expected"),
    [
        (0, "uscc:eaf6eba5b4e1a77f", {"status": "in-pool", "stratum": "小学", "drawn": True}),
        (0, "uscc:fd40667386425237", {"status": "in-pool", "stratum": "小学", "drawn": False}),
        (1, "uscc:beef", {"status": "excluded", "stratum": "民办/D", "reason": "suspended"}),
        (1, "uscc:0", {"status": "absent"}),
    ],
)
def test_one_entity_can_be_looked_up(
    tmp_path: Path, number: int, position: str, expected: dict[str, Any]
) -> None:
    """In the pool with ticket and cutoff, excluded with the reason, or absent."""
    bundle = CASES[number]["bundle"]
    done = run(written(tmp_path, bundle), "--entity", position, "--json", "--no-bls")
    answer = json.loads(done.stdout)
    entity = answer["entity"]
    assert (answer["result"], [step["name"] for step in answer["steps"]]) == ("whole", STEPS)
    assert entity.items() >= {**expected, "id": position}.items()
    if "drawn" in entity:
        assert entity["cutoff"] == bundle["strata"][0]["cutoff"]
        assert entity["drawn"] == (entity["ticket"] <= entity["cutoff"])


def test_an_entity_is_shown_in_words_only_where_the_bundle_is_whole(tmp_path: Path) -> None:
    """A broken bundle says nothing about anybody."""
    whole = run(written(tmp_path, CASES[0]["bundle"]), "--entity", "uscc:eaf6eba5b4e1a77f")
    assert "已抽中" in whole.stdout
    broken = {**CASES[0]["bundle"], "seed": "00" * 32}
    assert (
        "已抽中" not in run(written(tmp_path, broken), "--entity", "uscc:eaf6eba5b4e1a77f").stdout
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe\x00",
        bytes(range(256)),
        b"null",
        b"[]",
        b'"mingqian-draw-v1"',
        b"{}",
        b'{"alg": "mingqian-draw-v2"}',
        b'{"alg": ["mingqian-draw-v1"]}',
        b'{"alg": "mingqian-draw-v1"',
        b"[" * 200_000,
        b'{"alg": "mingqian-draw-v1", "pool": ' + b"[" * 200_000,
        b"9" * 200_000,
        b"1e999999",
        b'"\\ud800"',
    ],
    ids=lambda data: data[:24].decode("latin-1"),
)
def test_what_is_no_bundle_is_unusable(data: bytes) -> None:
    """Refused with one exception, whatever it is."""
    with pytest.raises(verifier.Unusable):
        verifier.check(data)


@pytest.mark.parametrize(
    "rest",
    [
        b"",
        b', "pool": ' + b"[" * 200_000 + b"]" * 200_000,
        b', "pool": ' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        b', "seed": ' + b"9" * 200_000,
        b', "seed": NaN',
        b', "seed": -Infinity',
        b', "seed": 1.0',
        b', "seed": "\\ud800"',
        b', "seed": "", "seed": ""',
        b', "\\u952e": 1',
    ],
    ids=lambda rest: rest[:24].decode("latin-1"),
)
def test_a_bundle_outside_the_model_fails_at_shape(rest: bytes) -> None:
    """Deep, huge, doubled or not an integer: an object of this algorithm is judged, never a crash."""
    steps = verifier.check(b'{"alg": "mingqian-draw-v1"' + rest + b"}")
    assert results(steps) == {**dict.fromkeys(STEPS, "not-checked"), "shape": "failed"}


def test_unusable_input_ends_with_status_2_and_no_traceback(tmp_path: Path) -> None:
    """No file, no bundle, no hash: a sentence and nothing else."""
    binary = tmp_path / "binary"
    binary.write_bytes(bytes(range(256)))
    whole = written(tmp_path, CASES[0]["bundle"])
    for arguments in (
        [str(tmp_path / "none")],
        [str(tmp_path)],
        [str(binary)],
        [whole, "--commitment", "00"],
    ):
        done = run(*arguments)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
    answer = json.loads(run(str(binary), "--json").stdout)
    assert (answer["result"], answer["steps"], answer["entity"]) == ("unusable", [], None)


def test_hostile_text_reaches_the_terminal_without_its_control_characters(tmp_path: Path) -> None:
    """A name may not recolour the verdict or turn the line around."""
    evil = "\x1b[32m\u202e\x9b"
    rule = {
        **CASES[0]["bundle"]["commitment"]["rule"],
        "strata": [{"ratio": [1, 1], "stratum": "A"}],
    }
    pool = [{"id": evil, "stratum": evil}]
    root = verifier.merkle_root([b"\0" + verifier.canonical(pool[0])]).hex()
    commitment = {
        **CASES[0]["bundle"]["commitment"],
        "rule": rule,
        "pool_size": 1,
        "pool_root": root,
    }
    done = run(written(tmp_path, {**CASES[0]["bundle"], "commitment": commitment, "pool": pool}))
    assert "stratum '\\x1b[32m\\u202e\\x9b' has no ratio" in done.stdout
    assert not set(evil) & set(done.stdout) - set("[32m")


# ---- the file itself -------------------------------------------------------------------------


def test_the_file_needs_the_standard_library_of_python_3_9_alone() -> None:
    """Nothing of this project; py_ecc only where it happens to be installed."""
    tree = ast.parse(FILE.read_text("utf-8"), feature_version=(3, 9))
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add(str(node.module))
    roots = {name.split(".")[0] for name in imported}
    assert roots - sys.stdlib_module_names == {"py_ecc"}
