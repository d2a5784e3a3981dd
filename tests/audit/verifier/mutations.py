"""Kinds of change that break a proof bundle, by name.

`TREE` changes a parsed bundle in place and tells whether it could; `TEXT` gives the bytes of a changed file, or None. Each
makes exactly one change, which every verifier must notice even without a pairing library.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

    Bundle = dict[str, Any]
    Tree = Callable[[Bundle, Random], bool]
    Text = Callable[[str, Random], bytes | None]

TREE: dict[str, Tree] = {}
TEXT: dict[str, Text] = {}


def _tree(change: Tree) -> Tree:
    TREE[change.__name__.replace("_", "-")] = change
    return change


def _text(change: Text) -> Text:
    TEXT[change.__name__.replace("_", "-")] = change
    return change


# ---- places ----------------------------------------------------------------------------------


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, Any, tuple[Any, ...]]]:  # noqa: ANN401 - JSON
    """Give each container with a key or index in it, and the path to there."""
    keys = range(len(value)) if isinstance(value, list) else list(value)
    for key in keys:
        yield value, key, (*path, key)
        if isinstance(value[key], dict | list):
            yield from _places(value[key], (*path, key))


def _replace(
    bundle: Bundle, rng: Random, fits: Callable[[Any], bool], change: Callable[[Any], Any]
) -> bool:
    """Replace one value that fits, chosen evenly over the parts of a bundle."""
    found: dict[Any, list[tuple[Any, Any]]] = {}
    for holder, key, path in _places(bundle):
        # `alg` decides whether it is a bundle; a round before is seen only with a pairing library
        if path != ("alg",) and key != "previous_signature" and fits(holder[key]):
            found.setdefault(path[:1], []).append((holder, key))
    if not found:
        return False
    holder, key = rng.choice(found[rng.choice(list(found))])
    holder[key] = change(holder[key])
    return True


def _is_number(value: object) -> bool:
    return type(value) is int


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_hex(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{64,}", value) is not None


def pick(rng: Random, rows: list[Any], fits: Callable[[Any], object] = bool) -> Any:  # noqa: ANN401 - JSON
    """Choose a row that fits; None where there is none."""
    found = [row for row in rows if fits(row)]
    return rng.choice(found) if found else None


def _flipped(digits: str, rng: Random) -> str:
    at = rng.randrange(len(digits))
    return digits[:at] + f"{int(digits[at], 16) ^ rng.randint(1, 15):x}" + digits[at + 1 :]


def _source_at(bundle: Bundle, rng: Random, kind: str) -> int | None:
    """Choose a source of a type; its revealed part has the same index."""
    sources = bundle["commitment"]["sources"]
    at: int | None = pick(rng, list(range(len(sources))), lambda i: sources[i]["type"] == kind)
    return at


def swap(rows: list[Any], rng: Random) -> bool:
    """Swap two rows that differ."""
    pairs = [(i, j) for i in range(len(rows)) for j in range(i) if rows[i] != rows[j]]
    if pairs:
        i, j = rng.choice(pairs)
        rows[i], rows[j] = rows[j], rows[i]
    return bool(pairs)


def remove(rows: list[Any], rng: Random) -> bool:
    """Remove a row, where there is one."""
    if rows:
        del rows[rng.randrange(len(rows))]
        return True
    return False


# ---- one digit of a hex field ----------------------------------------------------------------


def flip_field(*path: str) -> Tree:
    """Change one digit of a hex field."""

    def change(bundle: Bundle, rng: Random) -> bool:
        holder: Any = bundle
        for key in path[:-1]:
            holder = holder[key]
        holder[path[-1]] = _flipped(holder[path[-1]], rng)
        return True

    return change


TREE["flip-pool-root"] = flip_field("commitment", "pool_root")
TREE["flip-excluded-root"] = flip_field("commitment", "excluded_root")
TREE["flip-vrf-key"] = flip_field("commitment", "vrf_key")
TREE["flip-vrf-proof"] = flip_field("vrf_proof")
TREE["flip-seed"] = flip_field("seed")


def _flip_source(part: str, kind: str, field: str) -> Tree:
    def change(bundle: Bundle, rng: Random) -> bool:
        at = _source_at(bundle, rng, kind)
        if at is None:
            return False
        rows = bundle["entropy"] if part == "entropy" else bundle["commitment"]["sources"]
        rows[at][field] = _flipped(rows[at][field], rng)
        return True

    return change


TREE["flip-witness-commit"] = _flip_source("sources", "witness", "commit")
TREE["flip-drand-chain"] = _flip_source("sources", "drand", "chain")
TREE["flip-nonce"] = _flip_source("entropy", "witness", "nonce")
TREE["flip-drand-signature"] = _flip_source("entropy", "drand", "signature")


@_tree
def flip_cutoff(bundle: Bundle, rng: Random) -> bool:
    """Another cutoff by one digit."""
    row = pick(rng, bundle["strata"], lambda row: row["cutoff"] is not None)
    if row:
        row["cutoff"] = _flipped(row["cutoff"], rng)
    return row is not None


# ---- pool and excluded -----------------------------------------------------------------------


@_tree
def swap_pool_members(bundle: Bundle, rng: Random) -> bool:
    """The pool out of order."""
    return swap(bundle["pool"], rng)


@_tree
def swap_ids_of_members(bundle: Bundle, rng: Random) -> bool:
    """Two members in each other's stratum, the ids still in order."""
    first = pick(rng, bundle["pool"])
    other = first and pick(rng, bundle["pool"], lambda row: row["stratum"] != first["stratum"])
    if not other:
        return False
    first["stratum"], other["stratum"] = other["stratum"], first["stratum"]
    return True


@_tree
def duplicate_member(bundle: Bundle, rng: Random) -> bool:
    """A member that stands twice."""
    if not bundle["pool"]:
        return False
    at = rng.randrange(len(bundle["pool"]))
    bundle["pool"].insert(at, dict(bundle["pool"][at]))
    return True


@_tree
def duplicate_over_both_lists(bundle: Bundle, rng: Random) -> bool:
    """The only excluded entity is also a member."""
    if not bundle["pool"]:
        return False
    bundle["excluded"] = [{**rng.choice(bundle["pool"]), "reason": "suspended"}]
    return True


@_tree
def remove_member(bundle: Bundle, rng: Random) -> bool:
    """A pool trimmed in silence."""
    return remove(bundle["pool"], rng)


@_tree
def remove_member_and_count(bundle: Bundle, rng: Random) -> bool:
    """A pool trimmed, and its size with it."""
    bundle["commitment"]["pool_size"] -= 1
    return remove(bundle["pool"], rng)


@_tree
def add_member(bundle: Bundle, rng: Random) -> bool:
    """A member that was not committed to, in its place."""
    stratum = rng.choice(bundle["commitment"]["rule"]["strata"])["stratum"]
    bundle["pool"].append({"id": f"uscc:{rng.randrange(10**9)}x", "stratum": stratum})
    bundle["pool"].sort(key=lambda row: row["id"].encode())
    return True


@_tree
def rename_member(bundle: Bundle, rng: Random) -> bool:
    """Another id, the order kept."""
    if not bundle["pool"]:
        return False
    bundle["pool"][-1]["id"] += "0"
    return True


@_tree
def member_with_empty_id(bundle: Bundle, rng: Random) -> bool:
    """An id that says nothing, which would stand first."""
    if not bundle["pool"]:
        return False
    bundle["pool"][0]["id"] = ""
    return True


@_tree
def member_with_empty_stratum(bundle: Bundle, rng: Random) -> bool:
    """A member that belongs nowhere."""
    row = pick(rng, bundle["pool"])
    if row:
        row["stratum"] = ""
    return row is not None


@_tree
def reason_empty(bundle: Bundle, rng: Random) -> bool:
    """Left out without a reason."""
    row = pick(rng, bundle["excluded"])
    if row:
        row["reason"] = ""
    return row is not None


@_tree
def remove_excluded(bundle: Bundle, rng: Random) -> bool:
    """One fewer who was left out."""
    return remove(bundle["excluded"], rng)


@_tree
def swap_excluded(bundle: Bundle, rng: Random) -> bool:
    """The excluded out of order."""
    return swap(bundle["excluded"], rng)


@_tree
def reason_changed(bundle: Bundle, rng: Random) -> bool:
    """Another reason for leaving out."""
    row = pick(rng, bundle["excluded"])
    if row:
        row["reason"] += "?"
    return row is not None


@_tree
def pool_size_off_by_one(bundle: Bundle, rng: Random) -> bool:
    """A size that is not that of the pool."""
    bundle["commitment"]["pool_size"] += 1
    return True


# ---- rule ------------------------------------------------------------------------------------


def _set_ratio(*ratio: object) -> Tree:
    def change(bundle: Bundle, rng: Random) -> bool:
        rng.choice(bundle["commitment"]["rule"]["strata"])["ratio"] = list(ratio)
        return True

    return change


TREE["ratio-six-fifths"] = _set_ratio(6, 5)
TREE["ratio-over-zero"] = _set_ratio(0, 0)
TREE["ratio-negative"] = _set_ratio(-1, 5)
TREE["ratio-both-negative"] = _set_ratio(-1, -5)
TREE["ratio-of-three"] = _set_ratio(1, 2, 3)
TREE["ratio-of-one"] = _set_ratio(1)
TREE["ratio-of-texts"] = _set_ratio("1", "2")
TREE["ratio-of-booleans"] = _set_ratio(False, True)  # noqa: FBT003 - the value under test


@_tree
def edit_ratio(bundle: Bundle, rng: Random) -> bool:
    """Another ratio than was committed to."""
    rng.choice(bundle["commitment"]["rule"]["strata"])["ratio"][1] += 2
    return True


@_tree
def ratio_not_reduced(bundle: Bundle, rng: Random) -> bool:
    """The same ratio written otherwise: another commitment."""
    row = rng.choice(bundle["commitment"]["rule"]["strata"])
    row["ratio"] = [part * 2 for part in row["ratio"]]
    return bool(row["ratio"][1] < 2**53)


@_tree
def floor_above_one(bundle: Bundle, rng: Random) -> bool:
    """A floor of 6/5."""
    bundle["commitment"]["rule"]["floor"] = [6, 5]
    return True


@_tree
def floor_out_of_reach(bundle: Bundle, rng: Random) -> bool:
    """Everybody should be drawn, from strata that are not drawn."""
    rule = bundle["commitment"]["rule"]
    rule["floor"] = [1, 1]
    for row in rule["strata"]:
        row["ratio"] = [0, 1]
    return bool(bundle["pool"])


@_tree
def min_per_stratum_edited(bundle: Bundle, rng: Random) -> bool:
    """Another least number."""
    rule = bundle["commitment"]["rule"]
    rule["min_per_stratum"] = rule["min_per_stratum"] % 7 + 1
    return True


@_tree
def rule_stratum_removed(bundle: Bundle, rng: Random) -> bool:
    """A stratum that has members loses its ratio."""
    used = {row["stratum"] for row in bundle["pool"]}
    strata = bundle["commitment"]["rule"]["strata"]
    row = pick(rng, strata, lambda row: row["stratum"] in used)
    if row:
        strata.remove(row)
    return row is not None


@_tree
def rule_stratum_added(bundle: Bundle, rng: Random) -> bool:
    """A ratio for nobody."""
    bundle["commitment"]["rule"]["strata"].append({"ratio": [1, 2], "stratum": "\U0010fffd"})
    return True


@_tree
def rule_strata_swapped(bundle: Bundle, rng: Random) -> bool:
    """The rule out of order."""
    return swap(bundle["commitment"]["rule"]["strata"], rng)


@_tree
def rule_stratum_twice(bundle: Bundle, rng: Random) -> bool:
    """One stratum with two ratios."""
    strata = bundle["commitment"]["rule"]["strata"]
    strata.append({**strata[-1], "ratio": [1, 2]})
    return True


# ---- commitment and sources ------------------------------------------------------------------


@_tree
def draw_id_changed(bundle: Bundle, rng: Random) -> bool:
    """The proof of another draw."""
    bundle["commitment"]["draw_id"] += "1"
    return True


@_tree
def commitment_of_other_algorithm(bundle: Bundle, rng: Random) -> bool:
    """The commitment names another algorithm than the bundle."""
    bundle["commitment"]["alg"] = "mingqian-draw-v2"
    return True


@_tree
def other_algorithm(bundle: Bundle, rng: Random) -> bool:
    """No bundle of this kind."""
    bundle["alg"] = rng.choice(["mingqian-assign-v1", "", None, 1, [], {}])
    return True


@_tree
def swap_sources(bundle: Bundle, rng: Random) -> bool:
    """Sources in another order than what they revealed."""
    return swap(bundle["commitment"]["sources"], rng)


@_tree
def swap_sources_and_entropy(bundle: Bundle, rng: Random) -> bool:
    """Another order of both: another commitment."""
    sources, entropy = bundle["commitment"]["sources"], bundle["entropy"]
    sources.reverse()
    entropy.reverse()
    return bool(sources != sources[::-1])


@_tree
def swap_entropy(bundle: Bundle, rng: Random) -> bool:
    """What was revealed in another order."""
    return swap(bundle["entropy"], rng)


@_tree
def remove_source(bundle: Bundle, rng: Random) -> bool:
    """One source fewer."""
    return remove(bundle["commitment"]["sources"], rng)


@_tree
def remove_revealed(bundle: Bundle, rng: Random) -> bool:
    """One source has revealed nothing."""
    return remove(bundle["entropy"], rng)


@_tree
def remove_source_and_revealed(bundle: Bundle, rng: Random) -> bool:
    """The last source is dropped."""
    del bundle["commitment"]["sources"][-1]
    del bundle["entropy"][-1]
    return True


@_tree
def revealed_twice(bundle: Bundle, rng: Random) -> bool:
    """More is revealed than there are sources."""
    bundle["entropy"].append(dict(rng.choice(bundle["entropy"])))
    return True


@_tree
def source_of_unknown_type(bundle: Bundle, rng: Random) -> bool:
    """A coin, say."""
    rng.choice(bundle["commitment"]["sources"])["type"] = rng.choice(["coin", "", None, 1, [], {}])
    return True


@_tree
def entropy_no_array(bundle: Bundle, rng: Random) -> bool:
    """An object where the array should be."""
    bundle["entropy"] = {str(at): row for at, row in enumerate(bundle["entropy"])}
    return True


def _nonce_of(change: Callable[[str], object]) -> Tree:
    def mutation(bundle: Bundle, rng: Random) -> bool:
        at = _source_at(bundle, rng, "witness")
        if at is not None:
            bundle["entropy"][at]["nonce"] = change(bundle["entropy"][at]["nonce"])
        return at is not None

    return mutation


TREE["nonce-of-31-bytes"] = _nonce_of(lambda nonce: nonce[:-2])
TREE["nonce-of-33-bytes"] = _nonce_of(lambda nonce: nonce + "00")
TREE["nonce-of-63-digits"] = _nonce_of(lambda nonce: nonce[:-1])
TREE["nonce-with-line-end"] = _nonce_of(lambda nonce: nonce + "\n")
TREE["nonce-with-spaces"] = _nonce_of(lambda nonce: nonce[:-2] + "  ")
TREE["nonce-in-wide-digits"] = _nonce_of(lambda nonce: nonce[:-1] + "０")
TREE["nonce-with-0x"] = _nonce_of(lambda nonce: "0x" + nonce[2:])
TREE["nonce-of-numbers"] = _nonce_of(lambda nonce: list(bytes.fromhex(nonce)))


def _drand_of(change: Callable[[dict[str, Any], dict[str, Any]], object]) -> Tree:
    """Change a drand source or what it revealed, where `change` does not answer False."""

    def mutation(bundle: Bundle, rng: Random) -> bool:
        at = _source_at(bundle, rng, "drand")
        if at is None:
            return False
        return change(bundle["commitment"]["sources"][at], bundle["entropy"][at]) is not False

    return mutation


TREE["drand-next-round"] = _drand_of(lambda source, _: source.update(round=source["round"] + 1))
TREE["drand-round-zero"] = _drand_of(lambda source, _: source.update(round=0))
TREE["drand-unknown-chain"] = _drand_of(
    lambda source, _: source.update(
        chain="84b2234fb34e835dccd048255d7ad3194b81af7d978c3bf157e3469592ae4e02"
    )
)
TREE["drand-previous-missing"] = _drand_of(
    lambda _, revealed: revealed.pop("previous_signature", None) is not None
)
TREE["drand-previous-unwanted"] = _drand_of(
    lambda _, revealed: (
        "previous_signature" not in revealed
        and revealed.update(previous_signature=revealed["signature"])
    )
)
TREE["drand-previous-too-long"] = _drand_of(
    lambda _, revealed: (
        "previous_signature" in revealed
        and revealed.update(previous_signature=revealed["previous_signature"] + "00")
    )
)
TREE["drand-previous-null"] = _drand_of(
    lambda _, revealed: revealed.update(previous_signature=None)
)
TREE["drand-signature-too-short"] = _drand_of(
    lambda _, revealed: revealed.update(signature=revealed["signature"][:-2])
)


def _lottery_of(change: Callable[[list[list[Any]]], object]) -> Tree:
    def mutation(bundle: Bundle, rng: Random) -> bool:
        at = _source_at(bundle, rng, "lottery")
        if at is None:
            return False
        return change(bundle["entropy"][at]["numbers"]) is not False

    return mutation


def _swap_ends(groups: list[list[Any]]) -> bool:
    groups[0], groups[-1] = groups[-1], groups[0]
    return sorted(groups[0]) != sorted(groups[-1])


TREE["lottery-number-edited"] = _lottery_of(lambda groups: groups[0].append(7))
TREE["lottery-without-numbers"] = _lottery_of(list.clear)
TREE["lottery-empty-group"] = _lottery_of(lambda groups: groups.append([]))
TREE["lottery-group-of-texts"] = _lottery_of(lambda groups: groups.append(["7"]))
TREE["lottery-number-no-group"] = _lottery_of(lambda groups: groups.append(7))  # type: ignore[arg-type]  # the fault
TREE["lottery-number-true"] = _lottery_of(lambda groups: groups.append([True]))
TREE["lottery-groups-swapped"] = _lottery_of(_swap_ends)


# ---- results ---------------------------------------------------------------------------------


@_tree
def selected_reordered(bundle: Bundle, rng: Random) -> bool:
    """The drawn, not in the order of their tickets."""
    row = pick(rng, bundle["strata"], lambda row: len(row["selected"]) > 1)
    return row is not None and swap(row["selected"], rng)


@_tree
def selected_replaced(bundle: Bundle, rng: Random) -> bool:
    """Somebody drawn makes room for somebody who was not."""
    for row in bundle["strata"]:
        inside = [each["id"] for each in bundle["pool"] if each["stratum"] == row["stratum"]]
        others = sorted(set(inside) - set(row["selected"]))
        if others and row["selected"]:
            row["selected"][rng.randrange(len(row["selected"]))] = rng.choice(others)
            return True
    return False


@_tree
def selected_removed(bundle: Bundle, rng: Random) -> bool:
    """Somebody drawn is left out."""
    row = pick(rng, bundle["strata"], lambda row: row["selected"])
    return row is not None and remove(row["selected"], rng)


@_tree
def selected_twice(bundle: Bundle, rng: Random) -> bool:
    """Somebody drawn stands twice."""
    row = pick(rng, bundle["strata"], lambda row: row["selected"])
    if row:
        row["selected"].append(row["selected"][-1])
    return row is not None


@_tree
def cutoff_null(bundle: Bundle, rng: Random) -> bool:
    """No cutoff though some are drawn."""
    row = pick(rng, bundle["strata"], lambda row: row["cutoff"] is not None)
    if row:
        row["cutoff"] = None
    return row is not None


@_tree
def cutoff_where_none_is_drawn(bundle: Bundle, rng: Random) -> bool:
    """A cutoff though nobody is drawn."""
    row = pick(rng, bundle["strata"], lambda row: row["cutoff"] is None)
    if row:
        row["cutoff"] = "00" * 32
    return row is not None


def _add_to_result(name: str, more: int) -> Tree:
    def change(bundle: Bundle, rng: Random) -> bool:
        rng.choice(bundle["strata"])[name] += more
        return True

    return change


TREE["quota-plus-one"] = _add_to_result("quota", 1)
TREE["quota-minus-one"] = _add_to_result("quota", -1)
TREE["size-plus-one"] = _add_to_result("size", 1)
TREE["size-minus-one"] = _add_to_result("size", -1)


@_tree
def result_true_for_one(bundle: Bundle, rng: Random) -> bool:
    """A truth value that some languages hold equal to the number."""
    name = rng.choice(["size", "quota"])
    row = pick(rng, bundle["strata"], lambda row: row[name] in (0, 1))
    if row:
        row[name] = bool(row[name])
    return row is not None


@_tree
def result_removed(bundle: Bundle, rng: Random) -> bool:
    """A stratum without its result."""
    return remove(bundle["strata"], rng)


@_tree
def result_twice(bundle: Bundle, rng: Random) -> bool:
    """A result more than strata."""
    bundle["strata"].append(dict(bundle["strata"][-1]))
    return True


@_tree
def results_swapped(bundle: Bundle, rng: Random) -> bool:
    """Results out of order."""
    return swap(bundle["strata"], rng)


@_tree
def result_renamed(bundle: Bundle, rng: Random) -> bool:
    """The result of another stratum."""
    rng.choice(bundle["strata"])["stratum"] += "1"
    return True


@_tree
def results_no_array(bundle: Bundle, rng: Random) -> bool:
    """Results that are no list at all."""
    bundle["strata"] = rng.choice([None, {}, "strata", 0])
    return True


# ---- anything, anywhere ----------------------------------------------------------------------


@_tree
def extra_key(bundle: Bundle, rng: Random) -> bool:
    """A key too many in some object."""
    key = rng.choice(["note", "键", "", "alg", "reason"])
    rows = [bundle, *(holder[at] for holder, at, _ in _places(bundle))]
    row = pick(rng, rows, lambda row: isinstance(row, dict) and key not in row)
    row[key] = "1"
    return True


@_tree
def missing_key(bundle: Bundle, rng: Random) -> bool:
    """A key too few in some object."""
    rows = [bundle, *(holder[at] for holder, at, _ in _places(bundle))]
    row = pick(rng, rows, lambda row: isinstance(row, dict) and row)
    del row[rng.choice(sorted(row))]
    return True


@_tree
def true_for_one(bundle: Bundle, rng: Random) -> bool:
    """A truth value where a number belongs."""
    return _replace(bundle, rng, lambda value: _is_number(value) and value in (0, 1), bool)


@_tree
def fraction_for_integer(bundle: Bundle, rng: Random) -> bool:
    """1.0 for 1."""
    return _replace(bundle, rng, lambda value: _is_number(value) and abs(value) < 2**53, float)


@_tree
def text_for_integer(bundle: Bundle, rng: Random) -> bool:
    """A text of digits for a number."""
    return _replace(bundle, rng, _is_number, str)


@_tree
def negative_integer(bundle: Bundle, rng: Random) -> bool:
    """-1 somewhere."""
    return _replace(bundle, rng, lambda value: _is_number(value) and value >= 0, lambda _: -1)


@_tree
def integer_out_of_range(bundle: Bundle, rng: Random) -> bool:
    """2^53 somewhere."""
    wrong = rng.choice([2**53, -(2**53), 2**64, 10**400])
    return _replace(bundle, rng, _is_number, lambda _: wrong)


@_tree
def null_somewhere(bundle: Bundle, rng: Random) -> bool:
    """Null for any value."""
    return _replace(bundle, rng, lambda value: value is not None, lambda _: None)


@_tree
def empty_text(bundle: Bundle, rng: Random) -> bool:
    """No text where some belongs."""
    return _replace(bundle, rng, _is_text, lambda _: "")


@_tree
def text_not_composed(bundle: Bundle, rng: Random) -> bool:
    """Text that is not NFC."""
    return _replace(bundle, rng, _is_text, lambda text: text + "e\u0301")


@_tree
def text_with_lone_surrogate(bundle: Bundle, rng: Random) -> bool:
    """Text without a form in UTF-8: json.dumps can only escape it."""
    wrong = rng.choice(["\ud800", "\udfff"])
    return _replace(bundle, rng, _is_text, lambda text: text + wrong)


@_tree
def uppercase_hex(bundle: Bundle, rng: Random) -> bool:
    """The same bytes in capitals."""
    fits = lambda value: _is_hex(value) and value.upper() != value  # noqa: E731 - one line says it
    return _replace(bundle, rng, fits, str.upper)


@_tree
def array_for_value(bundle: Bundle, rng: Random) -> bool:
    """Any value inside an array of its own."""
    return _replace(bundle, rng, lambda _: True, lambda value: [value])


@_tree
def object_for_value(bundle: Bundle, rng: Random) -> bool:
    """Any value inside an object of its own."""
    return _replace(bundle, rng, lambda _: True, lambda value: {"value": value})


@_tree
def nested_to_the_limit(bundle: Bundle, rng: Random) -> bool:
    """64 levels, or a few more: the model allows the first, the format neither."""
    value: Any = 1
    for _ in range(rng.choice([62, 63, 64, 70])):
        value = [value]
    bundle[rng.choice(["entropy", "strata"])].append(value)
    return True


_SAME = (
    "flip-vrf",
    "flip-seed",
    "flip-witness",
    "flip-nonce",
    "flip-drand",
    "nonce-",
    "drand-",
    "lottery-",
)
COMMON = {name: change for name, change in TREE.items() if name.startswith(_SAME)}
"""What breaks the bundle of an officers' draw likewise."""
COMMON |= {
    change.__name__.replace("_", "-"): change
    for change in (
        draw_id_changed, swap_sources, swap_sources_and_entropy, swap_entropy, remove_source, remove_revealed,
        remove_source_and_revealed, revealed_twice, source_of_unknown_type, entropy_no_array, extra_key, missing_key,
        true_for_one, fraction_for_integer, text_for_integer, negative_integer, integer_out_of_range, null_somewhere,
        empty_text, text_not_composed, text_with_lone_surrogate, uppercase_hex, array_for_value, object_for_value,
    )
}  # fmt: skip


# ---- the text itself -------------------------------------------------------------------------


@_text
def key_twice(text: str, rng: Random) -> bytes:
    """The same key with the same value again."""
    found = rng.choice(list(re.finditer(r'"[a-z_]+": (?:\d+|"[^"\\]*"|null)(?=[,}])', text)))
    return f"{text[: found.end()]}, {found.group()}{text[found.end() :]}".encode()


@_text
def alg_twice(text: str, rng: Random) -> bytes:
    """Two algorithms, the right one last."""
    return ('{"alg": "other", ' + text[1:]).encode()


@_text
def truncated(text: str, rng: Random) -> bytes:
    """The file ends early."""
    return text.encode()[: rng.randrange(len(text))]


def _number(written: Callable[[str], str]) -> Text:
    """Write one number of the text in another way."""

    def change(text: str, rng: Random) -> bytes:
        found = rng.choice(list(re.finditer(r"(?<=[\[ ])\d+(?=[,\]}])", text)))
        return (text[: found.start()] + written(found.group()) + text[found.end() :]).encode()

    return change


TEXT["number-with-exponent"] = _number(lambda digits: digits + "e0")
TEXT["number-with-fraction"] = _number(lambda digits: digits + ".0")
TEXT["number-with-leading-zero"] = _number(lambda digits: "0" + digits)
TEXT["number-with-plus"] = _number(lambda digits: "+" + digits)
TEXT["number-in-hex"] = _number(lambda digits: f"0x{digits}")
TEXT["number-nan"] = _number(lambda _: "NaN")
TEXT["number-infinite"] = _number(lambda _: "Infinity")
TEXT["number-minus-infinite"] = _number(lambda _: "-Infinity")
TEXT["number-of-5000-digits"] = _number(lambda _: "9" * 5000)
TEXT["number-beyond-floats"] = _number(lambda _: "1e999999")
TEXT["number-deep-in-arrays"] = _number(lambda digits: "[" * 20_000 + digits + "]" * 20_000)
TEXT["number-deep-in-open-arrays"] = _number(lambda digits: "[" * 20_000 + digits)


def _damage(change: Callable[[bytes], bytes]) -> Text:
    def mutation(text: str, rng: Random) -> bytes:
        return change(text.encode())

    return mutation


TEXT["trailing-comma"] = _damage(lambda data: data[:-1] + b",}")
TEXT["trailing-text"] = _damage(lambda data: data + b"x")
TEXT["second-document"] = _damage(lambda data: data + data)
TEXT["comment"] = _damage(lambda data: data + b"// all is well")
TEXT["byte-order-mark"] = _damage(lambda data: b"\xef\xbb\xbf" + data)
TEXT["utf-16"] = _damage(lambda data: data.decode().encode("utf-16"))
TEXT["no-utf-8"] = _damage(lambda data: data.replace(b"entropy", b"entrop\xff", 1))
TEXT["surrogate-in-utf-8"] = _damage(lambda data: data.replace(b"/entities", b"\xed\xa0\x80", 1))
TEXT["single-quotes"] = _damage(lambda data: data.replace(b'"alg"', b"'alg'", 1))
TEXT["control-character"] = _damage(lambda data: data.replace(b"/entities", b"\x01", 1))
TEXT["unknown-escape"] = _damage(lambda data: data.replace(b"/entities", b"\\x", 1))
TEXT["zero-byte"] = _damage(lambda data: data + b"\0")
TEXT["no-break-space"] = _damage(lambda data: data.replace(b": ", b":\xc2\xa0", 1))
TEXT["top-level-array"] = _damage(lambda data: b"[" + data + b"]")
TEXT["empty-file"] = _damage(lambda _: b"")
TEXT["binary-file"] = _damage(lambda _: bytes(range(256)))
