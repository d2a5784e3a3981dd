"""The paper form: what stands on it can be typed again, a slip is found in its line, and it is one page."""

from __future__ import annotations

import re
import shutil
import stat
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from domain.errors import DomainError
from domain.lottery.entropy import witness_commit
from mingqian.cli import app
from mingqian.paper import LABELS, check_of, digits_of, form, lines_of

if TYPE_CHECKING:
    from typer.testing import Result

NONCE = bytes(range(32))
DRAW, WHO = "联2024026.entities.1", "示例见证人"
ROW = re.compile(r"<tr><th>([AB][1-4])</th>((?:<td[^>]*>[0-9a-f]{4}</td>){5})</tr>")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def typed(half: str, page: str) -> list[str]:
    """The lines of a half as one reads them off the page."""
    letter = {"upper": "A", "lower": "B"}[half]
    rows = [(label, re.findall(r">([0-9a-f]{4})<", cells)) for label, cells in ROW.findall(page)]
    return [" ".join(groups) for label, groups in rows if label.startswith(letter)]


def read(half: str, lines: list[str]) -> Result:
    """Type lines to `mingqian witness read`."""
    return CliRunner().invoke(
        app, ["witness", "read", half], input="".join(f"{each}\n" for each in lines)
    )


@pytest.fixture
def page(tmp_path: Path) -> str:
    """A form as the command writes it."""
    number, out = tmp_path / "number", tmp_path / "form.html"
    number.write_text(NONCE.hex() + "\n", encoding="ascii")
    command = ["witness", "form", str(number), "--draw", DRAW, "--who", WHO, "--out", str(out)]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    again = CliRunner().invoke(app, command)
    assert isinstance(again.exception, DomainError)
    assert again.exception.code == "file-exists"
    return out.read_text("utf-8")


def test_what_stands_on_the_form_can_be_typed_again(page: str) -> None:
    """The upper half gives the hash, the lower half the number; case, blanks and width do not matter."""
    upper = read("upper", typed("upper", page))
    assert (upper.exit_code, upper.stdout) == (0, witness_commit(NONCE).hex() + "\n")
    lines = typed("lower", page)
    wide = lines[1].translate({ord(each): ord(each) + 0xFEE0 for each in "0123456789abcdef"})
    odd = [lines[0].upper(), wide, lines[2].replace(" ", ""), f"  {lines[3]}  "]
    lower = read("lower", odd)
    assert (lower.exit_code, lower.stdout) == (0, NONCE.hex() + "\n")
    assert witness_commit(NONCE).hex() in lower.stderr


def test_the_form_says_what_it_is_for_and_needs_nothing_else(page: str) -> None:
    """Draw and witness on both halves, the number on the lower one only, nothing loaded, no script."""
    upper, lower = page.split('<section class="half" id="lower">')
    for half in (upper, lower):
        assert f"<dd>{DRAW}</dd>" in half
        assert f"<dd>{WHO}</dd>" in half
    secret = [group for line in lines_of("lower", NONCE) for group in line.groups]
    assert not any(f">{group}<" in upper for group in secret)
    assert "绝不可让任何人" in lower
    assert re.search(r"<script|<link|<img|src=|url\(|@import|https?://", page) is None
    assert "<b>" not in form(draw_id="<b>", who=WHO, nonce=NONCE)


def test_the_check_group_is_what_the_form_and_the_documentation_say() -> None:
    """The first four hex digits that sha256sum prints for label, one space and the 16 digits."""
    assert check_of("A1", "0123456789abcdef") == "3610"
    commands = Path(__file__).parents[2] / "docs" / "commands.md"
    assert "`printf 'A1 0123456789abcdef' | sha256sum` begins with `3610`" in commands.read_text(
        "utf-8"
    )
    assert [line.label for line in lines_of("upper", NONCE)] == ["A1", "A2", "A3", "A4"]
    assert "".join("".join(line.groups) for line in lines_of("lower", NONCE)) == NONCE.hex()


def test_every_single_slip_is_found_in_its_line() -> None:
    """Any digit of any line changed, and any two neighbours that differ swapped."""
    for half in LABELS:
        for line in lines_of(half, NONCE):
            right = "".join((*line.groups, line.check))
            assert digits_of(line.label, right) == right[:16]
            for wrong in slips(right):
                with pytest.raises(DomainError, match=f"form-line-wrong: {line.label}: "):
                    digits_of(line.label, wrong)


def slips(right: str) -> list[str]:
    """Texts that differ from a line as people's slips do."""
    changed = [
        right[:at] + digit + right[at + 1 :]
        for at in range(len(right))
        for digit in "0123456789abcdef"
        if digit != right[at]
    ]
    swapped = [
        right[:at] + right[at + 1] + right[at] + right[at + 2 :]
        for at in range(len(right) - 1)
        if right[at] != right[at + 1]
    ]
    return [*changed, *swapped, right[:-1], right + "0", "o" + right[1:], ""]


def test_only_the_line_of_the_slip_is_asked_again(page: str) -> None:
    """And whoever types another line than the one that is asked for is told which it was."""
    lines = typed("upper", page)
    slip = lines[1][:-6] + ("0" if lines[1][-6] != "0" else "1") + lines[1][-5:]
    done = read("upper", [lines[0], slip, lines[3], *lines[1:]])
    assert (done.exit_code, done.stdout) == (0, witness_commit(NONCE).hex() + "\n")
    assert done.stderr.index("A2: 与校验组不符") < done.stderr.index("A2: 录入的是 A4 行")
    wrong_half = read("upper", typed("lower", page))
    assert isinstance(wrong_half.exception, DomainError)
    assert "B1" in wrong_half.exception.detail


def test_a_slip_that_nobody_corrects_is_a_refusal_that_does_not_repeat_it(page: str) -> None:
    """At the end of the input; so is a line that is missing."""
    lines = typed("lower", page)
    done = read("lower", [*lines[:2], lines[2][:-1]])
    assert isinstance(done.exception, DomainError)
    assert (done.exception.code, done.stdout) == ("form-line-wrong", "")
    assert done.exception.detail.startswith("B3: ")
    assert lines[2][:4] not in done.output + done.exception.detail
    missing = read("lower", lines[:3])
    assert isinstance(missing.exception, DomainError)
    assert missing.exception.detail == "B4: 未录入 / not entered"


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium here, so nothing is printed")
def test_the_form_is_one_page(tmp_path: Path) -> None:
    """Also with a long draw id and a long name."""
    page, printed = tmp_path / "form.html", tmp_path / "form.pdf"
    text = form(draw_id=DRAW * 6, who=WHO * 9, nonce=NONCE)
    page.write_text(text, encoding="utf-8")
    subprocess.run(
        [
            str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
            f"--user-data-dir={tmp_path / 'profile'}", f"--print-to-pdf={printed}", page.as_uri(),
        ],
        check=True,
        capture_output=True,
        timeout=60,
    )  # fmt: skip
    pdf = printed.read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    box = re.search(rb"/MediaBox\s*\[0 0 ([0-9.]+) ([0-9.]+)\]", pdf)
    assert box is not None
    assert [round(float(each)) for each in box.groups()] == [595, 842]
