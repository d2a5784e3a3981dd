"""What a header text means that is none of the names we know: patterns that a whole text must fit.

A pattern names whom it speaks of (被检查单位) and what of it (名称), so that 主管部门电话 is nobody's telephone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.imports.records import RegistryKind

_INSPECTED = (
    "(?:被?(?:检查|抽查|监管|监督|执法|服务|行政|培训|教育|经营)*"
    "(?:相对人|当事人|市场主体|主体|对象|单位|企业|公司|学校|院校|园所|幼儿园|机构|场所|场馆|商户|经营者|组织))"
)
_PERSON = "(?:(?:法定代表|法人代表|法人|主要负责|负责|联系|执法|检查|经办)人?员?|校长|园长|经营者|本人|个人|专家|人员)"
_TELEPHONE = f"{_PERSON}?(?:联系|办公|固定|移动|值班)?(?:电话|手机|座机|联系方式)(?:号码|号)?"
_ID_CARD = f"{_PERSON}?(?:居民)?(?:身份证|公民身份)(?:件)?(?:号|号码)?"
_AREA = "(?:所属|所在|管辖|执法)?(?:区域|辖区|乡镇|镇街|街道|乡镇街道|乡镇/街道|乡、镇|行政区划|片区|属地)(?:名称)?"

MEANINGS: Mapping[RegistryKind, Mapping[str, str]] = {
    "items": {
        "code": "(?:随机)?(?:抽查|检查|监管)?(?:事项|项目)(?:编码|代码|编号)",
        "department": "(?:行业)?(?:主管|监管|牵头|发起|业务)(?:部门|单位|机关)(?:名称)?",
        "item_class": "(?:抽查|检查|监管|事项|项目)*(?:大类|大项|领域|类别名称)",
        "name": "(?:随机|双随机)?(?:抽查|检查|监管|监督检查)(?:事项|项目|内容)(?:名称|内容)?",
        "subject": "(?:抽查|检查|监管|监督|适用)对象(?:范围|类型|种类|名称)?",
        "category": "(?:抽查|检查|监管)?(?:事项|项目)(?:类别|类型|性质|等级)",
        "method": "(?:抽查|检查|监管|实施)(?:方式|方法|形式|手段)",
        "body": "(?:检查|抽查|实施|执法|监管)(?:主体|机关|部门|机构|单位)(?:名称|层级)?",
        "legal_basis": "(?:抽查|检查|法律|法规|政策|执法|设定|实施|监管|主要)*依据(?:名称|条款|及条款)?",
    },
    "entities": {
        "uscc": f"{_INSPECTED}?(?:的)?(?:统一|社会)*信用代码(?:证)?(?:号|号码|编号)?",
        "reg": f"{_INSPECTED}?(?:工商|营业执照|登记)*(?:注册号|注册号码|登记号|执照号|执照编号)",
        "school": f"{_INSPECTED}(?:标识码|标识代码|代码|编码)",
        "name": f"{_INSPECTED}(?:的)?(?:名称|全称|名)",
        "kind": f"{_INSPECTED}(?:的)?(?:类型|种类|类别)",
        "tags": f"{_INSPECTED}?(?:分类标注|标注|标签)",
        "credit_class": f"{_INSPECTED}?(?:信用风险|信用|风险)(?:等级|分类|级别|评级|类别|分级)(?:结果|等级|类别)?",
        "area": _AREA,
        "address": f"{_INSPECTED}?(?:注册|登记|实际|生产|经营|办学|详细|通讯|具体|场所|/)*(?:地址|住所|地点|校址|园址)",
        "contact": f"{_INSPECTED}?{_PERSON}(?:姓名)?",
        "telephone": f"{_INSPECTED}?{_TELEPHONE}",
    },
    "officers": {
        "id": "(?:执法|检查)*(?:人员|干部|职工)?(?:工号|编号|警号|代码)",
        "name": "(?:执法|检查|行政)*(?:人员|干部)?姓名",
        "department": "(?:所属|所在|工作|任职|执法)?(?:部门|单位|机关|机构|科室)(?:名称)?",
        "skills": "(?:业务|执法|检查|监管)?(?:专业|专长|领域|技能|类别|范围)",
        "certificate_number": "(?:行政)?执法证(?:件)?(?:号|号码|编号)|证件编号",
        "certificate_expires": "(?:行政)?(?:执法)?(?:证|证件|证书)?(?:的)?(?:有效期|有效日期|有效期限|有效截止|到期|截止)"
        "(?:至|止|截止|到期|日期|时间|日)*",
        "area": _AREA,
        "telephone": _TELEPHONE,
        "id_card": _ID_CARD,
    },
    "experts": {
        "id": "(?:专家)?(?:编号|代码)",
        "name": "(?:专家|人员)姓名",
        "speciality": "(?:专业|从事|研究|擅长|业务)?(?:领域|专业|方向|特长|专长)",
        "organisation": "(?:所在|工作|任职|推荐)?(?:单位|机构|院校)(?:名称)?",
        "telephone": _TELEPHONE,
        "id_card": _ID_CARD,
    },
}


def means(label: str, kind: RegistryKind, field: str) -> bool:
    """Whether a header text can mean this field."""
    pattern = MEANINGS[kind].get(field)
    return pattern is not None and re.fullmatch(pattern, label) is not None
