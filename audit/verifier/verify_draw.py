#!/usr/bin/env python3
"""Verify the proof bundle of a mingqian-draw-v1 draw.

核验一次随机抽取的证明包。不联网，不用本项目的任何代码。

    python3 verify_draw.py BUNDLE.json [--commitment HEX] [--entity ID] [--json] [--no-bls]

One file, Python 3.9 or later, the standard library, no network. It shares no line with the
program that drew, so that a fault of one is not a fault of the other. Every value is recomputed
from the lists and the sources, in eight steps, up to the first that differs:

    shape, commitment, pool, rule, entropy, vrf_proof, seed, strata

A step that cannot be checked here is said to be not checked, never to have passed: `commitment`
without the hash that was on record before the draw, `entropy` with drand where the package py_ecc
(BLS12-381 pairings) is not installed. Exit status: 0 whole, 1 not whole, 2 unusable input.

Sources: docs/formats/draw-v1.md; RFC 6962 (Merkle tree), RFC 8032 (Ed25519 points), RFC 8785
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
    from collections.abc import Callable

ALG = "mingqian-draw-v1"
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
    """One of the eight steps: its name, `passed`, `failed` or `not-checked`, and what was seen."""

    name: str
    result: str
    chinese: str
    english: str

    def as_object(self) -> dict[str, str]:
        """Give the JSON form."""
        detail = f"{self.chinese} / {self.english}"
        return {"name": self.name, "result": self.result, "detail": detail}


Finding = tuple[str, str, str]  # passed or not-checked, and what was seen in Chinese and English


class Quota(NamedTuple):
    """How many members a stratum has and how many of them are drawn."""

    size: int
    seats: int


class Draw:
    """The bundle under examination, and what the steps have found so far."""

    def __init__(self, data: bytes, record: str | None, *, bls: bool) -> None:
        self.text = decode_text(data)
        self.bundle, self.flaws = read_bundle(self.text)
        self.record = record
        self.bls = bls
        self.commitment_hash = b""
        self.ids: list[bytes] = []  # of the pool, in UTF-8
        self.groups: dict[str, list[bytes]] = {}  # the same by stratum
        self.quotas: dict[str, Quota] = {}
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
    """H("mingqian-draw-v1/label" || 00 || data)."""
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


def read_bundle(text: str) -> tuple[dict[str, Any], list[Broken]]:
    """Parse a JSON object of this algorithm; answer it with the flaws of its text."""
    reader = Reader()
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
    if found.get("alg") != ALG:
        raise Unusable(f"alg 不是 {ALG} / alg is not {ALG}")
    return found, reader.flaws


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


def check_shape(draw: Draw) -> Finding:
    """Keys, types and lengths are exactly those of the format; lists are in order; no id twice.

    What stands inside `entropy` and `strata` is compared in the steps of those names.
    """
    if draw.flaws:
        raise draw.flaws[0]
    bundle = draw.bundle
    # Without \u escapes every string is a piece of the text, whose pieces are NFC if it is.
    plain = "\\u" not in draw.text and unicodedata.is_normalized("NFC", draw.text)
    for name in ("entropy", "strata") if plain else BUNDLE_KEYS:
        demand_model(bundle.get(name), 2)
    demand_keys(bundle, "bundle", BUNDLE_KEYS)
    shape_commitment(bundle["commitment"])
    draw.ids = shape_entities(bundle["pool"], "pool", ("id", "stratum"))
    others = shape_entities(bundle["excluded"], "excluded", ("id", "stratum", "reason"))
    if not set(draw.ids).isdisjoint(others):
        raise Broken("有 id 同在 pool 与 excluded", "an id is both in pool and in excluded")
    demand_list(bundle["entropy"], "entropy")
    demand_list(bundle["strata"], "strata")
    demand_hex(bundle["vrf_proof"], "vrf_proof", VRF_PROOF)
    demand_hex(bundle["seed"], "seed", HASH)
    return PASSED, "键、类型、长度、次序均合格式", "keys, types, lengths and order fit the format"


def shape_commitment(value: object) -> None:
    """See to the commitment, its rule and its sources."""
    commitment = demand_keys(value, "commitment", COMMITMENT_KEYS)
    if commitment["alg"] != ALG:
        raise Broken(f"commitment.alg 不是 {ALG}", f"commitment.alg is not {ALG}")
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
    sources = demand_list(commitment["sources"], "sources")
    if not sources:
        raise Broken("没有随机源", "there is no source")
    for at, source in enumerate(sources):
        shape_source(source, f"sources[{at}]")


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


def pool_leaves(draw: Draw) -> list[bytes]:
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


def check_pool(draw: Draw) -> Finding:
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


def check_rule(draw: Draw) -> Finding:
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


def ticket_prefix(seed: bytes, stratum: str) -> bytes:
    """What stands before the id in a ticket: one block of 64 bytes."""
    return hmac.new(seed, b"stratum\0" + stratum.encode(), "sha256").digest() + bytes(HASH)


def select(seed: bytes, stratum: str, ids: list[bytes], seats: int) -> list[bytes]:
    """The smallest tickets in order, each followed by its id."""
    prefix, new = ticket_prefix(seed, stratum), hashlib.sha256
    # A ticket has a fixed length, so ticket || id sorts as the pair (ticket, id) does.
    return sorted([new(prefix + one).digest() + one for one in ids])[:seats]


def check_strata(draw: Draw) -> Finding:
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


# ---- the whole -----------------------------------------------------------------------------------

STEPS: tuple[tuple[str, str, Callable[[Draw], Finding]], ...] = (
    ("shape", "格式", check_shape),
    ("commitment", "承诺", check_commitment),
    ("pool", "名单", check_pool),
    ("rule", "规则", check_rule),
    ("entropy", "随机源", check_entropy),
    ("vrf_proof", "随机函数证明", check_vrf_proof),
    ("seed", "种子", check_seed),
    ("strata", "各层结果", check_strata),
)


def examine(draw: Draw) -> list[Step]:
    """Go through the steps up to the first that fails."""
    steps: list[Step] = []
    for name, _, run in STEPS:
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

    Raises Unusable where the bytes are no JSON object of this algorithm.
    """
    return examine(Draw(bundle_text, commitment, bls=bls))


def look_up(draw: Draw, entity: str) -> dict[str, Any]:
    """Say what a bundle that is whole says about one entity."""
    for member in draw.bundle["pool"]:
        if member["id"] == entity:
            stratum = member["stratum"]
            ticket = sha256(ticket_prefix(draw.seed, stratum) + entity.encode()).hex()
            entry = next(one for one in draw.bundle["strata"] if one["stratum"] == stratum)
            cutoff = entry["cutoff"]
            drawn = cutoff is not None and ticket <= cutoff
            found = {"id": entity, "status": "in-pool", "stratum": stratum, "ticket": ticket}
            return {**found, "cutoff": cutoff, "drawn": drawn}
    for one in draw.bundle["excluded"]:
        if one["id"] == entity:
            return {"status": "excluded", **one}
    return {"id": entity, "status": "absent"}


# ---- the command line ----------------------------------------------------------------------------

MARKS = {
    PASSED: ("✓", "通过", "passed"),
    FAILED: ("✗", "不符", "FAILED"),
    NOT_CHECKED: ("–", "未核验", "not checked"),
}


def say(line: str) -> None:
    """Write one line, whatever the terminal can show of it."""
    sys.stdout.write(line + "\n")


def say_steps(steps: list[Step]) -> None:
    """Print a mark and two lines for each step."""
    titles = {name: title for name, title, _ in STEPS}
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
    parser.add_argument("--entity", metavar="ID", help="查一个对象 / look one entity up")
    parser.add_argument(
        "--json", action="store_true", help="输出一个 JSON 对象 / print one JSON object"
    )
    parser.add_argument(
        "--no-bls", action="store_true", help="不核验 drand 签名 / leave drand signatures"
    )
    return parser


def open_draw(options: argparse.Namespace) -> Draw:
    """Read the file named on the command line."""
    try:
        with open(options.bundle, "rb") as file:  # noqa: PTH123 - nothing more is needed
            data = file.read()
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        raise Unusable(f"文件无法读取 / the file cannot be read: {error}") from None
    return Draw(data, options.commitment, bls=not options.no_bls)


def say_unusable(reason: str, *, as_json: bool) -> int:
    """Report input that cannot be checked."""
    if as_json:
        answer: dict[str, Any] = {"result": UNUSABLE, "steps": [], "entity": None}
        say(json.dumps({**answer, "detail": reason}))
    else:
        say(f"无法核验：{reason}")
    return STATUS[UNUSABLE]


def main() -> int:
    """Verify one file; answer the exit status."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a console may lack a character
    options = arguments().parse_args()
    gc.disable()  # a large bundle is many objects without a cycle
    try:
        draw = open_draw(options)
    except Unusable as error:
        return say_unusable(str(error), as_json=options.json)
    steps, entity = examine(draw), None
    result = BROKEN if broken(steps) else WHOLE
    if options.entity is not None and result == WHOLE:
        entity = look_up(draw, unicodedata.normalize("NFC", options.entity))
    if options.json:
        told = [step.as_object() for step in steps]
        say(json.dumps({"result": result, "steps": told, "entity": entity}))
    else:
        say_steps(steps)
        if entity:
            say_entity(entity)
        say_verdict(steps)
    return STATUS[result]


if __name__ == "__main__":
    sys.exit(main())
