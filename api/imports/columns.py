"""The columns of each registry, and the names that files give them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.imports.records import RegistryKind


@dataclass(frozen=True, kw_only=True)
class Column:
    """`names` are the header texts we know, best first: of two columns that fit, the better name counts."""

    field: str
    names: tuple[str, ...]
    required: bool = False
    example: str = ""

    @property
    def label(self) -> str:
        """The name that templates and messages use."""
        return self.names[0]


def _column(field: str, names: str, example: str = "", *, required: bool = False) -> Column:
    return Column(field=field, names=tuple(names.split()), required=required, example=example)


_PERSON = (
    _column(
        "telephone",
        "联系电话 电话 手机 手机号 手机号码 电话号码 联系方式",
        "13800000000",
    ),
    _column("id_card", "身份证号码 身份证号 身份证 公民身份号码 证件号码"),
)

COLUMNS: dict[RegistryKind, tuple[Column, ...]] = {
    "items": (
        _column("code", "事项编码 抽查事项编码 事项代码 抽查事项代码 编码"),
        _column(
            "department",
            "编制单位名称 编制单位 部门名称 发布部门 责任部门 抽查部门 部门 单位名称",
            "示例县教育局",
            required=True,
        ),
        _column("item_class", "抽查类别 事项分类 抽查大类 类别名称", "示例类别"),
        _column(
            "name",
            "抽查事项名称 抽查事项 事项名称 检查事项名称 检查事项 随机抽查事项 抽查内容",
            "示例事项",
            required=True,
        ),
        _column("subject", "检查对象 抽查对象 监管对象", "中小学校", required=True),
        _column(
            "category",
            "事项类别 抽查事项类别 事项性质 事项类型",
            "一般检查事项",
            required=True,
        ),
        _column("method", "检查方式 抽查方式 检查方法", "现场检查"),
        _column("body", "检查主体 抽查主体 实施主体 检查部门", "县级教育行政部门"),
        _column(
            "legal_basis",
            "检查依据 抽查依据 法律依据 依据 法律法规依据",
            "《示例条例》第一条",
        ),
    ),
    "entities": (
        _column(
            "uscc",
            "统一社会信用代码 统一社会信用代码/注册号 信用代码 社会信用代码 统一代码 机构代码",
            "12469000MB00000001",
        ),
        _column("reg", "注册号 工商注册号 营业执照注册号"),
        _column("school", "学校标识码 学校代码 机构标识码 标识码"),
        _column(
            "name",
            "名称 单位名称 对象名称 检查对象名称 检查对象 企业名称 市场主体名称 学校名称 机构名称",
            "示例幼儿园",
            required=True,
        ),
        _column(
            "kind",
            "类型 对象类型 单位类型 机构类型 学校类型 办学类型",
            "幼儿园",
            required=True,
        ),
        _column("tags", "标签 分类 分类标签 类别", "民办、普惠"),
        _column(
            "credit_class",
            "信用等级 信用风险等级 信用风险分类 信用分类 信用类别 风险等级",
            "A",
        ),
        _column("area", "区域 所属区域 辖区 所属辖区 行政区划 所在区域 乡镇", "示例镇"),
        _column(
            "address",
            "地址 住所 经营场所 住所/经营场所 经营地址 详细地址 办学地址",
            "示例路1号",
        ),
        _column("override_reason", "核准原因 强制录入原因"),
        _column("contact", "联系人 负责人 法定代表人 校长 园长", "示例人员"),
        _PERSON[0],
    ),
    "officers": (
        _column("id", "工号 人员编号 执法人员编号 编号", "SL001", required=True),
        _column("name", "姓名 执法人员姓名 人员姓名", "示例人员", required=True),
        _column(
            "department",
            "部门 所属部门 工作单位 单位 所在单位 单位名称 部门名称",
            "示例县教育局",
            required=True,
        ),
        _column("skills", "专业 业务专长 专长 执法领域 执法类别 技能", "校园安全、财务"),
        _column(
            "certificate_number",
            "执法证号 执法证号码 执法证编号 行政执法证号 证号",
            "示例证0001",
            required=True,
        ),
        _column(
            "certificate_expires",
            "执法证有效期至 证件有效期至 有效期至 执法证有效期 有效期 证件有效期 到期日期 截止日期",
            "2030-12-31",
            required=True,
        ),
        _column("area", "区域 所属区域 执法区域 辖区", "示例镇"),
        *_PERSON,
    ),
    "experts": (
        _column("id", "专家编号 编号 工号", "ZJ001", required=True),
        _column("name", "姓名 专家姓名", "示例专家", required=True),
        _column(
            "speciality",
            "专业领域 专业 专长 擅长领域 研究方向",
            "食品安全",
            required=True,
        ),
        _column("organisation", "工作单位 所在单位 单位 单位名称", "示例学院"),
        *_PERSON,
    ),
}

NAMES: dict[RegistryKind, frozenset[str]] = {
    kind: frozenset(name for column in columns for name in column.names)
    for kind, columns in COLUMNS.items()
}

# An entity is known by any one of these.
ENTITY_IDS = ("uscc", "reg", "school")

_REMARK = re.compile(r"\([^()]*\)|[\s*:]+")


def plain_label(text: str) -> str:
    """Strip a header text of what people decorate it with: `＊ 联系电话（必填）：` → `联系电话`."""
    folded = unicodedata.normalize("NFKC", text)
    return _REMARK.sub("", folded) or folded.strip()


def missing_columns(kind: RegistryKind, found: set[str]) -> list[str]:
    """List the labels of the columns without which no row of this kind can be read."""
    missing = [c.label for c in COLUMNS[kind] if c.required and c.field not in found]
    if kind == "entities" and not found.intersection(ENTITY_IDS):
        missing.insert(0, "统一社会信用代码|注册号|学校标识码")
    return missing
