"""What looks alike is alike: characters that cannot be seen, or mean nothing, do not come in."""

from __future__ import annotations

import unicodedata
from dataclasses import asdict
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.imports import cells
from api.text import clean, clean_line
from domain.errors import DomainError
from domain.organisation import AddDepartment
from tests import story

if TYPE_CHECKING:
    from tests.serving import Service

UNSEEN = {
    "zero width space": "\u200b",
    "zero width joiner": "\u200d",
    "byte order mark": "\ufeff",
    "soft hyphen": "\u00ad",
    "right-to-left override": "\u202e",
    "isolate": "\u2066",
    "line separator": "\u2028",
    "paragraph separator": "\u2029",
    "delete": "\u007f",
    "next line": "\u0085",
    "carriage return": "\r",
    "null": "\u0000",
    "tag letter": "\U000e0041",
    "variation selector": "\ufe0f",
    "ideographic variation selector": "\U000e0100",
    "hangul filler": "\u3164",
    "braille blank": "\u2800",
}
UNKNOWN = {
    "private use": "\ue000",
    "private plane": "\U000f0000",
    "unassigned": "\u0378",
    "noncharacter": "\uffff",
    "noncharacter among ideographs": "\U0002ffff",
}


@pytest.mark.parametrize("character", [*UNSEEN.values(), *UNKNOWN.values()], ids=ascii)
@pytest.mark.parametrize("field", ["kind", "name", "tags", "contact", "source"])
def test_a_lookalike_is_refused_with_its_place(county: Service, character: str, field: str) -> None:
    """In names, kinds and tags as in prose and in personal fields; the answer does not repeat it."""
    written = f"校外{character}培训机构"
    details = asdict(story.details_of(99))
    personal = {"contact": written} if field == "contact" else {}
    if field in {"kind", "name", "tags"}:
        details[field] = [written] if field == "tags" else written
    body = {
        "id": story.entity_id(99),
        "details": details,
        "source": written if field == "source" else "示例",
        "override_reason": None,
        "personal": personal,
    }
    headers = county.as_("registrar1")
    answer = county.http.post("/acts/entity.add", json=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "request-invalid")
    (error,) = answer.json()["errors"]
    assert field in error["place"]
    assert "第 3 个字符" in error["reason"]
    assert character not in answer.text


@pytest.mark.parametrize("name", [" 文体局", "文体局 ", "文体局\u3000", "文体局\n", "文\t体局"])
def test_what_stands_on_one_line_has_no_blanks_around_it(county: Service, name: str) -> None:
    """Two names that differ by a blank would be two names."""
    answer = county.act("admin", AddDepartment(id="sports", name=name, collates=False))
    assert answer.json()["code"] == "request-invalid"


def test_prose_keeps_its_breaks_and_names_their_rare_characters() -> None:
    """Sentences have paragraphs; ideographs newer than this Python stand in people's names."""
    assert clean("第一段\n\t第二段", allowed="\n\t") == "第一段\n\t第二段"
    for rare in ("\U00020bb7", "\U0002ebf0", "\U000323b0"):
        assert clean_line(f"示例{rare}") == f"示例{rare}"
    assert clean_line("e\u0301") == "é"


@given(st.text(st.characters(exclude_categories=[])))
def test_a_text_that_is_let_in_shows_every_character(text: str) -> None:
    """Whatever is sent: it is refused, or holds nothing of those categories (but for rare ideographs)."""
    try:
        let_in = clean_line(text)
    except ValueError:
        return
    hidden = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    assert not hidden & {unicodedata.category(each) for each in let_in}
    assert let_in == let_in.strip()


@pytest.mark.parametrize("character", UNSEEN.values(), ids=ascii)
def test_a_cell_loses_what_cannot_be_seen(character: str) -> None:
    """People paste it unknowingly."""
    assert cells.line(f"校外{character}培训机构") == "校外培训机构"


@pytest.mark.parametrize("character", UNKNOWN.values(), ids=ascii)
def test_a_cell_with_a_character_that_nobody_can_read_is_refused(character: str) -> None:
    """Leaving it out would change a name."""
    with pytest.raises(DomainError, match="import-value-invalid"):
        cells.line(f"示例{character}")
