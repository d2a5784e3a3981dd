"""By which keys people sign: for whoever confirms one, and for everybody who checks a signature."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from api.access import PartsNow, person_of
from api.answers import STAFF, Answer
from api.paging import PageAsked, listing
from api.shapes.common import Count, Listing, Version
from api.text import Word
from domain.signing_keys import State, Suite
from projections.queries.registries import registry

router = APIRouter(tags=["签名密钥 / signing keys"], responses=STAFF)


class SigningKeyLine(Answer):
    """一把签名密钥 / a signing key as it stands."""

    public_key: str = Field(description="公钥，十六进制 / in hex")
    staff: str = Field(description="谁的 / whose")
    suite: Suite
    state: State = Field(
        description="pending 待确认，standing 现行，replaced 已替换，revoked 已吊销 / how it stands"
    )
    version: Version
    from_leaf: Count = Field(description="自哪一叶起如此 / since which leaf")
    to_leaf: Count | None


class SigningKeyPage(Listing[SigningKeyLine]):
    """一页 / one page of keys."""


@router.get(
    "/signing-keys",
    response_model=SigningKeyPage,
    summary="各人签名密钥 / people's signing keys",
    dependencies=[Depends(person_of)],
)
def list_signing_keys(
    parts: PartsNow,
    page: PageAsked,
    staff: Annotated[Word | None, Query(description="只列此人的 / only of this person")] = None,
) -> dict[str, Any]:
    """Every key that was ever enrolled, by its hex. Before confirming one, compare it with its owner, not with this list."""
    where = {} if staff is None else {"staff": staff}
    with parts.reader.snapshot() as read:
        rows = registry(read, "signing-key", page=page, where=where)
    return listing(rows, page, key="public_key")
