"""What an assignment is made from is read strictly, in any order."""

from __future__ import annotations

from typing import Any

import pytest

from domain.errors import DomainError
from domain.lottery.assignment_input import EXPERTS, input_of
from tests.domain.lottery.assignments import PLAIN, need, officer


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"alg": "other"}, "assignment-input-invalid"),
        ({"extra": []}, "assignment-input-invalid"),
        ({"officers": [{}]}, "assignment-input-invalid"),
        ({"officers": [officer("张三", "a")]}, "assignment-input-invalid"),
        ({"officers": [officer("o1", "a", capacity=-1)]}, "assignment-input-invalid"),
        ({"officers": [officer("o1", "a", "x", "x")]}, "duplicate-id"),
        ({"officers": [officer("o1", "a")] * 2}, "duplicate-id"),
        ({"inspections": [{"id": "i1", "needs": [need("a", 0)]}]}, "assignment-input-invalid"),
        ({"inspections": [{"id": "i1", "needs": [need("a", 1)]}]}, "fewer-than-two-officers"),
        ({"inspections": PLAIN["inspections"][:1] * 2}, "duplicate-id"),
        ({"recusals": [["o1"]]}, "assignment-input-invalid"),
        ({"recusals": [["o9", "i1"]]}, "assignment-input-invalid"),
        ({"recusals": [["o1", "i1"]] * 2}, "duplicate-id"),
        ({"recusals": [["o1", "e\u0301"]]}, "not-canonical"),
    ],
)
def test_a_malformed_input_is_refused(change: dict[str, Any], code: str) -> None:
    """Each with its code, before anything is committed."""
    with pytest.raises(DomainError) as caught:
        input_of({**PLAIN, **change})
    assert caught.value.code == code


def test_experts_do_not_count_among_the_two_officers() -> None:
    """One officer and an expert are too few; an expert beside two officers is one more seat."""
    for officers in (1, 2):
        needs = [need("a", officers), need(EXPERTS, 1)]
        value = {**PLAIN, "inspections": [{"id": "i1", "needs": needs}], "recusals": []}
        if officers == 2:
            assert input_of(value).inspections[0].needs[1].department == EXPERTS
        else:
            with pytest.raises(DomainError, match="fewer-than-two-officers"):
                input_of(value)
