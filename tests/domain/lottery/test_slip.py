"""Slips: known answers, what is proved about everybody and about those who are in no list, and every lie is refused."""

from __future__ import annotations

import copy
import hmac
import json
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import DomainError
from domain.lottery.commitment import Commitment, commit, commitment_from_json
from domain.lottery.entropy import Witness, witness_commit
from domain.lottery.pool import Excluded, Member, Pool, pool_from_json, pool_of
from domain.lottery.quota import Ratio, Rule
from domain.lottery.slip import Frame, Opened, verify_slip

if TYPE_CHECKING:
    from collections.abc import Iterator

CASES = json.loads((Path(__file__).parents[2] / "vectors/draw_v1.json").read_text("utf-8"))["cases"]
SEED = bytes(range(32))
HALF = Ratio(p=1, q=2)


def committed(pool: Pool) -> Commitment:
    """A commitment to a pool; what it waits for plays no part here."""
    strata = tuple(sorted({one.stratum for one in pool.members}, key=str.encode))
    return commit(
        draw_id="示例.entities.1",
        pool=pool,
        rule=Rule(
            floor=HALF, min_per_stratum=0, strata=tuple((name, HALF) for name in strata or ("无",))
        ),
        sources=(Witness(who="示例", commit=witness_commit(SEED).hex()),),
        vrf_key=bytes(32),
    )


POOL = pool_of(
    [Member(id=f"school:{n}", stratum="小学") for n in (1, 3, 5)],
    [Excluded(id="school:4", stratum="小学", reason="suspended")],
)
COMMITMENT = committed(POOL)
OPENED = Opened(seed=SEED, cutoffs={"小学": b"\x80" + bytes(31)})


def slip_of(entity: str, *, opened: Opened | None = OPENED) -> dict[str, Any]:
    """The slip in the small pool."""
    return Frame(POOL).slip(entity, COMMITMENT, opened)


def leaf(text: str) -> bytes:
    """RFC 6962: H(0x00 || data)."""
    return sha256(b"\x00" + text.encode()).digest()


def node(left: bytes, right: bytes) -> bytes:
    """RFC 6962: H(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


def test_the_proof_of_a_member_is_that_of_rfc_6962_over_canonical_members() -> None:
    """Worked by hand: three leaves, of which the third stands alone on its level."""
    one, three, five = (leaf(f'{{"id":"school:{n}","stratum":"小学"}}') for n in (1, 3, 5))
    slip = slip_of("school:3")
    assert slip["proof"] == [one.hex(), five.hex()]
    assert slip["root"] == node(node(one, three), five).hex() == POOL.root().hex()
    assert (slip["index"], slip["size"]) == (1, 3)
    assert slip["leaf"] == {"id": "school:3", "stratum": "小学"}
    assert slip["commitment_hash"] == COMMITMENT.digest().hex()


def test_the_ticket_is_one_hash() -> None:
    """draw-v1 section 6, with the standard library alone; drawn exactly where it is not above the cutoff."""
    key = hmac.digest(SEED, b"stratum\x00" + "小学".encode(), "sha256")
    for number in (1, 3, 5):
        slip = slip_of(f"school:{number}")
        ticket = sha256(key + bytes(32) + f"school:{number}".encode()).hexdigest()
        assert slip["ticket"] == ticket
        assert (slip["status"] == "drawn") == (ticket <= "80" + "00" * 31)


def test_an_excluded_entity_is_told_why() -> None:
    """With the proof that its reason was committed; it has no ticket."""
    slip = slip_of("school:4")
    told = (slip["status"], slip["reason"], slip["root"], slip["ticket"], slip["cutoff"])
    assert told == ("excluded", "suspended", POOL.excluded_root().hex(), None, None)
    assert slip["proof"] == []


def test_before_the_disclosure_nothing_of_the_seed_is_told() -> None:
    """That one is in the pool, and no more."""
    slip = slip_of("school:3", opened=None)
    assert slip["status"] == "in-pool"
    assert {slip[name] for name in ("seed", "ticket", "cutoff")} == {None}
    verify_slip(slip, COMMITMENT.to_json())


def test_where_nobody_is_drawn_nobody_is_drawn() -> None:
    """A stratum with a quota of nothing has no cutoff."""
    opened = Opened(seed=SEED, cutoffs={"小学": None})
    slip = slip_of("school:3", opened=opened)
    assert (slip["status"], slip["cutoff"]) == ("not-drawn", None)
    verify_slip(slip, COMMITMENT.to_json())


@pytest.mark.parametrize("number", [0, 2, 4.5, 9])
def test_who_is_in_no_list_is_shown_its_neighbours(number: float) -> None:
    """Before all, between two, after all: each list proves that there is no place for it."""
    slip = slip_of(f"school:{number}")
    assert slip["status"] == "absent"
    gap = slip["absence"]["pool"]
    around = [gap[name] and gap[name]["leaf"]["id"] for name in ("before", "after")]
    below = [f"school:{n}" for n in (1, 3, 5) if n < number]
    above = [f"school:{n}" for n in (1, 3, 5) if n > number]
    assert around == [below[-1] if below else None, above[0] if above else None]
    verify_slip(slip, COMMITMENT.to_json())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["note"])
def test_slips_agree_with_the_worked_examples(case: dict[str, Any]) -> None:
    """Everybody of each published bundle: drawn if and only if selected, and every slip holds."""
    bundle = case["bundle"]
    commitment = commitment_from_json(bundle["commitment"])
    frame = Frame(pool_from_json(bundle["pool"], bundle["excluded"]))
    strata = bundle["strata"]
    cutoffs = {one["stratum"]: one["cutoff"] and bytes.fromhex(one["cutoff"]) for one in strata}
    opened = Opened(seed=bytes.fromhex(bundle["seed"]), cutoffs=cutoffs)
    selected = {id_ for one in strata for id_ in one["selected"]}
    for one in (*bundle["pool"], *bundle["excluded"], {"id": "none:1"}):
        slip = frame.slip(one["id"], commitment, opened)
        assert (slip["status"] == "drawn") == (one["id"] in selected)
        assert slip["reason"] == one.get("reason")
        verify_slip(slip, bundle["commitment"])


ids = st.text(st.sampled_from("ab𠀀￮"), min_size=1, max_size=3)
split = st.dictionaries(ids, st.sampled_from(["in", "in", "out"]), max_size=12)


@given(lists=split, asked=ids)
def test_every_id_has_exactly_one_slip_that_holds(lists: dict[str, str], asked: str) -> None:
    """In the pool, excluded or absent, whatever the lists and whatever is asked for, in UTF-8 byte order throughout."""
    pool = pool_of(
        [Member(id=id_, stratum="甲") for id_, place in lists.items() if place == "in"],
        [
            Excluded(id=id_, stratum="甲", reason="示例")
            for id_, place in lists.items()
            if place == "out"
        ],
    )
    commitment = committed(pool)
    slip = Frame(pool).slip(asked, commitment)
    wanted = {"in": "in-pool", "out": "excluded", None: "absent"}[lists.get(asked)]
    assert slip["status"] == wanted
    verify_slip(slip, commitment.to_json())


OTHERS: tuple[Any, ...] = (None, "00" * 32, 0, 4, 7, "absent", "drawn", "excluded", [], {})


def lies(slip: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The slip with one value changed, each in turn; a cutoff on the same side of the ticket is no matter of the slip."""
    for name, own in slip.items():
        if name != "cutoff":
            yield from ({**slip, name: value} for value in OTHERS if value != own)
    for name in ("absence", "leaf"):
        if slip[name] is not None:
            yield {**slip, name: {**slip[name], "more": 1}}
    yield {**slip, "more": 1}


@pytest.mark.parametrize("entity", ["school:1", "school:3", "school:4", "school:2", "school:9"])
@pytest.mark.parametrize("opened", [OPENED, None], ids=["open", "closed"])
def test_a_slip_with_any_field_changed_is_refused(entity: str, opened: Opened | None) -> None:
    """Whatever is put in its place; the slip itself holds."""
    slip = slip_of(entity, opened=opened)
    verify_slip(slip, COMMITMENT.to_json())
    for lie in lies(slip):
        with pytest.raises(DomainError) as refused:
            verify_slip(lie, COMMITMENT.to_json())
        assert refused.value.code in {"slip-invalid", "proof-invalid", "not-canonical"}


def test_another_seed_is_noticed_by_the_ticket() -> None:
    """The seed itself is proved by the bundle; a slip cannot give a ticket that does not follow from the seed it names."""
    slip = slip_of("school:3")
    with pytest.raises(DomainError, check=lambda error: error.code == "slip-invalid"):
        verify_slip({**slip, "seed": "11" * 32}, COMMITMENT.to_json())


@pytest.mark.parametrize("cutoff", [None, "00" * 32, "ff" * 32])
def test_the_status_is_what_ticket_and_cutoff_say(cutoff: str | None) -> None:
    """A cutoff on the other side of the ticket contradicts it."""
    slip = slip_of("school:3")
    drawn = cutoff is not None and slip["ticket"] <= cutoff
    lie = {**slip, "cutoff": cutoff, "status": "not-drawn" if drawn else "drawn"}
    with pytest.raises(DomainError, check=lambda error: "$.status" in error.detail):
        verify_slip(lie, COMMITMENT.to_json())


def test_a_slip_of_another_draw_is_refused() -> None:
    """Its roots may be the same."""
    other = {**COMMITMENT.to_json(), "draw_id": "示例.entities.2"}
    with pytest.raises(DomainError, check=lambda error: error.code == "slip-invalid"):
        verify_slip(slip_of("school:3"), other)


def absence(**changed: Any) -> dict[str, Any]:  # noqa: ANN401 - any part of a gap
    """The slip of an absent id with its gap in the pool changed."""
    slip = copy.deepcopy(slip_of("school:2"))
    slip["absence"]["pool"] |= changed
    return slip


def entry(entity: str) -> dict[str, Any]:
    """A member as a neighbour."""
    slip = slip_of(entity)
    return {name: slip[name] for name in ("index", "leaf", "proof")}


NOT_APART: dict[str, dict[str, Any]] = {
    "neighbours of another id": {"before": entry("school:3"), "after": entry("school:5")},
    "one left out between them": {"before": entry("school:1"), "after": entry("school:5")},
    "in the other order": {"before": entry("school:3"), "after": entry("school:1")},
    "twice the same": {"before": entry("school:1"), "after": entry("school:1")},
    "nobody after, though somebody is": {"after": None},
    "nobody before, though somebody is": {"before": None},
    "an empty list": {"before": None, "after": None},
    "an empty list of no size": {"before": None, "after": None, "size": 0},
    "another size, so that the last is first": {"before": None, "size": 2},
    "another size, so that the first is last": {"after": None, "size": 1},
    "another size that changes no path": {"size": 4},
    "a place that is not the own": {"after": {**entry("school:5"), "index": 1}},
    "a member that is excluded": {"after": {**entry("school:3"), "leaf": slip_of("school:4")["leaf"]}},
}  # fmt: skip


@pytest.mark.parametrize("changed", NOT_APART.values(), ids=NOT_APART.keys())
def test_an_absence_that_is_not_shown_is_refused(changed: dict[str, Any]) -> None:
    """Whatever is claimed of places and sizes, who stands between two others cannot be hidden."""
    verify_slip(absence(), COMMITMENT.to_json())
    with pytest.raises(DomainError) as refused:
        verify_slip(absence(**changed), COMMITMENT.to_json())
    assert refused.value.code in {"slip-invalid", "proof-invalid"}


def test_a_member_cannot_be_called_absent() -> None:
    """Neither with its own neighbours nor with itself as one of them."""
    for around in (("school:1", "school:5"), ("school:1", "school:3"), ("school:3", "school:5")):
        slip = absence(before=entry(around[0]), after=entry(around[1])) | {"entity": "school:3"}
        with pytest.raises(DomainError):
            verify_slip(slip, COMMITMENT.to_json())


def test_an_id_that_no_list_can_hold_has_no_slip() -> None:
    """Text that is not NFC is refused, as it is everywhere."""
    with pytest.raises(DomainError, check=lambda error: error.code == "not-canonical"):
        slip_of("e\u0301")
