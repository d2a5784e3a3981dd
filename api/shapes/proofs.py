"""Commitments and proof bundles of draw-v1 and assign-v1, as docs/formats/ write them down."""

from typing import Annotated, Literal

from pydantic import Field

from api.answers import Answer
from api.shapes.common import Count, EntityId, OfficerId
from domain import eligibility, frame, substitutes
from domain.frame import EXEMPTED
from domain.lottery.pool import Member

Hash = Annotated[
    str, Field(pattern="^[0-9a-f]{64}$", description="32 字节，十六进制小写 / 32 bytes in hex")
]
REASONS = dict.fromkeys((*frame.REASONS, *eligibility.REASONS, *substitutes.REASONS))
Reason = Annotated[
    str,
    Field(
        pattern=f"^({'|'.join(REASONS)}|{EXEMPTED}.+)$",
        description="排除原因，取自固定的一组 / one of a fixed set; an exemption names its decision",
    ),
]
Ratio = Annotated[tuple[Count, Count], Field(description="比例 p/q / the fraction p/q as [p, q]")]


class WitnessSource(Answer):
    """见证人：事先提交承诺值 / a witness, with the hash handed in beforehand."""

    type: Literal["witness"]
    who: str
    commit: Hash


class DrandSource(Answer):
    """drand 随机信标的一轮 / one round of a drand chain."""

    type: Literal["drand"]
    chain: Hash
    round: int = Field(ge=1)


class LotterySource(Answer):
    """公开彩票的一期 / one issue of a public lottery."""

    type: Literal["lottery"]
    name: str
    issue: str


Source = Annotated[WitnessSource | DrandSource | LotterySource, Field(discriminator="type")]


class WitnessReveal(Answer):
    """见证人公开的随机数 / the number that a witness opened."""

    nonce: Hash


class DrandReveal(Answer):
    """drand 签名 / the signature of the round; of the one before too where the chain is chained."""

    signature: str
    previous_signature: str = Field(default="", description="仅链式 / chained schemes only")


class LotteryReveal(Answer):
    """开奖号码，按公布的分组 / the numbers in their official groups."""

    numbers: list[list[int]]


Reveal = WitnessReveal | DrandReveal | LotteryReveal


class StratumRatio(Answer):
    """一层的比例 / the ratio of one stratum."""

    stratum: str
    ratio: Ratio


class Rule(Answer):
    """抽取规则 / ratios by stratum, the least of each, and the floor over the whole pool."""

    floor: Ratio
    min_per_stratum: Count
    strata: list[StratumRatio]


class DrawCommitment(Answer):
    """检查对象抽取的承诺 / what is fixed before any source can be known (draw-v1 section 3)."""

    alg: Literal["mingqian-draw-v1"]
    draw_id: str
    excluded_root: Hash
    pool_root: Hash
    pool_size: Count
    rule: Rule
    sources: list[Source]
    vrf_key: Hash


class AssignmentCommitment(Answer):
    """执法检查人员抽取的承诺 / the same for a draw of officers; `input` is the hash of the input (assign-v1)."""

    alg: Literal["mingqian-assign-v1"]
    draw_id: str
    input: Hash
    sources: list[Source]
    vrf_key: Hash


Commitment = Annotated[DrawCommitment | AssignmentCommitment, Field(discriminator="alg")]


class LeftOut(Answer):
    """符合范围而未能参加的 / who fits the scope and could not be drawn, and why."""

    id: EntityId | OfficerId
    stratum: str
    reason: Reason


class DrawnStratum(Answer):
    """一层的结果 / what was drawn from a stratum: ids in ticket order, and the largest drawn ticket."""

    stratum: str
    size: Count
    quota: Count
    cutoff: Hash | None
    selected: list[EntityId | OfficerId]


class Bundle(Answer):
    """What both kinds of proof bundle hold."""

    entropy: list[Reveal]
    vrf_proof: str = Field(
        pattern="^[0-9a-f]{160}$", description="RFC 9381 证明，80 字节 / proof of 80 bytes in hex"
    )
    seed: Hash


class DrawBundle(Bundle):
    """检查对象抽取的证明 / proof bundle of a draw of entities (draw-v1 section 7)."""

    alg: Literal["mingqian-draw-v1"]
    commitment: DrawCommitment
    pool: list[Member]
    excluded: list[LeftOut]
    strata: list[DrawnStratum]


class Need(Answer):
    """所需人员 / `count` officers of one department, each with all of the skills."""

    department: str
    count: int = Field(ge=1)
    skills: list[str]


class Visit(Answer):
    """一次检查所需 / one inspection and its needs."""

    id: str
    needs: list[Need]


class Candidate(Answer):
    """可被抽取的执法检查人员 / an officer of the roster; `capacity` null for no limit."""

    id: OfficerId
    department: str
    skills: list[str]
    capacity: Count | None


class AssignmentInput(Answer):
    """派遣输入 / who is needed where and who may go; recusals are [officer, inspection]."""

    alg: Literal["mingqian-assign-v1"]
    inspections: list[Visit]
    officers: list[Candidate]
    recusals: list[tuple[OfficerId, str]]


class TeamMember(Answer):
    """派出人员 / an officer of a team."""

    id: OfficerId
    department: str


class Team(Answer):
    """一次检查的人员 / who goes to one inspection."""

    inspection: str
    officers: list[TeamMember]


class Certificate(Answer):
    """均衡证明 / the level of each officer: shows that no fairer assignment exists."""

    levels: dict[OfficerId, Count]


class AssignmentOutput(Answer):
    """派遣结果 / who goes where, and how often each goes."""

    assignments: list[Team]
    loads: dict[OfficerId, Count]
    certificate: Certificate


class AssignmentBundle(Bundle):
    """执法检查人员抽取的证明 / proof bundle of a draw of officers (assign-v1)."""

    alg: Literal["mingqian-assign-v1"]
    commitment: AssignmentCommitment
    input: AssignmentInput
    output: AssignmentOutput


AnyBundle = Annotated[DrawBundle | AssignmentBundle, Field(discriminator="alg")]
