"""What can be set, typed, done, recorded and refused is documented; a page for what is gone is noticed too."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import typer.main

from api.settings import PREFIX, Settings
from api.words import ACT_NAMES
from domain.acts import ACTS
from domain.events import NAMES
from domain.facts import Judgement
from domain.upcasting import OLDER
from mingqian import cli
from tests.deployment import codes

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).parents[2] / "docs"
MODULES = codes.trees()
CODES = codes.codes(MODULES)
PAGES = {path.stem: path.read_text("utf-8") for path in (DOCS / "problems").glob("*.md")}


def rows(page: str) -> dict[str, list[str]]:
    """The rows of a page's tables by the code in their first cell."""
    lines = (DOCS / page).read_text("utf-8").split("\n")
    cells = [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in lines
        if line[:3] == "| `"
    ]
    return {own[0].strip("` "): own[1:] for own in cells}


def commands(group: object, path: str) -> Iterator[tuple[str, list[str]]]:
    """Every command with its path and the names of its options."""
    for name, own in getattr(group, "commands", {}).items():
        full = f"{path} {name}"
        if hasattr(own, "commands"):
            yield from commands(own, full)
        else:
            yield full, [opt for one in own.params for opt in one.opts if opt.startswith("--")]


COMMANDS = dict(commands(typer.main.get_command(cli.app), "mingqian"))


def test_every_setting_stands_in_the_table_with_its_default() -> None:
    """And the table has no setting that does not exist."""
    table = {name: own for name, own in rows("operations.md").items() if name.startswith(PREFIX)}
    fields = {f"{PREFIX}{name.upper()}": field for name, field in Settings.model_fields.items()}
    assert table.keys() == fields.keys()
    for name, field in fields.items():
        if field.default not in {None, ()}:
            assert f"`{field.default}`" in table[name][0], name


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_has_a_heading_with_its_options(command: str) -> None:
    """`mingqian audit verify [EXPORT] [--vkey KEY] …`, as one would type it."""
    text = (DOCS / "commands.md").read_text("utf-8")
    heading = re.search(rf"^## `({re.escape(command)}(?: .*)?)`$", text, re.MULTILINE)
    assert heading is not None
    shown = set(re.findall(r"--[a-z][a-z-]*", heading[1]))
    hidden = {option.replace("--", "--no-", 1) for option in COMMANDS[command]}
    assert shown - hidden == set(COMMANDS[command])


def test_no_command_is_documented_that_does_not_exist() -> None:
    """What is gone from the program is gone from the page."""
    text = (DOCS / "commands.md").read_text("utf-8")
    headings = re.findall(r"^## `(mingqian(?: [a-z][a-z-]*)+)", text, re.MULTILINE)
    assert sorted(headings) == sorted(COMMANDS)


def test_every_act_is_documented_with_its_name_and_roles() -> None:
    """Who may do what is one table in the program and one in the documentation."""
    table = rows("acts.md")
    assert table.keys() == {act.name for act in ACTS}
    for act in ACTS:
        name, roles, _, refusals = table[act.name]
        assert name == ACT_NAMES[act.name]
        assert re.findall(r"`(\w+)`", roles) == list(act.roles), act.name
        named = re.findall(r"\[([a-z-]+)\]\(problems/([a-z-]+)\.md\)", refusals)
        assert named
        assert all(code == page and code in CODES for code, page in named), act.name


def test_every_act_that_is_signed_is_named_as_such() -> None:
    """In the order of the table."""
    text = (DOCS / "acts.md").read_text("utf-8")
    named = re.search(r"须签名 / signed: (.*?)\n\n", text, re.DOTALL)
    assert named is not None
    assert re.findall("`([^`]+)`", named[1]) == [act.name for act in ACTS if act.signed]


def test_every_judgement_is_named_as_one_of_a_version() -> None:
    """In the order of the table."""
    text = (DOCS / "acts.md").read_text("utf-8")
    named = re.search(r"须写明所见版本 / of a version: (.*?)\n\n", text, re.DOTALL)
    assert named is not None
    judging = [act.name for act in ACTS if issubclass(act.command, Judgement)]
    assert re.findall("`([^`]+)`", named[1]) == judging


def test_every_event_type_is_documented_with_its_fields() -> None:
    """The stored name never changes, so a reader in ten years finds it here."""
    table = rows("formats/events.md")
    every = {**NAMES, **OLDER}
    assert table.keys() == every.keys()
    for name, event in every.items():
        fields = [field.name for field in dataclasses.fields(event)]
        assert re.findall(r"`(\w+)`", table[name][1]) == fields, name


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_has_a_page_in_chinese_and_english(code: str) -> None:
    """The page is called as the code and says in bold, first in Chinese and then in English, what it means."""
    assert code in PAGES, f"docs/problems/{code}.md is missing; used in {sorted(CODES[code])}"
    page = PAGES[code]
    assert page.startswith(f"# {code}\n")
    chinese, english = re.findall(r"^\*\*(.+?)\*\*", page, re.MULTILINE)
    assert re.search("[\u4e00-\u9fff]", chinese)
    assert not re.search("[\u4e00-\u9fff]", english)


def test_every_page_is_of_a_code_that_the_program_knows() -> None:
    """A page whose code stands in no string of the program was left behind."""
    assert sorted(PAGES.keys() - codes.words(MODULES)) == []
