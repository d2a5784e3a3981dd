#!/usr/bin/env python3
"""Verify the proof bundle of a draw: of entities, or of the officers who go to them.

核验一次随机抽取（抽对象、抽执法人员）的证明包。不联网，不用本项目的任何代码。

    python3 verify_draw.py BUNDLE.json [--commitment HEX] [--json] [--no-bls]
                           [--entity ID | --officer ID | --inspection ID]

One file, Python 3.9 or later, the standard library, no network. It shares no line with the
program that drew, so that a fault of one is not a fault of the other. Every value is recomputed
from the lists and the sources, step by step, up to the first that differs:

    mingqian-draw-v1:   shape, commitment, pool, rule, entropy, vrf_proof, seed, strata
    mingqian-assign-v1: shape, commitment, input, entropy, vrf_proof, seed, rule, fairness, output

A step that cannot be checked here is said to be not checked, never to have passed: `commitment`
without the hash that was on record before the draw, `entropy` with drand where the package py_ecc
(BLS12-381 pairings) is not installed. Exit status: 0 whole, 1 not whole, 2 unusable input.

Sources: docs/formats/draw-v1.md and assign-v1.md; RFC 6962 (Merkle tree), RFC 8032 (Ed25519 points), RFC 8785
(canonical JSON), RFC 9381 (ECVRF-EDWARDS25519-SHA512-TAI), RFC 9380 and drand's protocol (BLS).
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import heapq
import hmac
import json
import math
import operator
import re
import sys
import unicodedata
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

ALG = "mingqian-draw-v1"
ASSIGN = "mingqian-assign-v1"
PASSED, FAILED, NOT_CHECKED = "passed", "failed", "not-checked"
WHOLE, BROKEN, UNUSABLE = "whole", "broken", "unusable"
STATUS = {WHOLE: 0, BROKEN: 1, UNUSABLE: 2}
HASH = 32  # bytes of SHA-256, of a point and of a nonce
BUNDLE_KEYS = ("alg", "commitment", "pool", "excluded", "entropy", "vrf_proof", "seed", "strata")
COMMITMENT_KEYS = (
    "alg",
    "draw_id",
    "excluded_root",
    "pool_root",
    "pool_size",
    "rule",
    "sources",
    "vrf_key",
)
SOURCE_KEYS = {
    "drand": ("type", "chain", "round"),
    "lottery": ("type", "name", "issue"),
    "witness": ("type", "who", "commit"),
}


class Unusable(Exception):  # noqa: N818 - it says what the input is
    """The input is no proof bundle of this kind at all; nothing can be checked."""


class Broken(Exception):  # noqa: N818 - it says what the bundle is
    """The step under way does not hold. Carries the reason, Chinese first, then English."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(f"{chinese} / {english}")
        self.chinese = chinese
        self.english = english


class Step(NamedTuple):
    """One step: its name, `passed`, `failed` or `not-checked`, and what was seen."""

    name: str
    result: str
    chinese: str
    english: str

    def as_object(self) -> dict[str, str]:
        """Give the JSON form."""
        detail = f"{self.chinese} / {self.english}"
        return {"name": self.name, "result": self.result, "detail": detail}


Finding = tuple[str, str, str]  # passed or not-checked, and what was seen in Chinese and English


class Draw:
    """The bundle under examination, and what the steps have found so far.

    `PoolDraw` and `OfficerDraw` know more of the two kinds.
    """

    def __init__(self, text: Text, record: str | None, *, bls: bool) -> None:
        self.text, self.bundle, self.flaws = text
        self.record = record
        self.bls = bls
        self.commitment_hash = b""
        self.alpha = b""
        self.beta = b""
        self.seed = b""

    @property
    def commitment(self) -> dict[str, Any]:
        """What was fixed before any source could be known."""
        found: dict[str, Any] = self.bundle["commitment"]
        return found


def sha256(data: bytes) -> bytes:
    """H(x)."""
    return hashlib.sha256(data).digest()


def labelled(label: str, data: bytes) -> bytes:
    """H("mingqian-draw-v1/label" || 00 || data), in bundles of both kinds."""
    return sha256(f"{ALG}/{label}".encode("ascii") + b"\0" + data)


# ---- JSON: RFC 8785 on a small model -------------------------------------------------------------

LEVELS = 64  # of nesting; the bundle itself is the first
LARGEST = 2**53 - 1
FRAMES = 1000  # of Python's stack, its own default
DIGITS = 17  # "-9007199254740991" is as long as an integer may be written
STRING_OR_BRACKET = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', re.DOTALL)


def canonical(value: object) -> bytes:
    """Write a checked value: sorted ASCII keys, no space, only what must be escaped is escaped."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def decode_text(data: bytes) -> str:
    """Read UTF-8 strictly."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise Unusable("文件不是 UTF-8 / the file is not UTF-8") from None


class Reader:
    """Parses JSON, remembering what JSON allows and the model does not."""

    def __init__(self) -> None:
        self.flaws: list[Broken] = []

    def parse(self, text: str) -> object:
        """Parse; raises ValueError where the text is no JSON, RecursionError where it is deep."""
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(min(limit, FRAMES))  # py_ecc lifts it so far that the stack would end
        try:
            return json.loads(
                text,
                object_pairs_hook=self._object,
                parse_int=self._integer,
                parse_float=self._other,
                parse_constant=self._other,
            )
        finally:
            sys.setrecursionlimit(limit)

    def _object(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        if len(found) != len(pairs):
            self.flaws.append(Broken("同一对象中有重复的键", "a key occurs twice in one object"))
        return found

    def _integer(self, digits: str) -> int:
        number = int(digits) if len(digits) <= DIGITS else LARGEST + 1
        if abs(number) > LARGEST:
            self.flaws.append(Broken("整数超过 2^53−1", "an integer beyond 2^53−1"))
        return number

    def _other(self, token: str) -> int:
        zh, en = f"{shown(token)} 不是整数", f"{shown(token)} is not an integer"
        self.flaws.append(Broken(zh, en))
        return 0


class Text(NamedTuple):
    """The text of a bundle, what was read from it, and the flaws that it has as JSON."""

    text: str
    bundle: dict[str, Any]
    flaws: list[Broken]


def read_bundle(data: bytes) -> Text:
    """Parse a JSON object of an algorithm that is known here."""
    text, reader = decode_text(data), Reader()
    try:
        try:
            found = reader.parse(text)
        except RecursionError:
            found = reader.parse(without_deep_parts(text))
            reader.flaws.append(nested_too_deep())
    except ValueError as error:
        raise Unusable(f"文件不是 JSON / the file is not JSON: {error}") from None
    if not isinstance(found, dict):
        raise Unusable("顶层不是 JSON 对象 / the top level is not a JSON object")
    if found.get("alg") not in (ALG, ASSIGN):
        raise Unusable(f"alg 不是 {ALG} 或 {ASSIGN} / alg is neither {ALG} nor {ASSIGN}")
    return Text(text, found, reader.flaws)


def without_deep_parts(text: str) -> str:
    """Put 0 for each array or object below the last level, so that a recursive parser can read."""
    kept, depth, start = [], 0, 0
    for token in STRING_OR_BRACKET.finditer(text):
        if token.group() in ("[", "{"):
            depth += 1
            if depth == LEVELS + 1:
                kept.append(text[start : token.start()])
        elif token.group() in ("]", "}"):
            if depth == LEVELS + 1:
                kept.append("0")
                start = token.end()
            depth -= 1
    if depth <= LEVELS:  # otherwise the text ends inside: what was kept is no JSON either
        kept.append(text[start:])
    return "".join(kept)


def nested_too_deep() -> Broken:
    """Say that the text is nested beyond the model."""
    return Broken(f"嵌套超过 {LEVELS} 层", f"nested deeper than {LEVELS} levels")


def demand_model(root: object, level: int) -> None:
    """Refuse keys that are not ASCII, text that is not NFC, and what is nested too deep.

    `level` is that of `root`, 1 for a whole document. Numbers were looked at while parsing.
    """
    waiting = [(root, level)]
    while waiting:
        value, level = waiting.pop()
        if isinstance(value, str):
            demand_text(value)
        elif isinstance(value, (dict, list)):
            if level > LEVELS:
                raise nested_too_deep()
            if isinstance(value, dict):
                if not all(map(str.isascii, value)):
                    raise Broken("键含有非 ASCII 字符", "a key is not ASCII")
                value = value.values()
            waiting.extend((inner, level + 1) for inner in value)


def demand_text(value: str) -> None:
    """Refuse text that has no UTF-8 form or is not in Unicode's composed form."""
    if value.isascii():
        return
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Broken(
            f"{shown(value)} 含孤立代理码位", f"{shown(value)} has a lone surrogate"
        ) from None
    if not unicodedata.is_normalized("NFC", value):
        raise Broken(f"{shown(value)} 不是 NFC 文本", f"{shown(value)} is not NFC text")


def shown(value: str) -> str:
    """Quote hostile text for a terminal: short, nothing unprintable."""
    limit = 80
    return repr(value[:limit]) + ("…" if len(value) > limit else "")


# ---- shapes --------------------------------------------------------------------------------------

HEX = re.compile("[0-9a-f]*")


def demand_keys(value: object, where: str, keys: tuple[str, ...]) -> dict[str, Any]:
    """Demand an object with exactly these keys."""
    if not isinstance(value, dict):
        raise Broken(f"{where} 不是对象", f"{where} is not an object")
    if value.keys() != set(keys):
        zh, en = f"{where} 的键应恰为 ", f"the keys of {where} must be exactly "
        raise Broken(zh + "、".join(keys), en + ", ".join(keys))
    return value


def demand_list(value: object, where: str) -> list[Any]:
    """Demand an array."""
    if not isinstance(value, list):
        raise Broken(f"{where} 不是数组", f"{where} is not an array")
    return value


def demand_string(value: object, where: str) -> str:
    """Demand a string that is not empty."""
    if not isinstance(value, str) or not value:
        raise Broken(f"{where} 不是非空字符串", f"{where} is not a string that says something")
    return value


def demand_hex(value: object, where: str, size: int) -> bytes:
    """Demand `size` bytes in lower-case hex."""
    if not isinstance(value, str) or len(value) != 2 * size or not HEX.fullmatch(value):
        zh = f"{where} 不是 {size} 字节的小写十六进制"
        raise Broken(zh, f"{where} is not {size} bytes of lower-case hex")
    return bytes.fromhex(value)


def demand_integer(value: object, where: str, least: int) -> int:
    """Demand an integer not below `least`; true and false are none."""
    if type(value) is not int:
        raise Broken(f"{where} 不是整数", f"{where} is not an integer")
    if value < least:
        raise Broken(f"{where} 小于 {least}", f"{where} is below {least}")
    return value


def demand_ratio(value: object, where: str) -> None:
    """Demand [p, q] with 0 <= p <= q and q > 0."""
    pair = demand_list(value, where)
    if [type(number) for number in pair] != [int, int] or not 0 <= pair[0] <= pair[1] > 0:
        zh = f"{where} 不是比例 [p, q]，0 ≤ p ≤ q，q > 0"
        raise Broken(zh, f"{where} is not a ratio [p, q] with 0 <= p <= q, q > 0")


def demand_ascending(names: list[bytes], where: str) -> None:
    """Demand UTF-8 byte order, each once."""
    if not all(map(operator.lt, names, names[1:])):
        zh = f"{where} 未按 UTF-8 字节升序排列或有重复"
        raise Broken(zh, f"{where} is not in ascending UTF-8 byte order, or repeats")


def shape_bundle(draw: Draw, keys: tuple[str, ...], inner: tuple[str, ...]) -> None:
    """See to what bundles of both kinds have; of `inner` only later steps look at the insides."""
    if draw.flaws:
        raise draw.flaws[0]
    bundle = draw.bundle
    # Without \u escapes every string is a piece of the text, whose pieces are NFC if it is.
    plain = "\\u" not in draw.text and unicodedata.is_normalized("NFC", draw.text)
    for name in inner if plain else keys:
        demand_model(bundle.get(name), 2)
    demand_keys(bundle, "bundle", keys)
    demand_list(bundle["entropy"], "entropy")
    demand_hex(bundle["vrf_proof"], "vrf_proof", VRF_PROOF)
    demand_hex(bundle["seed"], "seed", HASH)


def demand_alg(value: object, where: str, alg: str) -> None:
    """Demand the name of the algorithm."""
    if value != alg:
        raise Broken(f"{where} 不是 {alg}", f"{where} is not {alg}")


def shape_sources(value: object) -> None:
    """See to the sources of a commitment."""
    sources = demand_list(value, "sources")
    if not sources:
        raise Broken("没有随机源", "there is no source")
    for at, source in enumerate(sources):
        shape_source(source, f"sources[{at}]")


class Quota(NamedTuple):
    """How many members a stratum has and how many of them are drawn."""

    size: int
    seats: int


class PoolDraw(Draw):
    """A draw of entities under examination."""

    def __init__(self, text: Text, record: str | None, *, bls: bool) -> None:
        super().__init__(text, record, bls=bls)
        self.ids: list[bytes] = []  # of the pool, in UTF-8
        self.groups: dict[str, list[bytes]] = {}  # the same by stratum
        self.quotas: dict[str, Quota] = {}


def check_shape(draw: PoolDraw) -> Finding:
    """Keys, types and lengths are exactly those of the format; lists are in order; no id twice.

    What stands inside `entropy` and `strata` is compared in the steps of those names.
    """
    shape_bundle(draw, BUNDLE_KEYS, ("entropy", "strata"))
    bundle = draw.bundle
    shape_commitment(bundle["commitment"])
    draw.ids = shape_entities(bundle["pool"], "pool", ("id", "stratum"))
    others = shape_entities(bundle["excluded"], "excluded", ("id", "stratum", "reason"))
    if not set(draw.ids).isdisjoint(others):
        raise Broken("有 id 同在 pool 与 excluded", "an id is both in pool and in excluded")
    demand_list(bundle["strata"], "strata")
    return PASSED, "键、类型、长度、次序均合格式", "keys, types, lengths and order fit the format"


def shape_commitment(value: object) -> None:
    """See to the commitment, its rule and its sources."""
    commitment = demand_keys(value, "commitment", COMMITMENT_KEYS)
    demand_alg(commitment["alg"], "commitment.alg", ALG)
    demand_string(commitment["draw_id"], "commitment.draw_id")
    for name in ("excluded_root", "pool_root", "vrf_key"):
        demand_hex(commitment[name], f"commitment.{name}", HASH)
    demand_integer(commitment["pool_size"], "commitment.pool_size", 0)
    rule = demand_keys(commitment["rule"], "rule", ("floor", "min_per_stratum", "strata"))
    demand_ratio(rule["floor"], "rule.floor")
    demand_integer(rule["min_per_stratum"], "rule.min_per_stratum", 0)
    names = []
    for at, entry in enumerate(demand_list(rule["strata"], "rule.strata")):
        demand_keys(entry, f"rule.strata[{at}]", ("ratio", "stratum"))
        demand_ratio(entry["ratio"], f"rule.strata[{at}].ratio")
        names.append(demand_string(entry["stratum"], f"rule.strata[{at}].stratum").encode())
    demand_ascending(names, "rule.strata")
    shape_sources(commitment["sources"])


def shape_source(source: object, where: str) -> None:
    """See to one source as it was committed to."""
    kind = source.get("type") if isinstance(source, dict) else None
    keys = SOURCE_KEYS.get(kind) if isinstance(kind, str) else None
    if keys is None:
        raise Broken(f"{where} 不是已知的随机源类型", f"{where} is of no known type of source")
    found = demand_keys(source, where, keys)
    if kind == "drand":
        demand_hex(found["chain"], f"{where}.chain", HASH)
        demand_integer(found["round"], f"{where}.round", 1)
    elif kind == "lottery":
        demand_string(found["name"], f"{where}.name")
        demand_string(found["issue"], f"{where}.issue")
    else:
        demand_string(found["who"], f"{where}.who")
        demand_hex(found["commit"], f"{where}.commit", HASH)


def shape_entities(value: object, where: str, keys: tuple[str, ...]) -> list[bytes]:
    """See to a list of entities, in passes that are quick for many; answer their ids in UTF-8."""
    entities = demand_list(value, where)
    if not set(map(type, entities)) <= {dict} or not set(map(len, entities)) <= {len(keys)}:
        entities = [demand_keys(one, f"{where}[{at}]", keys) for at, one in enumerate(entities)]
    try:
        columns = [list(map(operator.itemgetter(key), entities)) for key in keys]
    except KeyError:
        raise Broken(f"{where} 有成员缺键", f"a member of {where} lacks a key") from None
    if not all(set(map(type, column)) <= {str} for column in columns):
        raise Broken(f"{where} 有值不是字符串", f"a value in {where} is not a string")
    if any("" in column for column in columns):
        raise Broken(f"{where} 有空字符串", f"a value in {where} is empty")
    ids = list(map(str.encode, columns[0]))
    demand_ascending(ids, where)
    return ids


# ---- commitment and pool -------------------------------------------------------------------------

ESCAPED = re.compile(rb'[\x00-\x1f"\\]')  # what JSON cannot hold as it is


def check_commitment(draw: Draw) -> Finding:
    """The hash of the commitment is the one on record."""
    draw.commitment_hash = sha256(canonical(draw.commitment))
    found = draw.commitment_hash.hex()
    if draw.record is None:
        zh = f"未给出存档的承诺哈希，请与抽取前公布的对照：{found}"
        en = f"no hash on record was given; compare with the one published before the draw: {found}"
        return NOT_CHECKED, zh, en
    if draw.record != found:
        raise Broken(
            f"承诺的哈希是 {found}，与存档不同",
            f"the commitment hashes to {found}, not as on record",
        )
    return PASSED, f"与存档一致：{found}", f"as on record: {found}"


def merkle_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, of leaves that carry their 00 prefix already.

    Pairing neighbours level by level and carrying an odd last one up gives the same tree as
    splitting at the largest power of two.
    """
    new = hashlib.sha256
    level = [new(leaf).digest() for leaf in leaves]
    while len(level) > 1:
        lefts, rights = level[0::2], level[1::2]
        odd = lefts[len(rights) :]
        level = [new(b"\1" + a + b).digest() for a, b in zip(lefts, rights)]  # noqa: B905 - not in 3.9
        level += odd
    return level[0] if level else sha256(b"")


def pool_leaves(draw: PoolDraw) -> list[bytes]:
    """Write each member canonically behind a 00 byte, and group the ids by stratum on the way."""
    pool, written = draw.bundle["pool"], draw.ids
    if ESCAPED.search(b"".join(written)):
        written = [canonical(member["id"])[1:-1] for member in pool]
    tails: dict[str, bytes] = {}
    leaves = []
    for member, one, text in zip(pool, draw.ids, written):  # noqa: B905 - not in 3.9
        stratum = member["stratum"]
        if stratum not in tails:
            tails[stratum] = b'","stratum":' + canonical(stratum) + b"}"
            draw.groups[stratum] = []
        draw.groups[stratum].append(one)
        leaves.append(b'\0{"id":"' + text + tails[stratum])
    return leaves


def check_pool(draw: PoolDraw) -> Finding:
    """The size and both roots follow from the lists."""
    commitment, excluded = draw.commitment, draw.bundle["excluded"]
    leaves = pool_leaves(draw)
    if commitment["pool_size"] != len(leaves):
        zh = f"名单有 {len(leaves)} 个，承诺为 {commitment['pool_size']} 个"
        en = f"the pool has {len(leaves)} members, the commitment says {commitment['pool_size']}"
        raise Broken(zh, en)
    if merkle_root(leaves).hex() != commitment["pool_root"]:
        raise Broken("抽取名单算不出 pool_root", "pool_root does not follow from the pool")
    if (
        merkle_root([b"\0" + canonical(one) for one in excluded]).hex()
        != commitment["excluded_root"]
    ):
        raise Broken(
            "排除名单算不出 excluded_root", "excluded_root does not follow from the excluded"
        )
    zh = f"抽取名单 {len(leaves)} 个、排除 {len(excluded)} 个，与承诺一致"
    en = f"{len(leaves)} in the pool and {len(excluded)} excluded, as committed"
    return PASSED, zh, en


# ---- rule ----------------------------------------------------------------------------------------


def ceiling(number: int, ratio: list[int]) -> int:
    """The smallest integer not below number · p / q."""
    return -(-number * ratio[0] // ratio[1])


def allot(sizes: dict[str, int], rule: dict[str, Any]) -> dict[str, int]:
    """Give each stratum of the rule its seats: ratio, least number, size, then the floor."""
    seats = {}
    for entry in rule["strata"]:
        size, ratio = sizes[entry["stratum"]], entry["ratio"]
        wanted = max(rule["min_per_stratum"], ceiling(size, ratio))
        seats[entry["stratum"]] = min(size, wanted) if ratio[0] else 0
    missing = ceiling(sum(sizes.values()), rule["floor"]) - sum(seats.values())
    # Fractions seats/size compare as integers once all are brought to one denominator.
    whole = math.lcm(*(size for size in sizes.values() if size))
    open_strata = [
        (seats[name] * (whole // sizes[name]), rank, name)
        for rank, (name, entry) in enumerate((one["stratum"], one) for one in rule["strata"])
        if entry["ratio"][0] and seats[name] < sizes[name]
    ]
    heapq.heapify(open_strata)
    while missing > 0 and open_strata:
        fraction, rank, name = heapq.heappop(open_strata)
        seats[name] += 1
        missing -= 1
        if seats[name] < sizes[name]:
            heapq.heappush(open_strata, (fraction + whole // sizes[name], rank, name))
    if missing > 0:
        raise Broken("规则达不到总体下限", "the floor over the whole pool cannot be met")
    return seats


def check_rule(draw: PoolDraw) -> Finding:
    """Each stratum has a ratio and the floor can be met."""
    rule = draw.commitment["rule"]
    sizes = {entry["stratum"]: 0 for entry in rule["strata"]}
    for name, ids in draw.groups.items():
        if name not in sizes:
            raise Broken(f"层 {shown(name)} 没有比例", f"stratum {shown(name)} has no ratio")
        sizes[name] = len(ids)
    seats = allot(sizes, rule)
    draw.quotas = {name: Quota(sizes[name], seats[name]) for name in sizes}
    total = sum(seats.values())
    zh, en = f"{len(sizes)} 层，共应抽 {total} 个", f"{len(sizes)} strata, {total} to be drawn"
    return PASSED, zh, en


# ---- entropy -------------------------------------------------------------------------------------


def check_entropy(draw: Draw) -> Finding:
    """Each source fits what was revealed. Gives alpha."""
    sources, entropy = draw.commitment["sources"], draw.bundle["entropy"]
    if len(entropy) != len(sources):
        raise Broken("entropy 与 sources 数目不同", "entropy is not as long as sources")
    yields, unchecked = [], 0
    for at, (source, revealed) in enumerate(zip(sources, entropy)):  # noqa: B905 - not in 3.9
        where = f"entropy[{at}]"
        if source["type"] == "witness":
            yields.append(witness_yield(source, revealed, where))
        elif source["type"] == "lottery":
            yields.append(lottery_yield(source, revealed, where))
        else:
            signature, holds = drand_yield(source, revealed, where, bls=draw.bls)
            yields.append(sha256(signature))
            unchecked += not holds
    draw.alpha = labelled("alpha", draw.commitment_hash + b"".join(yields))
    if unchecked:
        zh = f"{unchecked} 个 drand 签名未核验（需安装 py_ecc），其余 {len(yields) - unchecked} 个来源相符"
        en = f"{unchecked} drand signatures were not checked (py_ecc is needed)"
        en += f", the other {len(yields) - unchecked} sources fit"
        return NOT_CHECKED, zh, en
    return PASSED, f"{len(yields)} 个来源均相符", f"all {len(yields)} sources fit"


def witness_yield(source: dict[str, Any], revealed: object, where: str) -> bytes:
    """The nonce, whose hash was committed to."""
    found = demand_keys(revealed, where, ("nonce",))
    nonce = demand_hex(found["nonce"], f"{where}.nonce", HASH)
    if labelled("witness", nonce).hex() != source["commit"]:
        raise Broken(
            f"{where} 的随机数与见证人的承诺不符",
            f"the nonce in {where} is not the one committed to",
        )
    return nonce


def lottery_yield(source: dict[str, Any], revealed: object, where: str) -> bytes:
    """The hash over the issue and its numbers, each group ascending."""
    found = demand_keys(revealed, where, ("numbers",))
    groups = demand_list(found["numbers"], f"{where}.numbers")
    for group in groups:
        if not isinstance(group, list) or not group or {type(number) for number in group} != {int}:
            zh = f"{where}.numbers 的每组应是非空的整数数组"
            raise Broken(
                zh, f"each group of {where}.numbers must be an array of integers, not empty"
            )
    if not groups:
        raise Broken(f"{where}.numbers 没有号码", f"{where}.numbers is empty")
    numbers = [sorted(group) for group in groups]
    drawn = {"issue": source["issue"], "name": source["name"], "numbers": numbers}
    return labelled("lottery", canonical(drawn))


class Chain(NamedTuple):
    """A drand chain whose key is pinned here.

    `chained`: each round signs the signature before it. `wide`: signatures lie in G2 (96 bytes)
    and the key in G1, otherwise the other way round (48 bytes).
    """

    name: str
    public_key: str
    chained: bool
    wide: bool

    @property
    def signature_size(self) -> int:
        """Bytes of a compressed signature."""
        return 96 if self.wide else 48

    @property
    def domain(self) -> bytes:
        """The domain separation tag of hashing to the group of signatures."""
        return b"BLS_SIG_BLS12381G%d_XMD:SHA-256_SSWU_RO_NUL_" % (2 if self.wide else 1)


CHAINS = {  # by chain hash; https://api.drand.sh/HASH/info tells the same
    "8990e7a9aaed2ffed73dbd7092123d6f289930540d7651336225dc172e51b2ce": Chain(
        name="default",
        public_key="868f005eb8e6e4ca0a47c8a77ceaa5309a47978a7c71bc5cce96366b5d7a5699"
        "37c529eeda66c7293784a9402801af31",
        chained=True,
        wide=True,
    ),
    "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971": Chain(
        name="quicknet",
        public_key="83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c"
        "8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb"
        "5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
        chained=False,
        wide=False,
    ),
}


def drand_yield(
    source: dict[str, Any], revealed: object, where: str, *, bls: bool
) -> tuple[bytes, bool]:
    """Answer the signature, and whether it was checked as well as read."""
    chain = CHAINS.get(source["chain"])
    if chain is None:
        zh = f"{where} 的 drand 链没有固定的公钥，无人能核验"
        raise Broken(zh, f"{where}: no key is pinned for this drand chain, so nobody can check it")
    keys = ("signature", "previous_signature") if chain.chained else ("signature",)
    found = demand_keys(revealed, where, keys)
    signature = demand_hex(found["signature"], f"{where}.signature", chain.signature_size)
    previous = b""
    if chain.chained:
        # The first round signs the genesis seed, a hash, in place of a signature.
        size = HASH if source["round"] == 1 else chain.signature_size
        previous = demand_hex(found["previous_signature"], f"{where}.previous_signature", size)
    message = sha256(previous + source["round"].to_bytes(8, "big"))
    curve = pairing_library() if bls else None
    if curve is None:
        return signature, False
    if not signature_holds(curve, chain, message, signature):
        zh = f"{where} 的 drand 签名对第 {source['round']} 轮不成立"
        raise Broken(zh, f"{where}: the drand signature does not hold for round {source['round']}")
    return signature, True


class PairingLibrary(NamedTuple):
    """The three modules of py_ecc that a BLS check needs."""

    curve: Any
    hashing: Any
    compression: Any


def pairing_library() -> PairingLibrary | None:
    """Load py_ecc where it is installed and has all that is needed."""
    try:
        from py_ecc import optimized_bls12_381  # noqa: PLC0415 - slow to load, seldom wanted
        from py_ecc.bls import hash_to_curve, point_compression  # noqa: PLC0415 - the same
    except Exception:  # noqa: BLE001 - a package that does not load is as good as none
        return None
    if not hasattr(hash_to_curve, "hash_to_G1"):
        return None
    return PairingLibrary(optimized_bls12_381, hash_to_curve, point_compression)


def read_point(library: PairingLibrary, data: bytes) -> Any:  # noqa: ANN401 - py_ecc has no types
    """Decompress a point of G1 (48 bytes) or G2 (96 bytes); None where it must be refused.

    Refused are encodings other than the canonical one, points off the curve or outside the
    subgroup of prime order, and infinity.
    """
    curve, codec = library.curve, library.compression
    half = 48
    parts = [int.from_bytes(data[at : at + half], "big") for at in range(0, len(data), half)]
    try:
        if len(parts) == 1:
            point, base = codec.decompress_G1(parts[0]), curve.b
            again = [codec.compress_G1(point)]
        else:
            point, base = codec.decompress_G2(tuple(parts)), curve.b2
            again = list(codec.compress_G2(point))
    except (ValueError, AssertionError):
        return None
    good = again == parts and not curve.is_inf(point) and curve.is_on_curve(point, base)
    return point if good and curve.is_inf(curve.multiply(point, curve.curve_order)) else None


def signature_holds(
    library: PairingLibrary, chain: Chain, message: bytes, signature: bytes
) -> bool:
    """Check e(key, hashed message) = e(generator, signature)."""
    curve = library.curve
    key = read_point(library, bytes.fromhex(chain.public_key))
    signed = read_point(library, signature)
    if key is None or signed is None:
        return False
    if chain.wide:
        hashed = library.hashing.hash_to_G2(message, chain.domain, hashlib.sha256)
        left = curve.pairing(hashed, key, final_exponentiate=False)
        right = curve.pairing(signed, curve.neg(curve.G1), final_exponentiate=False)
    else:
        hashed = library.hashing.hash_to_G1(message, chain.domain, hashlib.sha256)
        left = curve.pairing(key, hashed, final_exponentiate=False)
        right = curve.pairing(curve.G2, curve.neg(signed), final_exponentiate=False)
    return bool(curve.final_exponentiate(left * right) == curve.FQ12.one())


# ---- VRF: RFC 9381, ECVRF-EDWARDS25519-SHA512-TAI, in plain integers ------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493  # of the base point
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
SUITE = b"\x03"
VRF_PROOF = 80  # bytes: Gamma 32, c 16, s 32
CHALLENGE = 16
TRIES = 256  # the counter of try-and-increment is one byte
Point = tuple[int, int, int, int]  # (X, Y, Z, T) with x = X/Z, y = Y/Z, T = XY/Z


def add(p: Point, q: Point) -> Point:
    """Add two points; the formula holds for all pairs (RFC 8032, 5.1.4)."""
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * D * p[3] * q[3] % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


IDENTITY = (0, 1, 1, 0)


def times(scalar: int, point: Point) -> Point:
    """Add a point `scalar` times, by doubling from the highest bit."""
    total: Point = IDENTITY
    for bit in f"{scalar:b}":
        total = add(total, total)
        if bit == "1":
            total = add(total, point)
    return total


def minus(point: Point) -> Point:
    """The inverse of a point."""
    return (-point[0] % P, point[1], point[2], -point[3] % P)


def is_identity(point: Point) -> bool:
    """Whether x = 0 and y = 1."""
    return point[0] % P == 0 and (point[1] - point[2]) % P == 0


def encode_point(point: Point) -> bytes:
    """RFC 8032, 5.1.2: y in 255 bits, little endian, then the lowest bit of x."""
    inverse = pow(point[2], -1, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(HASH, "little")


def decode_point(data: bytes) -> Point | None:
    """RFC 8032, 5.1.3, strictly: None for y >= p, for no root, and for x = 0 with a sign."""
    number = int.from_bytes(data, "little")
    y, sign = number & (1 << 255) - 1, number >> 255
    if y >= P:
        return None
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if v * x * x % P == P - u:
        x = x * ROOT_OF_MINUS_ONE % P
    if v * x * x % P != u or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


BASE = decode_point((4 * pow(5, -1, P) % P).to_bytes(HASH, "little")) or IDENTITY


def encode_to_curve(salt: bytes, alpha: bytes) -> Point:
    """RFC 9381, 5.4.1.1: try and increment; no input is known that exhausts the counter."""
    for counter in range(TRIES):
        tried = hashlib.sha512(SUITE + b"\1" + salt + alpha + bytes([counter]) + b"\0").digest()
        point = decode_point(tried[:HASH])
        if point is not None:
            cleared = times(8, point)
            if not is_identity(cleared):
                return cleared
    raise Broken("alpha 无法映射到曲线上", "alpha cannot be mapped to the curve")


def vrf_output(key: bytes, alpha: bytes, proof: bytes) -> bytes:
    """RFC 9381, 5.3: verify, and answer beta (64 bytes); Broken where the proof is not valid.

    As there, Gamma only has to be a point of the curve: a part outside the prime subgroup
    vanishes from beta, which is taken from 8·Gamma.
    """
    public, gamma = decode_point(key), decode_point(proof[:HASH])
    if public is None or is_identity(times(8, public)):  # 5.4.5
        raise Broken("vrf_key 不是合格的公钥", "vrf_key is not a valid key")
    if gamma is None:
        raise Broken("vrf_proof 的 Gamma 不是曲线上的点", "Gamma in vrf_proof is not a point")
    c = int.from_bytes(proof[HASH : HASH + CHALLENGE], "little")
    s = int.from_bytes(proof[HASH + CHALLENGE :], "little")
    hashed = encode_to_curve(key, alpha)
    if s >= ORDER:
        raise Broken("vrf_proof 的 s 超出范围", "s in vrf_proof is out of range")
    u = add(times(s, BASE), minus(times(c, public)))
    v = add(times(s, hashed), minus(times(c, gamma)))
    points = b"".join(map(encode_point, (public, hashed, gamma, u, v)))
    if (
        hashlib.sha512(SUITE + b"\2" + points + b"\0").digest()[:CHALLENGE]
        != proof[HASH : HASH + CHALLENGE]
    ):
        raise Broken(
            "证明对 alpha 与 vrf_key 不成立", "the proof does not hold for alpha and vrf_key"
        )
    return hashlib.sha512(SUITE + b"\3" + encode_point(times(8, gamma)) + b"\0").digest()


def check_vrf_proof(draw: Draw) -> Finding:
    """The proof verifies over alpha under the committed key. Gives beta."""
    key, proof = bytes.fromhex(draw.commitment["vrf_key"]), bytes.fromhex(draw.bundle["vrf_proof"])
    draw.beta = vrf_output(key, draw.alpha, proof)
    alpha = draw.alpha.hex()
    return PASSED, f"证明成立，alpha = {alpha}", f"the proof holds, alpha = {alpha}"


def check_seed(draw: Draw) -> Finding:
    """The seed follows from alpha and beta."""
    draw.seed = labelled("seed", draw.alpha + draw.beta)
    found = draw.seed.hex()
    if found != draw.bundle["seed"]:
        raise Broken(f"应为 {found}", f"it must be {found}")
    return PASSED, f"由 alpha 与 beta 得出：{found}", f"follows from alpha and beta: {found}"


# ---- strata --------------------------------------------------------------------------------------


def ticket_prefix(seed: bytes, label: str, name: str) -> bytes:
    """What stands before the id in a ticket: one block of 64 bytes."""
    return hmac.new(seed, f"{label}\0{name}".encode(), "sha256").digest() + bytes(HASH)


def select(seed: bytes, stratum: str, ids: list[bytes], seats: int) -> list[bytes]:
    """The smallest tickets in order, each followed by its id."""
    prefix, new = ticket_prefix(seed, "stratum", stratum), hashlib.sha256
    # A ticket has a fixed length, so ticket || id sorts as the pair (ticket, id) does.
    return sorted([new(prefix + one).digest() + one for one in ids])[:seats]


def check_strata(draw: PoolDraw) -> Finding:
    """Sizes, quotas, cutoffs and selections follow from the seed."""
    claimed, total = draw.bundle["strata"], 0
    if len(claimed) != len(draw.quotas):
        raise Broken("strata 与规则的层数不同", "strata are not as many as in the rule")
    for at, (stratum, quota) in enumerate(draw.quotas.items()):
        ids = draw.groups.get(stratum, [])
        drawn = select(draw.seed, stratum, ids, quota.seats) if quota.seats else []
        right = {
            "stratum": stratum,
            "size": quota.size,
            "quota": quota.seats,
            "cutoff": drawn[-1][:HASH].hex() if drawn else None,
            "selected": [one[HASH:].decode() for one in drawn],
        }
        entry = demand_keys(claimed[at], f"strata[{at}]", tuple(right))
        for name, value in right.items():
            if canonical(entry[name]) != canonical(value):  # as bytes: in Python true equals 1
                zh, en = f"strata[{at}] 的 {name} 不符", f"{name} of strata[{at}] does not follow"
                raise Broken(zh, en)
        total += len(drawn)
    zh, en = f"{len(claimed)} 层共抽中 {total} 个", f"{total} drawn from {len(claimed)} strata"
    return PASSED, f"{zh}，与重算一致", f"{en}, as recomputed"


def look_up_entity(draw: PoolDraw, entity: str) -> dict[str, Any]:
    """Say what a bundle that is whole says about one entity."""
    for member in draw.bundle["pool"]:
        if member["id"] == entity:
            stratum = member["stratum"]
            ticket = sha256(ticket_prefix(draw.seed, "stratum", stratum) + entity.encode()).hex()
            entry = next(one for one in draw.bundle["strata"] if one["stratum"] == stratum)
            cutoff = entry["cutoff"]
            drawn = cutoff is not None and ticket <= cutoff
            found = {"id": entity, "status": "in-pool", "stratum": stratum, "ticket": ticket}
            return {**found, "cutoff": cutoff, "drawn": drawn}
    for one in draw.bundle["excluded"]:
        if one["id"] == entity:
            return {"status": "excluded", **one}
    return {"id": entity, "status": "absent"}


# ==== officers: mingqian-assign-v1 ================================================================
#
# What follows is of draws of officers alone. Sets of officers are bits of an integer, one integer
# for a department, so that one instruction looks at many officers.

ASSIGN_KEYS = ("alg", "commitment", "input", "entropy", "vrf_proof", "seed", "output")
ASSIGN_COMMITMENT_KEYS = ("alg", "draw_id", "input", "sources", "vrf_key")
EXPERTS = "experts"  # the department whose seats do not count among the two
TEAM = 2  # officers at least in an inspection


class Need(NamedTuple):
    """So many seats for officers of a department, each with all the skills, at one inspection."""

    inspection: str
    department: str
    seats: int
    skills: tuple[str, ...]


class Officer(NamedTuple):
    """One who can be sent, at most `capacity` times; None is without limit."""

    department: str
    skills: frozenset[str]
    capacity: int | None


class Roster:
    """The input, read: who is needed where, and who may go."""

    def __init__(self) -> None:
        self.needs: list[Need] = []  # by their numbers
        self.inspections: dict[str, list[int]] = {}  # numbers of the needs of each, in order
        self.officers: dict[str, Officer] = {}
        self.recused: dict[str, set[str]] = {}  # who must keep away from an inspection

    def fits(self, officer: str, number: int) -> bool:
        """Whether an officer is of the department and has the skills; recusals are seen elsewhere."""
        one, need = self.officers[officer], self.needs[number]
        return one.department == need.department and one.skills.issuperset(need.skills)

    def departments(self) -> dict[str, list[str]]:
        """The officers of each department, and departments that are needed without having any."""
        found: dict[str, list[str]] = {need.department: [] for need in self.needs}
        for officer, one in self.officers.items():
            found.setdefault(one.department, []).append(officer)
        return found


Exchange = tuple[str, int]  # an officer, and those who could stand in at one of its inspections


class OfficerDraw(Draw):
    """A draw of officers under examination."""

    def __init__(self, text: Text, record: str | None, *, bls: bool) -> None:
        super().__init__(text, record, bls=bls)
        self.roster = Roster()
        self.teams: dict[str, list[str]] = {}
        self.loads: dict[str, int] = {}
        self.crews: dict[str, Crew] = {}
        self.exchanges: list[Exchange] = []
        self.seats: dict[
            str, dict[str, int]
        ] = {}  # by inspection: the need that each officer fills


# ---- officers: shape and input -------------------------------------------------------------------


def check_assign_shape(draw: OfficerDraw) -> Finding:
    """Everything but the insides of `entropy` and `output` is exactly as the format says."""
    shape_bundle(draw, ASSIGN_KEYS, ("entropy", "output"))
    commitment = demand_keys(draw.bundle["commitment"], "commitment", ASSIGN_COMMITMENT_KEYS)
    demand_alg(commitment["alg"], "commitment.alg", ASSIGN)
    demand_string(commitment["draw_id"], "commitment.draw_id")
    for name in ("input", "vrf_key"):
        demand_hex(commitment[name], f"commitment.{name}", HASH)
    shape_sources(commitment["sources"])
    given = draw.bundle["input"]
    demand_keys(given, "input", ("alg", "inspections", "officers", "recusals"))
    demand_alg(given["alg"], "input.alg", ASSIGN)
    shape_inspections(draw.roster, given["inspections"])
    shape_officers(draw.roster, given["officers"])
    shape_recusals(draw.roster, given["recusals"])
    return PASSED, "键、类型、长度、次序均合格式", "keys, types, lengths and order fit the format"


def shape_inspections(roster: Roster, value: object) -> None:
    """See to the inspections and their needs, and number the needs."""
    rows = demand_list(value, "inspections")
    for at, row in enumerate(rows):
        where = f"inspections[{at}]"
        demand_keys(row, where, ("id", "needs"))
        inspection = demand_string(row["id"], f"{where}.id")
        first, needs = len(roster.needs), demand_list(row["needs"], f"{where}.needs")
        for place, need in enumerate(needs):
            roster.needs.append(shape_need(need, f"{where}.needs[{place}]", inspection))
        own = roster.needs[first:]
        order = [(one.department.encode(), in_utf8(one.skills), one.seats) for one in own]
        if order != sorted(order):
            raise Broken(f"{where} 的需求未按次序", f"the needs of {where} are not in order")
        if sum(one.seats for one in own if one.department != EXPERTS) < TEAM:
            zh = f"{where} 的执法人员不足 {TEAM} 名（专家不计）"
            raise Broken(zh, f"{where} has fewer than {TEAM} officers, experts not counted")
        roster.inspections[inspection] = list(range(first, len(roster.needs)))
    demand_ascending([row["id"].encode() for row in rows], "inspections")


def shape_need(value: object, where: str, inspection: str) -> Need:
    """See to one need."""
    need = demand_keys(value, where, ("count", "department", "skills"))
    department = demand_string(need["department"], f"{where}.department")
    count = demand_integer(need["count"], f"{where}.count", 1)
    return Need(inspection, department, count, shape_skills(need["skills"], f"{where}.skills"))


def shape_skills(value: object, where: str) -> tuple[str, ...]:
    """See to a list of skills."""
    skills = tuple(demand_string(one, where) for one in demand_list(value, where))
    demand_ascending(in_utf8(skills), where)
    return skills


def in_utf8(texts: Iterable[str]) -> list[bytes]:
    """The bytes by which texts are put in order."""
    return [text.encode() for text in texts]


def shape_officers(roster: Roster, value: object) -> None:
    """See to the officers."""
    names = []
    for at, row in enumerate(demand_list(value, "officers")):
        where = f"officers[{at}]"
        demand_keys(row, where, ("capacity", "department", "id", "skills"))
        name, capacity = demand_string(row["id"], f"{where}.id"), row["capacity"]
        if not name.isascii():  # it is a key of `loads`
            raise Broken(f"{where}.id 不是 ASCII", f"{where}.id is not ASCII")
        if capacity is not None:
            demand_integer(capacity, f"{where}.capacity", 0)
        department = demand_string(row["department"], f"{where}.department")
        skills = frozenset(shape_skills(row["skills"], f"{where}.skills"))
        roster.officers[name] = Officer(department, skills, capacity)
        names.append(name.encode())
    demand_ascending(names, "officers")


def shape_recusals(roster: Roster, value: object) -> None:
    """See to the recusals: pairs of an officer and an inspection of this input."""
    pairs = []
    for at, row in enumerate(demand_list(value, "recusals")):
        pair = [
            demand_string(one, f"recusals[{at}]") for one in demand_list(row, f"recusals[{at}]")
        ]
        if len(pair) != 2:  # noqa: PLR2004 - it is said right here
            raise Broken(f"recusals[{at}] 不是一对", f"recusals[{at}] is no pair")
        officer, inspection = pair
        if officer not in roster.officers or inspection not in roster.inspections:
            zh = f"recusals[{at}] 的人员或检查不在输入中"
            raise Broken(zh, f"recusals[{at}] names what is not in the input")
        roster.recused.setdefault(inspection, set()).add(officer)
        pairs.append(in_utf8(pair))
    if not all(map(operator.lt, pairs, pairs[1:])):
        raise Broken("recusals 未按次序或有重复", "recusals are not in order, or one repeats")


def check_input(draw: OfficerDraw) -> Finding:
    """The input is the one that was committed to."""
    found = sha256(canonical(draw.bundle["input"])).hex()
    if found != draw.commitment["input"]:
        raise Broken(
            f"输入的哈希是 {found}，与承诺不同", f"the input hashes to {found}, not as committed"
        )
    inspections, officers = len(draw.roster.inspections), len(draw.roster.officers)
    zh = f"检查 {inspections} 次、人员 {officers} 名，与承诺一致"
    return PASSED, zh, f"{inspections} inspections and {officers} officers, as committed"


# ---- officers: rule ------------------------------------------------------------------------------


def check_teams(draw: OfficerDraw) -> Finding:
    """Needs are met exactly; recusals and capacities are kept; loads count the visits."""
    roster = draw.roster
    output = demand_keys(draw.bundle["output"], "output", ("assignments", "loads", "certificate"))
    rows = demand_list(output["assignments"], "assignments")
    if len(rows) != len(roster.inspections):
        raise Broken("assignments 与检查的数目不同", "assignments are not as many as inspections")
    loads = dict.fromkeys(roster.officers, 0)
    for at, inspection in enumerate(roster.inspections):
        team = read_team(roster, rows[at], f"assignments[{at}]", inspection)
        draw.teams[inspection] = team
        for officer in team:
            loads[officer] += 1
    for officer, one in roster.officers.items():
        if one.capacity is not None and loads[officer] > one.capacity:
            zh = f"{shown(officer)} 超过次数上限"
            raise Broken(zh, f"{shown(officer)} has more visits than its capacity")
    if canonical(output["loads"]) != canonical(loads):  # as bytes: in Python true equals 1
        raise Broken("loads 与各次检查的人员不符", "loads do not count the assignments")
    draw.loads = loads
    visits = sum(loads.values())
    zh = f"{len(rows)} 次检查、{visits} 人次，需求、回避、次数上限均相符"
    return (
        PASSED,
        zh,
        f"{len(rows)} inspections with {visits} seats: needs, recusals, capacities kept",
    )


def read_team(roster: Roster, row: object, where: str, inspection: str) -> list[str]:
    """See to one inspection; answer the ids of its officers."""
    found = demand_keys(row, where, ("inspection", "officers"))
    if found["inspection"] != inspection:
        raise Broken(f"{where} 应为 {shown(inspection)}", f"{where} must be {shown(inspection)}")
    team: list[str] = []
    for at, given in enumerate(demand_list(found["officers"], f"{where}.officers")):
        spot = f"{where}.officers[{at}]"
        demand_keys(given, spot, ("department", "id"))
        officer = demand_string(given["id"], f"{spot}.id")
        one = roster.officers.get(officer)
        if one is None or given["department"] != one.department:
            raise Broken(f"{spot} 不在该部门", f"{spot} is not an officer of that department")
        if officer in roster.recused.get(inspection, ()):
            raise Broken(f"{spot} 应回避", f"{spot} must be recused")
        team.append(officer)
    if len(set(team)) != len(team):
        raise Broken(f"{where} 有人重复", f"an officer is twice in {where}")
    if seating(roster, inspection, team) is None:
        raise Broken(f"{where} 不能恰好满足需求", f"{where} does not meet the needs exactly")
    return team


def seating(roster: Roster, inspection: str, team: list[str]) -> dict[int, list[str]] | None:
    """Find who can fill which need, so that each has as many as it counts; None if nobody could.

    Each officer takes a place; where all that fit are taken, others move on by a shortest chain.
    """
    numbers = roster.inspections[inspection]
    if sum(roster.needs[number].seats for number in numbers) != len(team):
        return None
    sitting: dict[int, list[str]] = {number: [] for number in numbers}
    for officer in team:
        # At each need: who would take a place there, and the need that this one would leave.
        came: dict[int, tuple[str, int | None]] = {
            number: (officer, None) for number in numbers if roster.fits(officer, number)
        }
        queue = list(came)
        for need in queue:
            if len(sitting[need]) < roster.needs[need].seats:
                break
            for other in sitting[need]:
                for number in numbers:
                    if number not in came and roster.fits(other, number):
                        came[number] = (other, need)
                        queue.append(number)
        else:
            return None
        place: int | None = need
        while place is not None:
            mover, left = came[place]
            sitting[place].append(mover)
            if left is not None:
                sitting[left].remove(mover)
            place = left
    return sitting


# ---- officers: fairness --------------------------------------------------------------------------


class Crew:
    """The officers of one department in some order, each a bit."""

    def __init__(self, roster: Roster, officers: list[str]) -> None:
        self.roster = roster
        self.officers = officers
        self.bit = {officer: 1 << place for place, officer in enumerate(officers)}
        self.everyone = (1 << len(officers)) - 1
        self.skilled: dict[str, int] = {}
        for officer, bit in self.bit.items():
            for skill in roster.officers[officer].skills:
                self.skilled[skill] = self.skilled.get(skill, 0) | bit
        self._fit: dict[int, int] = {}

    def bits(self, officers: Iterable[str]) -> int:
        """Those of the officers who are of this department."""
        found = 0
        for officer in officers:
            found |= self.bit.get(officer, 0)
        return found

    def able(self, number: int) -> int:
        """Those who have the skills of a need."""
        found = self.everyone
        for skill in self.roster.needs[number].skills:
            found &= self.skilled.get(skill, 0)
        return found

    def fit(self, number: int) -> int:
        """Those who have the skills and no recusal."""
        if number not in self._fit:
            recused = self.roster.recused.get(self.roster.needs[number].inspection, ())
            self._fit[number] = self.able(number) & ~self.bits(recused)
        return self._fit[number]


def count(bits: int) -> int:
    """How many bits are set."""
    return bin(bits).count("1")  # noqa: FURB161 - bit_count is not in 3.9


def each(bits: int) -> Iterator[int]:
    """The places of the bits that are set, in order."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def exchanges(draw: OfficerDraw) -> Iterator[Exchange]:
    """For each officer and inspection: those who could be there in its stead.

    The place that falls free may be filled by another of the team, whose place then is free.
    """
    roster = draw.roster
    for inspection, numbers in roster.inspections.items():
        team = draw.teams[inspection]
        sitting = seating(roster, inspection, team) or {}
        for start, leaving in sitting.items():
            free = [start]
            for need in free:
                for number in numbers:
                    if number not in free and any(
                        roster.fits(one, need) for one in sitting[number]
                    ):
                        free.append(number)
            crew, others = draw.crews[roster.needs[start].department], 0
            for need in free:
                others |= crew.fit(need)
            others &= ~crew.bits(team)
            for officer in leaving:
                yield officer, others


def has_room(draw: OfficerDraw, officer: str) -> bool:
    """Whether an officer could take one more visit."""
    capacity = draw.roster.officers[officer].capacity
    return capacity is None or draw.loads[officer] < capacity


def check_fairness(draw: OfficerDraw) -> Finding:
    """The certificate holds, so that no assignment has more even loads."""
    where = "output.certificate"
    certificate = demand_keys(draw.bundle["output"]["certificate"], where, ("levels",))
    levels = certificate["levels"]
    if not isinstance(levels, dict) or levels.keys() != draw.roster.officers.keys():
        zh = f"{where}.levels 不是每名人员一项"
        raise Broken(zh, f"{where}.levels is not one entry for each officer")
    for officer, level in levels.items():
        load = draw.loads[officer]
        demand_integer(level, f"{where}.levels.{shown(officer)}", 0)
        if load > level + 1 or (level > load and has_room(draw, officer)):
            zh = f"{shown(officer)} 的级别 {level} 与次数 {load} 不符"
            raise Broken(zh, f"level {level} of {shown(officer)} does not fit a load of {load}")
    departments = draw.roster.departments()
    draw.crews = {name: Crew(draw.roster, officers) for name, officers in departments.items()}
    draw.exchanges = list(exchanges(draw))
    lower = {name: below(crew, levels) for name, crew in draw.crews.items()}
    for officer, others in draw.exchanges:
        if others & lower[draw.roster.officers[officer].department][levels[officer]]:
            zh = f"{shown(officer)} 的一次检查可换由次数更少者承担"
            raise Broken(zh, f"a visit of {shown(officer)} can be handed to one with fewer")
    zh = f"均衡证书成立：{len(draw.exchanges)} 人次逐一核对，无法更均衡"
    return (
        PASSED,
        zh,
        f"the certificate holds for all {len(draw.exchanges)} seats: no fairer loads exist",
    )


def below(crew: Crew, levels: dict[str, int]) -> dict[int, int]:
    """For each level: the officers of the department whose level is lower."""
    at: dict[int, int] = {}
    for officer, bit in crew.bit.items():
        at[levels[officer]] = at.get(levels[officer], 0) | bit
    found, lower = {}, 0
    for level in sorted(at):
        found[level] = lower
        lower |= at[level]
    return found


def greatest_levels(draw: OfficerDraw) -> dict[str, int]:
    """The greatest levels that exchanges allow; the lowest are settled first."""
    most = max(draw.loads.values(), default=0)
    levels = {
        officer: load if has_room(draw, officer) else most for officer, load in draw.loads.items()
    }
    waiting = draw.exchanges
    for level in sorted(set(levels.values())):
        low = {
            name: crew.bits(one for one in crew.officers if levels[one] <= level)
            for name, crew in draw.crews.items()
        }
        settled = True
        while settled:
            settled, rest = False, []
            for officer, others in waiting:
                department = draw.roster.officers[officer].department
                if levels[officer] > level and others & low[department]:
                    levels[officer] = level
                    low[department] |= draw.crews[department].bit[officer]
                    settled = True
                elif levels[officer] > level:
                    rest.append((officer, others))
            waiting = rest
    return levels


# ---- officers: output ----------------------------------------------------------------------------


class Filling:
    """The seats of one department as they are filled one by one.

    Nobody at a level of `reach` can hand a visit down to a load below that level, directly or in a
    chain. That never changes for the better, so a search that found nothing spares the later ones.
    """

    def __init__(self, crew: Crew) -> None:
        self.crew = crew
        self.needs = crew.roster.needs
        self.loads = [0] * len(crew.officers)
        self.capacities = [crew.roster.officers[one].capacity for one in crew.officers]
        self.held: list[dict[str, int]] = [{} for _ in crew.officers]  # inspection: need
        self.here: dict[str, int] = {}  # by inspection, those who sit there
        self.busy = 0  # those who sit anywhere
        self.room: dict[int, int] = {}  # by load, those who could take one more
        self.reach = {0: crew.everyone}
        for place in range(len(crew.officers)):
            self.note_room(place)

    def note_room(self, place: int) -> None:
        """Note an officer under its load, where it has room."""
        load, capacity = self.loads[place], self.capacities[place]
        if capacity is None or load < capacity:
            self.room[load] = self.room.get(load, 0) | 1 << place

    def seat(self, start: int, lot: int) -> None:
        """Fill one seat of a need, trying loads from the least that may be reached."""
        load = self.least(start)
        while True:
            came: dict[int, tuple[int, int] | None] = {start: None}
            for need in self.search(start, load, came):
                if candidates := self.fresh(need) & self.room.get(load, 0):
                    self.take(nth(candidates, lot % count(candidates)), need, came)
                    return
            load = self.raise_reach(came, load)

    def least(self, start: int) -> int:
        """A load below which no chain from a need can end."""
        fit = self.crew.fit(start)
        return min((level for level, those in self.reach.items() if fit & those), default=0)

    def fresh(self, need: int) -> int:
        """Those who fit a need and do not sit in its inspection."""
        return self.crew.fit(need) & ~self.here.get(self.needs[need].inspection, 0)

    def search(
        self, start: int, load: int, came: dict[int, tuple[int, int] | None]
    ) -> Iterator[int]:
        """Give the needs whose seats could fall free, breadth first, as far as they may matter."""
        alive = self.busy
        for level, those in self.reach.items():
            if level > load:
                alive &= ~those
        queue, seen = [start], 0
        yield start
        for need in queue:
            inspection, fresh = self.needs[need].inspection, self.fresh(need)
            fit = self.crew.fit(need) & alive
            for place in each(fit & ~(fresh & seen)):
                held = self.held[place]
                inside = inspection in held  # such a one can only change places in there
                for other in [held[inspection]] if inside else sorted(held.values()):
                    if other not in came:
                        came[other] = (place, need)
                        queue.append(other)
                        yield other
            seen |= fresh

    def raise_reach(self, came: Iterable[int], load: int) -> int:
        """Note what a search in vain for a load has shown; answer the least load that is left.

        A chain from there ends with one who was met, or passes one who was left out of the search.
        """
        met = fit = 0
        for need in came:
            met |= self.fresh(need)
            fit |= self.crew.fit(need)
        left = [level for level, those in self.reach.items() if level > load and those & fit]
        left += [level for level, those in self.room.items() if those & met]
        if not left:
            raise Broken("按规则无法满足需求", "the needs cannot be met")
        for level in [level for level in self.reach if level <= load]:
            moved = self.reach[level] & met
            self.reach[level] ^= moved
            self.reach[min(left)] = self.reach.get(min(left), 0) | moved
            if not self.reach[level]:
                del self.reach[level]
        return min(left)

    def take(self, place: int, need: int, came: dict[int, tuple[int, int] | None]) -> None:
        """Let an officer take a seat, and the others of the chain move on."""
        bit, load = 1 << place, self.loads[place]
        self.busy |= bit
        self.room[load] ^= bit
        if not self.room[load]:
            del self.room[load]
        self.loads[place] += 1
        self.note_room(place)
        step: tuple[int, int] | None = (place, need)
        while step is not None:
            place, need = step
            step = came[need]
            inspection = self.needs[need].inspection
            if step is not None:
                del self.held[step[0]][inspection]
                self.here[inspection] ^= 1 << step[0]
            self.held[place][inspection] = need
            self.here[inspection] = self.here.get(inspection, 0) | 1 << place


def nth(bits: int, number: int) -> int:
    """The place of a set bit, counted from 0; by halving, as there may be thousands."""
    place, width = 0, bits.bit_length()
    while width > 1:
        half = width // 2
        low = bits & (1 << half) - 1
        inside = count(low)
        if number < inside:
            bits, width = low, half
        else:
            bits, place, number, width = bits >> half, place + half, number - inside, width - half
    return place


def by_ticket(seed: bytes, label: str, name: str, ids: Iterable[str]) -> list[str]:
    """Put ids into the order of their tickets."""
    prefix = ticket_prefix(seed, label, name)
    return [one.decode() for _, one in sorted((sha256(prefix + i), i) for i in in_utf8(ids))]


def lots(draw: OfficerDraw, inspection: str) -> dict[int, list[int]]:
    """The lots of the seats of an inspection, by need."""
    prefix, seat = ticket_prefix(draw.seed, "seats", inspection), 0
    found: dict[int, list[int]] = {}
    for number in draw.roster.inspections[inspection]:
        found[number] = []
        for _ in range(draw.roster.needs[number].seats):
            ticket = sha256(prefix + str(seat).encode())
            found[number].append(int.from_bytes(ticket, "big"))
            seat += 1
    return found


def assign(draw: OfficerDraw) -> None:
    """Fill all seats from the seed."""
    roster = draw.roster
    fillings = {
        name: Filling(Crew(roster, by_ticket(draw.seed, "roster", name, officers)))
        for name, officers in roster.departments().items()
    }
    for inspection in by_ticket(draw.seed, "inspections", "", roster.inspections):
        for number, tickets in lots(draw, inspection).items():
            for lot in tickets:
                fillings[roster.needs[number].department].seat(number, lot)
    draw.seats = {inspection: {} for inspection in roster.inspections}
    for filling in fillings.values():
        for officer, held in zip(filling.crew.officers, filling.held):  # noqa: B905 - not in 3.9
            for inspection, number in held.items():
                draw.seats[inspection][officer] = number


def check_output(draw: OfficerDraw) -> Finding:
    """The whole output follows from input and seed, byte for byte."""
    assign(draw)
    given = draw.bundle["output"]
    for at, (inspection, seats) in enumerate(draw.seats.items()):
        officers = by_ticket(draw.seed, "officers", inspection, seats)
        row = {
            "inspection": inspection,
            "officers": [
                {"id": one, "department": draw.roster.officers[one].department} for one in officers
            ],
        }
        if canonical(given["assignments"][at]) != canonical(row):
            names = ", ".join(map(shown, officers))
            raise Broken(f"assignments[{at}] 应为 {names}", f"assignments[{at}] must be {names}")
    # The loads were counted from these assignments before.
    if canonical(given["certificate"]["levels"]) != canonical(greatest_levels(draw)):
        raise Broken("certificate 不是重算所得", "the certificate is not the recomputed one")
    zh = f"{len(draw.seats)} 次检查的人员与重算一致"
    return PASSED, zh, f"the officers of {len(draw.seats)} inspections are as recomputed"


# ---- officers: why this one ----------------------------------------------------------------------


def explain_need(draw: OfficerDraw, number: int) -> dict[str, Any]:
    """Say of one need who of its department may fill it, and who does."""
    need = draw.roster.needs[number]
    crew = draw.crews[need.department]
    able, fit = count(crew.able(number)), count(crew.fit(number))
    filled = [one for one, seat in draw.seats[need.inspection].items() if seat == number]
    return {
        "department": need.department,
        "skills": list(need.skills),
        "count": need.seats,
        "in_department": len(crew.officers),
        "without_skills": len(crew.officers) - able,
        "recused": able - fit,
        "eligible": fit,
        "officers": [one for one in draw.teams[need.inspection] if one in filled],
    }


def look_up_inspection(draw: OfficerDraw, inspection: str) -> dict[str, Any]:
    """Say why these officers are at an inspection."""
    numbers = draw.roster.inspections.get(inspection)
    if numbers is None:
        return {"id": inspection, "status": "absent"}
    needs = [explain_need(draw, number) for number in numbers]
    leader = draw.teams[inspection][0]
    return {"id": inspection, "status": "assigned", "leader": leader, "needs": needs}


def look_up_officer(draw: OfficerDraw, officer: str) -> dict[str, Any]:
    """Say where an officer goes, and how many could have gone."""
    one = draw.roster.officers.get(officer)
    if one is None:
        return {"id": officer, "status": "absent"}
    visits = [
        {"inspection": inspection, **explain_need(draw, seats[officer])}
        for inspection, seats in draw.seats.items()
        if officer in seats
    ]
    found = {"id": officer, "status": "on-roster", "department": one.department}
    return {**found, "capacity": one.capacity, "load": draw.loads[officer], "visits": visits}


def say_loads(draw: OfficerDraw) -> None:
    """Print how many officers of each department go to how many inspections."""
    say("各部门人员的检查次数 / inspections per officer, by department")
    for name, crew in draw.crews.items():
        loads = sorted(draw.loads[officer] for officer in crew.officers)
        if loads:
            groups = "，".join(f"{load} 次 × {loads.count(load)} 人" for load in sorted(set(loads)))
            say(f"  {shown(name)}：{len(loads)} 人，每人 {loads[0]}–{loads[-1]} 次（{groups}）")


def say_need(need: dict[str, Any]) -> None:
    """Print one need: who could fill it, and who does."""
    skills = "、".join(map(shown, need["skills"])) or "无 / none"
    say(f"  {shown(need['department'])} × {need['count']}，技能 / skills：{skills}")
    say(f"    符合条件 {need['eligible']} 人：部门 {need['in_department']} 人，"
        f"缺技能 {need['without_skills']} 人，应回避 {need['recused']} 人")  # fmt: skip
    say(f"    {need['eligible']} eligible: {need['in_department']} in the department, "
        f"{need['without_skills']} without the skills, {need['recused']} recused")  # fmt: skip
    say(f"    抽中 / drawn：{'、'.join(map(shown, need['officers']))}")


def say_inspection(found: dict[str, Any]) -> None:
    """Print why these officers are at an inspection."""
    name = shown(found["id"])
    if found["status"] == "absent":
        say(f"{name} 不在这次抽取的检查中。\n  {name} is no inspection of this draw.")
        return
    say(f"{name} 的检查组，组长 {shown(found['leader'])}。每席在符合条件、次数最少的人员中抽签。")
    say(f"  The team of {name}; each seat goes by lot among those who fit and have fewest visits.")
    for need in found["needs"]:
        say_need(need)


def say_officer(found: dict[str, Any]) -> None:
    """Print where an officer goes."""
    name = shown(found["id"])
    if found["status"] == "absent":
        say(f"{name} 不在名册中。\n  {name} is not on the roster.")
        return
    limit = "不限 / no limit" if found["capacity"] is None else found["capacity"]
    say(f"{name}（{shown(found['department'])}）：检查 {found['load']} 次，上限 {limit}")
    say(f"  {name} goes to {found['load']} inspections")
    for visit in found["visits"]:
        say(f"  {shown(visit['inspection'])}")
        say_need(visit)


# ==== the whole ===================================================================================

Steps = tuple[tuple[str, str, "Callable[[Any], Finding]"], ...]
POOL_STEPS: Steps = (
    ("shape", "格式", check_shape),
    ("commitment", "承诺", check_commitment),
    ("pool", "名单", check_pool),
    ("rule", "规则", check_rule),
    ("entropy", "随机源", check_entropy),
    ("vrf_proof", "随机函数证明", check_vrf_proof),
    ("seed", "种子", check_seed),
    ("strata", "各层结果", check_strata),
)
OFFICER_STEPS: Steps = (
    ("shape", "格式", check_assign_shape),
    ("commitment", "承诺", check_commitment),
    ("input", "输入", check_input),
    ("entropy", "随机源", check_entropy),
    ("vrf_proof", "随机函数证明", check_vrf_proof),
    ("seed", "种子", check_seed),
    ("rule", "规则", check_teams),
    ("fairness", "均衡", check_fairness),
    ("output", "分派结果", check_output),
)


def open_draw(data: bytes, record: str | None, *, bls: bool) -> Draw:
    """Read a bundle of either kind; raises Unusable where the bytes are none."""
    text = read_bundle(data)
    kind = PoolDraw if text.bundle["alg"] == ALG else OfficerDraw
    return kind(text, record, bls=bls)


def steps_of(draw: Draw) -> Steps:
    """The steps of this kind of bundle."""
    return POOL_STEPS if isinstance(draw, PoolDraw) else OFFICER_STEPS


def examine(draw: Draw) -> list[Step]:
    """Go through the steps up to the first that fails."""
    steps: list[Step] = []
    for name, _, run in steps_of(draw):
        if broken(steps):
            steps.append(Step(name, NOT_CHECKED, "前面有一步不符", "an earlier step failed"))
            continue
        try:
            steps.append(Step(name, *run(draw)))
        except Broken as error:
            steps.append(Step(name, FAILED, error.chinese, error.english))
    return steps


def broken(steps: list[Step]) -> bool:
    """Whether a step failed."""
    return any(step.result == FAILED for step in steps)


def check(bundle_text: bytes, commitment: str | None = None, *, bls: bool = True) -> list[Step]:
    """Verify a bundle as published; `commitment` is the hash on record in lower-case hex.

    Raises Unusable where the bytes are no JSON object of an algorithm that is known here.
    """
    return examine(open_draw(bundle_text, commitment, bls=bls))


LOOK_UPS = {  # by option: the kind of draw that it is for, and what answers
    "entity": (PoolDraw, look_up_entity),
    "officer": (OfficerDraw, look_up_officer),
    "inspection": (OfficerDraw, look_up_inspection),
}


def demand_look_ups(draw: Draw, wanted: dict[str, str]) -> None:
    """Refuse to look up what this kind of draw does not have."""
    for option in wanted:
        if not isinstance(draw, LOOK_UPS[option][0]):
            alg = draw.bundle["alg"]
            raise Unusable(f"{alg} 的证明包没有 --{option} / a bundle of {alg} has no --{option}")


def look_up(draw: Draw, wanted: dict[str, str]) -> dict[str, Any]:
    """Say what a bundle that is whole says about one of its own."""
    return {
        option: LOOK_UPS[option][1](draw, unicodedata.normalize("NFC", name))  # type: ignore[operator]
        for option, name in wanted.items()
    }


# ---- the command line ----------------------------------------------------------------------------

MARKS = {
    PASSED: ("✓", "通过", "passed"),
    FAILED: ("✗", "不符", "FAILED"),
    NOT_CHECKED: ("–", "未核验", "not checked"),
}


def say(line: str) -> None:
    """Write one line, whatever the terminal can show of it."""
    sys.stdout.write(line + "\n")


def say_steps(draw: Draw, steps: list[Step]) -> None:
    """Print a mark and two lines for each step."""
    titles = {name: title for name, title, _ in steps_of(draw)}
    for step in steps:
        mark, zh, en = MARKS[step.result]
        say(f"{mark} {titles[step.name]}：{zh}。{step.chinese}")
        say(f"  {step.name}: {en}. {step.english}")


def say_entity(found: dict[str, Any]) -> None:
    """Print what the bundle says about one entity."""
    name = shown(found["id"])
    if found["status"] == "absent":
        say(f"{name} 不在抽取名单，也不在排除名单。\n  {name} is neither in the pool nor excluded.")
    elif found["status"] == "excluded":
        reason = shown(found["reason"])
        say(f"{name} 已排除，理由：{reason}。\n  {name} is excluded: {reason}.")
    else:
        zh, en = ("已抽中", "is drawn") if found["drawn"] else ("未抽中", "is not drawn")
        say(f"{name} 在层 {shown(found['stratum'])} 中，{zh}。\n  {name} {en}.")
        say(f"  签号 / ticket  {found['ticket']}")
        say(f"  截止签号 / cutoff  {found['cutoff'] or '无 / none'}")


SAY_FOUND = {"entity": say_entity, "officer": say_officer, "inspection": say_inspection}


def say_verdict(steps: list[Step]) -> None:
    """Print the last line."""
    failed = [step.name for step in steps if step.result == FAILED]
    open_steps = [step.name for step in steps if step.result == NOT_CHECKED]
    if failed:
        say(f"结论：不可信，{failed[0]} 一步不符。\nVerdict: NOT whole, step {failed[0]} failed.")
    elif open_steps:
        names = ", ".join(open_steps)
        say(
            f"结论：已核验的各步均成立；未核验：{names}。\nVerdict: whole as far as checked; not checked: {names}."
        )
    else:
        say("结论：完整无误。\nVerdict: whole.")


def hash_on_record(text: str) -> str:
    """Read the value of --commitment."""
    given = text.strip().lower()
    if not re.fullmatch("[0-9a-f]{64}", given):
        raise argparse.ArgumentTypeError("要 64 位十六进制 / 64 hex digits are wanted")
    return given


def arguments() -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(
        description="核验抽取的证明包 / verify the proof bundle of a draw"
    )
    parser.add_argument("bundle", help="证明包文件 / the bundle, a JSON file")
    zh = "抽取前公布的承诺哈希"
    parser.add_argument(
        "--commitment",
        metavar="HEX",
        type=hash_on_record,
        help=f"{zh} / the hash published before the draw",
    )
    zh = "查一次检查的人员"
    parser.add_argument("--entity", metavar="ID", help="查一个对象 / look one entity up")
    parser.add_argument("--officer", metavar="ID", help="查一名执法人员 / look one officer up")
    parser.add_argument(
        "--inspection", metavar="ID", help=f"{zh} / why these officers are at an inspection"
    )
    parser.add_argument(
        "--json", action="store_true", help="输出一个 JSON 对象 / print one JSON object"
    )
    parser.add_argument(
        "--no-bls", action="store_true", help="不核验 drand 签名 / leave drand signatures"
    )
    return parser


def open_file(options: argparse.Namespace) -> Draw:
    """Read the file named on the command line."""
    try:
        with open(options.bundle, "rb") as file:  # noqa: PTH123 - nothing more is needed
            data = file.read()
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        raise Unusable(f"文件无法读取 / the file cannot be read: {error}") from None
    return open_draw(data, options.commitment, bls=not options.no_bls)


def answer_json(result: str, steps: list[Step], found: dict[str, Any], detail: str | None) -> str:
    """Write one JSON object; what was not looked up is null, `detail` is there for unusable input."""
    told = {"result": result, "steps": [step.as_object() for step in steps]}
    reason = {} if detail is None else {"detail": detail}
    return json.dumps({**told, **dict.fromkeys(LOOK_UPS), **found, **reason})


def say_unusable(reason: str, *, as_json: bool) -> int:
    """Report input that cannot be checked."""
    if as_json:
        say(answer_json(UNUSABLE, [], {}, reason))
    else:
        say(f"无法核验：{reason}")
    return STATUS[UNUSABLE]


def main() -> int:
    """Verify one file; answer the exit status."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a console may lack a character
    options = arguments().parse_args()
    wanted = {
        name: getattr(options, name) for name in LOOK_UPS if getattr(options, name) is not None
    }
    gc.disable()  # a large bundle is many objects without a cycle
    try:
        draw = open_file(options)
        demand_look_ups(draw, wanted)
    except Unusable as error:
        return say_unusable(str(error), as_json=options.json)
    steps = examine(draw)
    result = BROKEN if broken(steps) else WHOLE
    found = look_up(draw, wanted) if result == WHOLE else {}
    if options.json:
        say(answer_json(result, steps, found, None))
    else:
        say_steps(draw, steps)
        if isinstance(draw, OfficerDraw) and result == WHOLE:
            say_loads(draw)
        for option, say_found in SAY_FOUND.items():
            if option in found:
                say_found(found[option])
        say_verdict(steps)
    return STATUS[result]


if __name__ == "__main__":
    sys.exit(main())
