"""The figures over HTTP: for staff and for everybody, with what each counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from domain.figures.definitions import DEFINITIONS

if TYPE_CHECKING:
    from tests.serving import Service


def figures(service: Service, path: str, who: str | None = None, **query: Any) -> dict[str, Any]:  # noqa: ANN401 - any query
    """Numerator and denominator of each figure that is told."""
    answer = service.get(path, who, **query).json()
    return {one["name"]: (one["numerator"], one["denominator"]) for one in answer["figures"]}


def test_everybody_reads_what_is_public_of_the_figures(county: Service) -> None:
    """One inspection of the task is published; figures over the registry are for staff alone."""
    staff = figures(county, "/statistics", "clerk-edu")
    public = figures(county, "/public/statistics")
    assert staff.keys() == DEFINITIONS.keys()
    assert public.keys() == {name for name, one in DEFINITIONS.items() if one.public}
    done, assigned = public["inspection-completion"]
    assert done == 1 < assigned
    assert public["inspection-completion"] == staff["inspection-completion"]


def test_a_figure_shows_page_by_page_what_it_counts(county: Service) -> None:
    """Its units together are its denominator, those that are met its numerator."""
    path = "/public/statistics/inspection-completion"
    units: list[dict[str, Any]] = []
    offset: int | None = 0
    while offset is not None:
        page = county.get(path, offset=offset, limit=1).json()
        units += page["units"]
        offset = page["next_offset"]
    assert len(units) == page["denominator"]
    assert sum(one["met"] is not None for one in units) == page["numerator"]
    assert [one["id"] for one in units] == sorted(one["id"] for one in units)


def test_the_figures_of_the_past_are_read_by_the_size_of_the_ledger(county: Service) -> None:
    """Before the one result was published, none was."""
    path = "/public/statistics/inspection-completion"
    unit = next(one for one in county.get(path).json()["units"] if one["met"] is not None)
    before = county.get(path, as_of=unit["met"]).json()
    after = county.get(path, as_of=unit["met"] + 1).json()
    assert (before["numerator"], after["numerator"]) == (0, 1)
    assert county.get(path, as_of=1).json()["code"] == "unknown-plan"
    assert county.get(path, as_of=10**6).json()["code"] == "position-unknown"


@pytest.mark.parametrize(
    ("path", "query", "code"),
    [
        ("no-such-figure", {}, "unknown-figure"),
        ("entity-coverage", {}, "unknown-figure"),
        ("joint-share", {"kind": "示例"}, "figure-not-narrowed"),
        ("joint-share", {"first": "2024-02-31"}, "date-invalid"),
        ("joint-share", {"year": "2023"}, "unknown-plan"),
    ],
)
def test_what_cannot_be_counted_is_refused(
    county: Service, path: str, query: dict[str, str], code: str
) -> None:
    """Each with its reason."""
    answer = county.get(f"/public/statistics/{path}", **query)
    assert answer.json()["code"] == code


def test_figures_that_cannot_be_narrowed_as_asked_are_left_out(county: Service) -> None:
    """A wrong figure is worse than none."""
    told = figures(county, "/public/statistics", department="edu", kind="校外培训机构")
    assert "inspection-completion" in told
    assert "joint-share" not in told


def test_the_figures_of_the_staff_need_a_login(county: Service) -> None:
    """Those of the public do not."""
    assert county.get("/statistics").status_code == 401
    assert county.get("/statistics/entity-coverage").status_code == 401
