"""The slip of one entity, as domain/lottery/slip.py makes and verifies it."""

from pydantic import Field

from api.answers import Answer
from api.shapes.common import Count, EntityId
from api.shapes.proofs import Hash, Reason
from domain.lottery.slip import Status


class Leaf(Answer):
    """名单中的一项 / an entry of a list; the canonical JSON of the fields that are not null is the leaf of the tree."""

    id: EntityId
    stratum: str
    reason: Reason | None = Field(
        default=None, description="仅排除名单 / in the list of exclusions only"
    )


class Entry(Answer):
    """一项及其包含证明 / an entry and its proof of inclusion (RFC 6962), from the leaf upwards."""

    index: Count = Field(description="在名单中的位置，从 0 起 / its place in the list, from 0")
    leaf: Leaf
    proof: list[Hash]


class Gap(Answer):
    """名单中没有此对象 / the two neighbours between which it would stand; null beyond either end."""

    root: Hash
    size: Count
    before: Entry | None
    after: Entry | None


class Absence(Answer):
    """两份名单中都没有 / neither list has it."""

    pool: Gap
    excluded: Gap


class Slip(Answer):
    """一家单位的抽取凭单 / what one entity may know of a draw, and the proof of it."""

    draw: str
    commitment_hash: Hash = Field(description="H(canon(commitment))")
    entity: EntityId
    name: str | None = Field(
        description="固定名单时的名称；未入库或不在名单中时为 null / the name at the commitment, else null"
    )
    status: Status = Field(
        description="公布前为 in-pool、excluded 或 absent / drawn or not-drawn once the draw is public"
    )
    stratum: str | None
    reason: Reason | None = Field(description="排除原因 / why it was left out")
    seed: Hash | None = Field(description="公布后才有 / once the draw is public")
    ticket: Hash | None = Field(
        description="签号：H(HMAC-SHA256(seed, 'stratum' || 00 || stratum) || 32 × 00 || id)"
    )
    cutoff: Hash | None = Field(
        description="截止签号；签号不大于它即抽中 / drawn if and only if the ticket is not above it"
    )
    root: Hash | None = Field(description="所在名单的树根 / root of the list it stands in")
    size: Count | None
    index: Count | None
    leaf: Leaf | None
    proof: list[Hash] | None
    absence: Absence | None = Field(
        description="仅不在名单中时 / where it stands in neither list: the neighbours in both"
    )
