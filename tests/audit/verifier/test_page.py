"""The verifier page in a real browser: what it answers, and what a reader sees."""

from __future__ import annotations

import hashlib
import json
import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

from tests.audit.verifier.browser import PAGE, chromium, failed_step, opened, reports
from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import BrowserContext

    Bundle = dict[str, Any]

VECTORS = ROOT / "tests" / "vectors"
CASES = json.loads((VECTORS / "draw_v1.json").read_text("utf-8"))["cases"]
VRF = json.loads((VECTORS / "rfc9381_tai.json").read_text("utf-8"))
VRF_EXAMPLES = VRF["suites"]["ECVRF-EDWARDS25519-SHA512-TAI"]["examples"]
WITNESSED, MIXED, CHAINED, LOTTERY = (case["bundle"] for case in CASES)
STEPS = ["shape", "commitment", "pool", "rule", "entropy", "vrf_proof", "seed", "strata"]
ORDER = 2**252 + 27742317777372353535851937790883648493


@pytest.fixture(scope="module")
def browser() -> Iterator[BrowserContext]:
    """Start one browser for this file."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def engine(browser: BrowserContext) -> Iterator[Page]:
    """Open the page once for all that only call its function; it keeps nothing between two calls."""
    with opened(browser) as page:
        yield page


@pytest.fixture
def page(browser: BrowserContext) -> Iterator[Page]:
    """Open the page afresh; it must ask for nothing and complain of nothing."""
    with opened(browser) as page:
        yield page


def _written(bundle: object) -> bytes:
    return json.dumps(bundle, ensure_ascii=False).encode()


def _changed(bundle: Bundle, change: Callable[[Bundle], object]) -> bytes:
    copy = deepcopy(bundle)
    change(copy)
    return _written(copy)


def _put(*path: Any, value: object) -> Callable[[Bundle], object]:  # noqa: ANN401 - keys and indices
    def change(bundle: Bundle) -> None:
        holder: Any = bundle
        for key in path[:-1]:
            holder = holder[key]
        holder[path[-1]] = value

    return change


def _choose(page: Page, folder: Path, bundle: bytes, name: str = "bundle.json") -> None:
    """Choose a file as a reader does, and wait for the verdict."""
    (folder / name).write_bytes(bundle)
    page.set_input_files("#file", folder / name)
    expect(page.locator("#verdict")).to_have_attribute("aria-busy", "false")


def _badges(page: Page) -> list[str]:
    return page.locator("#steps .badge span:nth-child(2)").all_inner_texts()


# ---- what it answers -------------------------------------------------------------------------


def test_every_published_example_is_whole(engine: Page) -> None:
    """A step is left open only where a signature of drand is to be checked."""
    for case in CASES:
        (report,) = reports(
            engine, [_written(case["bundle"])], commitment=f" {case['commitment_hash'].upper()}\n"
        )
        sources = case["bundle"]["commitment"]["sources"]
        with_drand = any(source["type"] == "drand" for source in sources)
        unchecked = ["entropy"] if with_drand else []
        assert report["result"] == "whole"
        assert [step["name"] for step in report["steps"]] == STEPS
        assert [s["name"] for s in report["steps"] if s["result"] == "not-checked"] == unchecked


@pytest.mark.parametrize("example", VRF_EXAMPLES, ids=lambda example: example["example"])
def test_the_examples_of_rfc_9381_give_their_beta(engine: Page, example: dict[str, str]) -> None:
    """And a proof with one bit changed gives none, wherever the bit is."""
    key, alpha, pi = example["pk"], example["alpha"], example["pi"]
    assert _beta(engine, key, alpha, pi) == example["beta"]
    for place in (0, 70, 100, 159):
        other = f"{pi[:place]}{int(pi[place], 16) ^ 1:x}{pi[place + 1 :]}"
        assert _beta(engine, key, alpha, other) is None
    assert _beta(engine, key, f"{alpha}00", pi) is None


def _beta(engine: Page, *values: str) -> object:
    answer: object = engine.evaluate("(values) => mingqian.ecvrfVerify(...values)", list(values))
    return answer


def test_a_proof_whose_scalar_is_not_reduced_is_refused(engine: Page) -> None:
    """RFC 9381, 5.4.4: s must be below the order, or one proof would have several forms."""
    example = VRF_EXAMPLES[0]
    scalar = int.from_bytes(bytes.fromhex(example["pi"][96:]), "little")
    other = example["pi"][:96] + (scalar + ORDER).to_bytes(32, "little").hex()
    assert _beta(engine, example["pk"], example["alpha"], other) is None


NEUTRAL = "01" + "00" * 31
# key, challenge and response, made for this test: gamma is neutral and the order of the key divides the challenge, so
# that the proof would hold over the byte 00 without the validation of the key (RFC 9381, 5.4.5)
SMALL_ORDER = {
    1: (NEUTRAL, "8407b865a9f6169a60bc5ef8bd8bdf5e", 1),
    2: ("ec" + "ff" * 30 + "7f", "f637f1a0d774ab5bdb30d5ce27e7f6ba", 2),
    4: ("00" * 32, "80bceb5c214925fe3afa31ae67e92188", 13),
    8: (
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "9039b72beee9544c58e4b0be17213620",
        6,
    ),
}


@pytest.mark.parametrize("order", SMALL_ORDER)
def test_a_key_of_small_order_proves_nothing(engine: Page, order: int) -> None:
    """Whoever chooses such a key could prove the same beta over anything."""
    key, challenge, response = SMALL_ORDER[order]
    proof = NEUTRAL + challenge + response.to_bytes(32, "little").hex()
    assert engine.evaluate("(key) => mingqian.isPoint(key)", key) is True
    assert _beta(engine, key, "00", proof) is None


@pytest.mark.parametrize(
    "encoding",
    [
        "01" + "00" * 30 + "80",  # x = 0 with its sign
        "ee" + "ff" * 30 + "7f",  # y = p + 1
        "f0" + "ff" * 30 + "7f",  # y = p + 3
        "02" + "00" * 31,  # no point of the curve
    ],
)
def test_a_point_has_one_encoding(engine: Page, encoding: str) -> None:
    """RFC 8032, 5.1.3: or one proof would have several forms."""
    assert engine.evaluate("(hex) => mingqian.isPoint(hex)", encoding) is False


def test_its_hashes_are_those_of_the_standard_library(engine: Page) -> None:
    """At every length around the ends of blocks."""
    texts = [bytes(range(length)).hex() for length in [*range(130), 239, 240, 255]]
    for name in ("sha256", "sha512"):
        answers = engine.evaluate(f"(texts) => texts.map((text) => mingqian.{name}(text))", texts)
        wanted = [hashlib.new(name, bytes.fromhex(text)).hexdigest() for text in texts]
        assert answers == wanted


FAULTS: list[tuple[str, Bundle, Callable[[Bundle], object]]] = [
    ("shape", WITNESSED, lambda b: b.pop("seed")),
    ("shape", WITNESSED, _put("note", value=1)),
    ("shape", WITNESSED, lambda b: b["pool"].reverse()),
    ("shape", WITNESSED, lambda b: b["pool"].insert(0, b["pool"][0])),
    ("shape", WITNESSED, _put("pool", 0, "stratum", value="")),
    ("shape", WITNESSED, _put("commitment", "rule", "floor", value=[6, 5])),
    ("shape", WITNESSED, _put("commitment", "rule", "floor", value=[0, 0])),
    ("shape", MIXED, lambda b: b["commitment"]["rule"]["strata"].reverse()),
    ("shape", MIXED, lambda b: b["excluded"][0].update(id=b["pool"][0]["id"])),
    ("shape", WITNESSED, _put("commitment", "sources", value=[])),
    ("shape", WITNESSED, _put("commitment", "sources", 0, "type", value="constructor")),
    ("shape", MIXED, _put("commitment", "sources", 0, "round", value=0)),
    ("shape", WITNESSED, lambda b: b.update(seed=b["seed"].upper())),
    ("shape", WITNESSED, lambda b: b.update(vrf_proof=b["vrf_proof"][2:])),
    ("shape", WITNESSED, _put("commitment", "pool_size", value=True)),
    ("shape", WITNESSED, _put("strata", value=None)),
    ("pool", WITNESSED, _put("commitment", "pool_size", value=41)),
    ("pool", WITNESSED, lambda b: b["pool"].pop()),
    ("pool", MIXED, _put("excluded", 0, "reason", value="forgotten")),
    ("rule", WITNESSED, _put("commitment", "rule", "strata", 0, "stratum", value="中学")),
    ("rule", CHAINED, _put("commitment", "rule", "floor", value=[1, 1])),
    ("entropy", WITNESSED, lambda b: b["entropy"].append(b["entropy"][0])),
    ("entropy", WITNESSED, _put("entropy", 0, value=None)),
    ("entropy", WITNESSED, _put("entropy", 0, "nonce", value="00" * 32)),
    ("entropy", WITNESSED, _put("entropy", 0, "nonce", value="00" * 31)),
    ("entropy", MIXED, _put("commitment", "sources", 0, "chain", value="00" * 32)),
    ("entropy", MIXED, _put("entropy", 0, "previous_signature", value="00" * 48)),
    ("entropy", MIXED, _put("entropy", 0, "signature", value="00" * 96)),
    ("entropy", CHAINED, lambda b: b["entropy"][0].pop("previous_signature")),
    ("entropy", CHAINED, _put("entropy", 0, "previous_signature", value="00" * 32)),
    ("entropy", LOTTERY, _put("entropy", 0, "numbers", value=[])),
    ("entropy", LOTTERY, _put("entropy", 0, "numbers", 1, value=[])),
    ("vrf_proof", MIXED, _put("entropy", 0, "signature", value="00" * 48)),
    ("vrf_proof", LOTTERY, lambda b: b["entropy"][0]["numbers"].reverse()),
    ("vrf_proof", WITNESSED, _put("commitment", "draw_id", value="lian015/entities/9")),
    ("vrf_proof", WITNESSED, _put("commitment", "vrf_key", value="01" + "00" * 31)),
    ("seed", WITNESSED, _put("seed", value="00" * 32)),
    ("strata", WITNESSED, lambda b: b["strata"][0]["selected"].reverse()),
    ("strata", WITNESSED, _put("strata", 0, "selected", value=7)),
    ("strata", WITNESSED, _put("strata", 0, "cutoff", value=None)),
    ("strata", WITNESSED, _put("strata", 0, "note", value=1)),
    ("strata", CHAINED, lambda b: b["strata"].pop(0)),
    ("strata", MIXED, lambda b: b["strata"].append(b["strata"][0])),
]


def test_each_fault_is_named_by_the_first_step_that_differs(engine: Page) -> None:
    """Steps before it have passed or are open; those after it are not checked."""
    found = reports(engine, [_changed(bundle, change) for _, bundle, change in FAULTS])
    for number, ((name, _, _), report) in enumerate(zip(FAULTS, found, strict=True)):
        assert (number, failed_step(report)) == (number, name)
        results = [step["result"] for step in report["steps"]]
        at = STEPS.index(name)
        assert "failed" not in results[:at]
        assert set(results[at + 1 :]) <= {"not-checked"}
        assert report["steps"][at]["detail"]["zh"]


def test_numbers_of_a_lottery_count_the_same_in_any_order(engine: Page) -> None:
    """Within a group: the groups themselves are in official order."""
    change = lambda b: b["entropy"][0]["numbers"][0].reverse()  # noqa: E731 - said once
    assert reports(engine, [_changed(LOTTERY, change)])[0]["result"] == "whole"


def _with(text: str) -> bytes:
    """Give a bundle in whose place of `pool_size` something else is written."""
    return _written(WITNESSED).replace(b'"pool_size": 40', f'"pool_size": {text}'.encode())


@pytest.mark.parametrize(
    "text",
    ["40.0", "4e1", "NaN", "-Infinity", "9007199254740992", f"1{'0' * 5000}", '40, "pool_size": 40',
     '40, "\u540d": 1', '"e\u0301"', '"\\ud800"', '40, "__proto__": {}', "[" * 5000 + "]" * 5000],
)  # fmt: skip
def test_json_outside_the_model_is_a_bad_shape(engine: Page, text: str) -> None:
    """The file is a bundle of this algorithm, so its steps are gone through."""
    assert failed_step(reports(engine, [_with(text)])[0]) == "shape"


@pytest.mark.parametrize(
    "change",
    [
        _put("entropy", 0, "nonce", value="e\u0301"),
        _put("entropy", 0, "名", value=1),
        _put("strata", 0, "size", value=40.0),
    ],
)
def test_what_is_outside_the_model_is_a_bad_shape_wherever_it_stands(
    engine: Page, change: Callable[[Bundle], object]
) -> None:
    """Though other faults in there are named by their own step."""
    assert failed_step(reports(engine, [_changed(WITNESSED, change)])[0]) == "shape"


def test_spaces_order_of_keys_and_escapes_are_free(engine: Page) -> None:
    """They do not belong to what was committed to."""
    tidy = json.dumps(WITNESSED, indent=4, sort_keys=True).replace("/", "\\/").encode()
    assert reports(engine, [tidy, _with("40 "), _with("\t40\r")])[0]["result"] == "whole"


@pytest.mark.parametrize(
    "data",
    [b"", b"  ", b"null", b"[]", b"{}", b'{"alg": "mingqian-draw-v2"}', b'{"alg": 1}', b"\xff{}",
     b'\xef\xbb\xbf{"alg": "mingqian-draw-v1"}', b'{"alg": "mingqian-draw-v1"', b'{"alg": "mingqian-draw-v1"}}',
     b'{"alg": "mingqian-draw-v1",}', b'{"alg": "mingqian-draw-v1", "a": 01}', b'{"alg": "mingqian-draw-v1", "a": +1}',
     b'{"alg": "mingqian-draw-v1", "a": "\n"}', b'{"alg": "mingqian-draw-v1", "a": "\\x"}', b"{'alg': 1}", b"[" * 200_000],
)  # fmt: skip
def test_what_is_no_bundle_is_unusable(engine: Page, data: bytes) -> None:
    """No step is taken, and the reason is given."""
    (report,) = reports(engine, [data])
    assert (report["result"], report["steps"]) == ("unusable", [])
    assert report["reason"]["zh"]


def test_what_is_no_text_at_all_is_unusable_too(engine: Page) -> None:
    """Whoever calls the function gets an answer, never an exception."""
    for value in ("undefined", "null", "42", "{}", "[1]", "document", "Symbol.iterator"):
        assert engine.evaluate(f"async () => (await verifyDraw({value})).result") == "unusable"


def test_one_id_is_in_the_pool_excluded_or_absent(engine: Page) -> None:
    """With ticket and cutoff where it is in the pool."""
    drawn, out = MIXED["strata"][1]["selected"][2], MIXED["pool"][0]
    bundle = _written(MIXED)
    entity = reports(engine, [bundle], entity=drawn)[0]["entity"]
    assert (entity["state"], entity["drawn"], entity["rank"]) == ("pool", True, 3)
    assert entity["ticket"] == entity["cutoff"] == MIXED["strata"][1]["cutoff"]
    entity = reports(engine, [bundle], entity=out["id"])[0]["entity"]
    assert (entity["stratum"], entity["drawn"]) == (out["stratum"], False)
    assert entity["ticket"] > entity["cutoff"]
    excluded = {"id": "uscc:beef", "state": "excluded", "stratum": "民办/D", "reason": "suspended"}
    assert reports(engine, [bundle], entity="uscc:beef")[0]["entity"] == excluded
    assert reports(engine, [bundle], entity=" BEEF ")[0]["entity"] == excluded
    absent = {"id": "uscc:none", "state": "absent"}
    assert reports(engine, [bundle], entity="uscc:none")[0]["entity"] == absent


def test_nothing_is_said_of_a_ticket_whose_seed_was_not_verified(engine: Page) -> None:
    """A forged seed would give forged tickets."""
    data = _changed(WITNESSED, _put("seed", value="00" * 32))
    entity = reports(engine, [data], entity=WITNESSED["pool"][0]["id"])[0]["entity"]
    assert (entity["state"], entity["ticket"], entity["drawn"]) == ("pool", None, None)


# ---- what a reader sees ----------------------------------------------------------------------


def test_a_chosen_file_passes_step_by_step(page: Page, tmp_path: Path) -> None:
    """The verdict counts what was left open: here only the hash that was not given."""
    _choose(page, tmp_path, _written(WITNESSED))
    expect(page.locator("#verdict")).to_contain_text("已核验的步骤全部通过，1 项未核验")
    assert _badges(page) == ["通过", "未核验", *["通过"] * 6]
    page.fill("#hash", CASES[0]["commitment_hash"])
    page.get_by_role("button", name="比对").click()
    expect(page.locator("#verdict h2")).to_contain_text("8 个步骤全部通过")
    assert _badges(page) == ["通过"] * 8
    page.locator("#list summary").click()
    assert page.locator("#list pre").inner_text().split() == WITNESSED["strata"][0]["selected"]


def test_a_signature_that_was_not_checked_is_never_shown_as_passed(
    page: Page, tmp_path: Path
) -> None:
    """And the reader is told what can check it."""
    page.fill("#hash", CASES[1]["commitment_hash"])
    _choose(page, tmp_path, _written(MIXED))
    expect(page.locator("#verdict")).to_contain_text("1 项未核验")
    assert _badges(page) == [*["通过"] * 4, "未核验", *["通过"] * 3]
    expect(page.locator("#steps li").nth(4)).to_contain_text("verify_draw.py")


def test_a_failed_step_shows_place_given_and_recomputed_value(page: Page, tmp_path: Path) -> None:
    """The rest is not checked, and the list is not shown."""
    _choose(page, tmp_path, _changed(WITNESSED, lambda b: b["pool"].pop()))
    expect(page.locator("#verdict")).to_contain_text("核验未通过：“名单”这一步不符")
    assert _badges(page) == ["通过", "未核验", "未通过", *["未核验"] * 5]
    failed = page.locator("#steps li").nth(2)
    for text in ("commitment.pool_size", "40", "39"):
        expect(failed).to_contain_text(text)
    expect(page.locator("#list-part")).to_be_hidden()


def test_another_published_hash_breaks_the_commitment(page: Page, tmp_path: Path) -> None:
    """Both hashes are shown; what is no hash is refused by name."""
    _choose(page, tmp_path, _written(WITNESSED))
    page.fill("#hash", "0" * 64)
    page.press("#hash", "Enter")
    failed = page.locator("#steps li").nth(1)
    for text in ("未通过", "0" * 64, CASES[0]["commitment_hash"]):
        expect(failed).to_contain_text(text)
    page.fill("#hash", "67c5")
    page.press("#hash", "Enter")
    expect(page.locator("#verdict")).to_contain_text("应为 64 位十六进制")


def test_a_headmaster_reads_whether_the_school_was_drawn(page: Page, tmp_path: Path) -> None:
    """Ticket and cutoff stand one above the other, with the digit that decides."""
    _choose(page, tmp_path, _written(WITNESSED))
    drawn, out = WITNESSED["strata"][0]["selected"][0], WITNESSED["pool"][1]["id"]
    answer = page.locator("#entity")
    page.fill("#id", drawn)
    page.press("#id", "Enter")
    for text in ("已抽中", "签号 ≤ 截止签号", "小于", "签号最小的 2 家被抽中；这一家排第 1"):
        expect(answer).to_contain_text(text)
    page.fill("#id", out.removeprefix("uscc:"))
    page.get_by_role("button", name="查询").click()
    for text in ("未抽中", out, "大于截止签号"):
        expect(answer).to_contain_text(text)
    page.fill("#id", "uscc:none")
    page.press("#id", "Enter")
    expect(answer).to_contain_text("不在这份名单中")


def test_a_school_left_out_reads_why(page: Page, tmp_path: Path) -> None:
    """A reason of the program in words, any other as it stands."""
    _choose(page, tmp_path, _written(MIXED))
    for id_, reason in (("uscc:beef", "名录中已暂停"), ("uscc:dead", "inspected within the year")):
        page.fill("#id", id_)
        page.press("#id", "Enter")
        expect(page.locator("#entity")).to_contain_text(f"原因：{reason}")


def test_text_can_be_pasted_and_a_file_dropped(page: Page) -> None:
    """Every way in leads to the same verdict."""
    page.get_by_text("或粘贴文本").click()
    page.fill("#text", _written(WITNESSED).decode())
    page.get_by_role("button", name="核验").click()
    expect(page.locator("#about")).to_contain_text("lian015/entities/1")
    transfer = page.evaluate_handle(
        """(text) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([text], "dropped.json"));
          return transfer;
        }""",
        _written(LOTTERY).decode(),
    )
    page.dispatch_event("#drop", "drop", {"dataTransfer": transfer})
    for text in ("dropped.json", "lian026/entities/1"):
        expect(page.locator("#about")).to_contain_text(text)


def test_nothing_of_an_earlier_file_stays_in_sight(page: Page, tmp_path: Path) -> None:
    """A file that is no bundle clears steps, list and look-up."""
    page.fill("#id", WITNESSED["pool"][0]["id"])
    _choose(page, tmp_path, _written(WITNESSED))
    expect(page.locator("#entity")).to_contain_text("已抽中")
    _choose(page, tmp_path, b"\x00\xff", "photo.json")
    expect(page.locator("#verdict")).to_contain_text("无法核验")
    assert _badges(page) == ["未核验"] * 8
    expect(page.locator("#list-part")).to_be_hidden()
    expect(page.locator("#entity")).to_contain_text("请先选择一份形式正确的证明包")


def test_markup_in_a_file_is_shown_as_text(page: Page, tmp_path: Path) -> None:
    """Ids and names come from strangers."""
    markup = "<img src=x onerror=alert(1)><b>示例</b>"
    page.fill("#id", markup)
    _choose(page, tmp_path, _changed(WITNESSED, _put("commitment", "draw_id", value=markup)))
    for place in ("#about", "#entity"):
        expect(page.locator(place)).to_contain_text(markup)
    assert page.locator("main img, main b").count() == 0


@pytest.mark.parametrize(
    "bundle", [_written(MIXED), _changed(MIXED, lambda b: b["pool"].pop()), b"{"]
)
def test_a_phone_needs_no_sideways_scrolling(
    browser: BrowserContext, tmp_path: Path, bundle: bytes
) -> None:
    """At 360 px, whatever the verdict, with hashes and a long id in sight."""
    with opened(browser, width=360) as phone:
        phone.fill("#id", MIXED["pool"][0]["id"])
        _choose(phone, tmp_path, bundle, f"{'很长的文件名' * 9}.json")
        for summary in phone.locator("summary:visible").all():
            summary.click()
        assert phone.evaluate("document.documentElement.scrollWidth") == 360


def test_everything_is_reached_by_the_keyboard(page: Page) -> None:
    """In the order in which it is read, and each field says what it is for."""
    reached = []
    for _ in range(6):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.tagName"))
    assert reached == ["file", "SUMMARY", "hash", "BUTTON", "id", "BUTTON"]
    assert page.get_by_label("选择证明包文件").count() == 1
    for label in ("抽取前公布的承诺值", "单位编号"):
        expect(page.get_by_label(label)).to_be_visible()
    expect(page.get_by_role("status")).to_have_attribute("aria-live", "polite")


def test_the_browser_itself_forbids_the_page_any_network(browser: BrowserContext) -> None:
    """The policy stands in the file, so that it holds wherever the file lies."""
    page = browser.new_page()
    page.goto(PAGE.as_uri())
    for url in ("https://mingqian.example/", "data:,x", PAGE.as_uri()):
        outcome = page.evaluate("(url) => fetch(url).then(() => 'sent', () => 'refused')", url)
        assert outcome == "refused"
    page.close()


def test_the_page_works_over_plain_http_under_the_policy_of_a_strict_server(
    browser: BrowserContext,
) -> None:
    """There a browser gives no crypto.subtle; the page needs none."""
    policy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
    headers = {"Content-Security-Policy": policy, "Content-Type": "text/html; charset=utf-8"}
    page = browser.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.route("**", lambda route: route.fulfill(body=PAGE.read_text("utf-8"), headers=headers))
    page.goto("http://mingqian.example/verify")
    assert page.evaluate("typeof crypto.subtle") == "undefined"
    assert reports(page, [_written(WITNESSED)])[0]["result"] == "whole"
    page.close()
    assert complaints == []


def test_the_page_is_one_file() -> None:
    """It names nothing to load: no address of a script, style, image or font, and no other file."""
    text = PAGE.read_text("utf-8")
    assert (
        re.findall(r"<(?:script|img|iframe|object|embed)\s[^>]*>|@import|url\(|import\s*\(", text)
        == []
    )
    assert {address[:5] for address in re.findall(r"(?:src|href)=\"([^\"]*)\"", text)} == {"data:"}
