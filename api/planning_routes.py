"""What stands around plans: standards, publications and what they changed, training sessions, publicity."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query

from api.access import PartsNow, person_of
from api.answers import PUBLIC, STAFF
from api.paging import PageAsked, known, listing
from api.shapes.planning import (
    Appointments,
    Meetings,
    OtherChecks,
    PublicityPage,
    PublicityYears,
    PublicPublicityPage,
    PublicRevisions,
    PublicScheme,
    Revisions,
    SchemeShown,
    StandardsShown,
    Trainings,
    TrainingYears,
)
from api.text import Word
from projections.queries import planning

router = APIRouter(
    tags=["计划、抽取与检查 / plans, draws, inspections"],
    responses=STAFF,
    dependencies=[Depends(person_of)],
)
public = APIRouter(tags=["公开 / public"], responses=PUBLIC)
Year = Annotated[str, Path(pattern=r"^[0-9]{4}$")]
OfYear = Annotated[str | None, Query(pattern=r"^[0-9]{4}$")]


@router.get(
    "/plan-standards",
    response_model=StandardsShown,
    summary="计划审查标准 / by what drafts are measured",
)
def standards(parts: PartsNow) -> dict[str, Any]:
    """The standards in force, with the sources of the least ratios."""
    with parts.reader.snapshot() as read:
        found = planning.standards(read)
    return known(found, "unknown-standards", "尚未设定计划审查标准 / no standards were set yet")


@router.get(
    "/plans/{year}/revisions",
    response_model=Revisions,
    summary="计划历次公布与调整 / publications of a plan, and what each changed",
)
def revisions(year: Year, parts: PartsNow) -> dict[str, Any]:
    """Every publication in order: who wrote and reviewed it, why, and old and new value of each changed field."""
    with parts.reader.snapshot() as read:
        return {"entries": planning.revisions(read, year)}


@public.get(
    "/public/plans/{year}/revisions",
    response_model=PublicRevisions,
    summary="计划历次公布与调整 / publications of a plan, and what each changed",
)
def public_revisions(year: Year, parts: PartsNow) -> dict[str, Any]:
    """Every publication in order, with the reason and with old and new value of each changed field."""
    with parts.reader.snapshot() as read:
        return {"entries": planning.public_revisions(read, year)}


@router.get("/training", response_model=Trainings, summary="业务培训 / training sessions")
def trainings(
    parts: PartsNow,
    page: PageAsked,
    year: OfYear = None,
    officer: Annotated[Word | None, Query()] = None,
) -> dict[str, Any]:
    """Sessions by id, narrowed by year and by who attended."""
    with parts.reader.snapshot() as read:
        return listing(planning.trainings(read, page=page, year=year, officer=officer), page)


@router.get(
    "/training/years",
    response_model=TrainingYears,
    summary="历年培训统计 / training by year and department",
)
def training_years(parts: PartsNow) -> dict[str, Any]:
    """Confirmed sessions, attendances and different officers."""
    with parts.reader.snapshot() as read:
        return {"entries": planning.training_years(read)}


@router.get("/publicity", response_model=PublicityPage, summary="宣传记录 / publicity")
def publicity(parts: PartsNow, page: PageAsked, year: OfYear = None) -> dict[str, Any]:
    """Records by id, withdrawn ones too."""
    with parts.reader.snapshot() as read:
        return listing(planning.publicity(read, page=page, year=year), page)


@router.get(
    "/publicity/years",
    response_model=PublicityYears,
    summary="历年宣传统计 / publicity by year, department and channel",
)
def publicity_years(parts: PartsNow) -> dict[str, Any]:
    """Records that stand."""
    with parts.reader.snapshot() as read:
        return {"entries": planning.publicity_years(read)}


@public.get("/public/publicity", response_model=PublicPublicityPage, summary="宣传报道 / publicity")
def public_publicity(parts: PartsNow, page: PageAsked, year: OfYear = None) -> dict[str, Any]:
    """What the public was told, where and when; withdrawn records do not show."""
    with parts.reader.snapshot() as read:
        rows = planning.public_publicity(read, page=page, year=year)
    return listing(rows, page)


@router.get(
    "/schemes/{number}", response_model=SchemeShown, summary="实施方案 / the scheme of a plan row"
)
def scheme(number: Word, parts: PartsNow) -> dict[str, Any]:
    """The scheme as last written and as it holds, with every publication."""
    with parts.reader.snapshot() as read:
        found = planning.scheme(read, number)
    return known(found, "unknown-scheme", "没有实施方案 / no implementing scheme")


@public.get(
    "/public/schemes/{number}",
    response_model=PublicScheme,
    summary="实施方案 / the published scheme of a plan row",
)
def public_scheme(number: Word, parts: PartsNow) -> dict[str, Any]:
    """The scheme that holds, and every one that was published before."""
    with parts.reader.snapshot() as read:
        found = planning.public_scheme(read, number)
    return known(found, "unknown-scheme", "没有已公布的实施方案 / no published scheme")


@router.get("/appointments", response_model=Appointments, summary="合并检查 / joint visits")
def appointments(
    parts: PartsNow, page: PageAsked, task: Annotated[Word | None, Query()] = None
) -> dict[str, Any]:
    """进一次门、查多项事: proposals and agreements by id, narrowed by a task."""
    with parts.reader.snapshot() as read:
        return listing(planning.appointments(read, page=page, task=task), page)


@router.get(
    "/appointments/candidates",
    response_model=Meetings,
    summary="可合并的检查 / inspections that could be one visit",
)
def meetings(parts: PartsNow, page: PageAsked) -> dict[str, Any]:
    """Pairs of one entity, both public and not begun, whose windows share days; `appointment.propose` makes one visit of them."""
    with parts.reader.snapshot() as read:
        return listing(planning.meetings(read, page=page), page)


@router.get(
    "/other-checks", response_model=OtherChecks, summary="计划外检查 / checks that no cap counts"
)
def other_checks(
    parts: PartsNow,
    page: PageAsked,
    year: OfYear = None,
    entity: Annotated[Word | None, Query()] = None,
) -> dict[str, Any]:
    """Complaints, follow-ups and special campaigns, narrowed by year and entity."""
    with parts.reader.snapshot() as read:
        return listing(planning.other_checks(read, page=page, year=year, entity=entity), page)
