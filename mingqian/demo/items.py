"""The items 抽查事项 that the county's plan names, department by department, in the plan's own words."""

from __future__ import annotations

from dataclasses import dataclass

from domain.item_versions import Category


@dataclass(frozen=True, kw_only=True)
class ItemLine:
    """One line of 抽查事项清单; `department` is the id of the department that claims it."""

    code: str
    department: str
    item_class: str
    name: str
    subject: str
    category: Category
    legal_basis: str


def _item(  # noqa: PLR0913, PLR0917 - one line of a table
    code: str,
    department: str,
    item_class: str,
    name: str,
    subject: str,
    category: Category,
    legal_basis: str,
) -> ItemLine:
    return ItemLine(
        code=code,
        department=department,
        item_class=item_class,
        name=name,
        subject=subject,
        category=category,
        legal_basis=legal_basis,
    )


_SCHOOL = "幼儿园、中小学、民办学校"
_VENUE = "高危体育项目经营场所"
_TRAINING = "校外培训机构"
_ANY = "企业及其他市场主体"

ITEMS = (
    _item("JY-01", "education", "校园安全", "对校园安全工作落实情况的监督", _SCHOOL, "重点", "《中小学幼儿园安全管理办法》"),
    _item("JY-02", "education", "教师队伍", "教师培训工作情况检查", _SCHOOL, "一般", "《中小学教师继续教育规定》"),
    _item("JY-03", "education", "教师队伍", "特岗教师待遇保障检查", _SCHOOL, "一般", "《中华人民共和国教师法》"),
    _item(
        "JY-04", "education", "体卫艺", "学校体育、美育、卫生与健康教育工作检查", _SCHOOL, "一般",
        "《学校体育工作条例》《学校卫生工作条例》",
    ),
    _item("JY-05", "education", "课程教材", "对中小学国家课程教材使用的检查", _SCHOOL, "一般", "《中小学教材管理办法》"),
    _item(
        "JY-06", "education", "义务教育", "对文艺、体育等专业训练的社会组织自行实施义务教育的检查", "社会组织", "一般",
        "《中华人民共和国义务教育法》第十四条",
    ),
    _item(
        "JY-07", "education", "体育经营", "对高危体育项目经营场所安全经营事项的监督检查", _VENUE, "重点",
        "《全民健身条例》《经营高危险性体育项目许可管理办法》",
    ),
    _item("JY-08", "education", "校外培训", "校外培训机构检查", _TRAINING, "重点", "《中华人民共和国民办教育促进法》"),
    _item("SC-01", "market", "食品安全", "餐饮服务监督检查", _SCHOOL, "重点", "《中华人民共和国食品安全法》"),
    _item("SC-02", "market", "食品安全", "校园食品销售监督检查", _SCHOOL, "重点", "《中华人民共和国食品安全法》"),
    _item("SC-03", "market", "登记注册", "登记事项检查", _ANY, "一般", "《中华人民共和国市场主体登记管理条例》"),
    _item("SC-04", "market", "信息公示", "公示信息检查", _ANY, "一般", "《企业信息公示暂行条例》"),
    _item("SC-05", "market", "广告", "广告行为检查", _ANY, "一般", "《中华人民共和国广告法》"),
    _item("WJ-01", "health", "学校卫生", "对学校卫生的监督检查", _SCHOOL, "一般", "《学校卫生工作条例》"),
    _item("WJ-02", "health", "托幼卫生", "对托育（幼）机构卫生的监督检查", "幼儿园、托育机构", "一般", "《托儿所幼儿园卫生保健管理办法》"),
    _item("WJ-03", "health", "饮用水", "对饮用水卫生的监督检查", _SCHOOL, "一般", "《生活饮用水卫生监督管理办法》"),
    _item("WJ-04", "health", "公共场所", "对公共场所卫生的监督检查", _VENUE, "一般", "《公共场所卫生管理条例》"),
    _item("WL-01", "culture", "艺术考级", "艺术考级机构“双随机”抽查", _TRAINING, "一般", "《社会艺术水平考级管理办法》"),
)  # fmt: skip
