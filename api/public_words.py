"""What the public reads for the words of the program: results, disposals, stages of a draw, reasons."""

from __future__ import annotations

from domain.frame import EXEMPTED
from domain.plan_rows import CREDIT_CLASSES

CATEGORIES = {
    "no-problem-found": "未发现问题",
    "disclosure-missing": "未按规定公示应当公示的信息",
    "disclosure-false": "公示信息隐瞒真实情况、弄虚作假",
    "unreachable": "通过登记的住所（经营场所）无法联系",
    "ordered-to-correct": "发现问题已责令改正",
    "obstructed": "不配合检查情节严重",
    "activity-not-found": "未发现开展本次抽查涉及的经营活动",
    "pending-follow-up": "发现问题待后续处理",
    "closed-or-liquidating": "已关闭停业或正在组织清算",
    "deregistered": "注销、吊销、撤销或迁出",
    "other-rules-violated": "违反其他部门规定",
}
DISPOSALS = {
    "none": "无需处置",
    "stop-and-report": "停止检查反馈日常监管",
    "order-to-correct": "责令改正",
    "transfer": "移送办案",
    "notify-other-body": "抄告其他部门",
    "other": "其他",
}
METHODS = {
    "on-site": "现场检查",
    "written": "书面检查",
    "online": "网络检查",
    "testing": "检验检测",
    "commissioned": "委托专业机构",
}
OUTCOMES = {
    "refused": "拒绝、阻挠检查",
    "closed-door": "无人、闭店",
    "not-there": "登记地址查无此对象",
    "ceased": "已停业、注销、吊销或迁出",
    "no-activity": "未开展本次抽查涉及的经营活动",
}
TRIED = {
    "on-site": "现场",
    "telephone": "电话",
    "letter": "邮寄、留置",
    "neighbours": "向周边、物业、村居了解",
    "registry": "向登记机关查询",
}
ACKNOWLEDGEMENTS = {
    "acknowledged": "无异议",
    "objected": "有异议",
    "refused-to-sign": "拒绝签字",
    "absent": "被检查人不在场",
}
ANSWERS = {"yes": "符合", "no": "不符合", "not-applicable": "不适用"}
HANDLING_STAGES = {
    "open": "办理中",
    "corrected": "已改正",
    "received": "对方已确认",
    "closed": "已结案",
}
HANDLING = {"correction": "责令改正", "transfer": "移送办案", "notification": "抄告其他部门"}
STAGES = {
    "entities": "抽取检查对象",
    "officers": "抽取执法检查人员",
    "replacement": "抽取替补人员",
}
DRAW_STATUS = {
    "prepared": "已准备",
    "committed": "名单已固定",
    "computed": "已抽取",
    "disclosed": "已公布",
    "voided": "已作废",
}
LEFT_SINCE = (
    "left-since"  # of no ledger: a roster that was frozen, and a person who is not drawn from it
)
EXCLUSIONS = {
    "suspended": "名录中已暂停",
    "unconfirmed": "入库待复核",
    "reclassified": "计划公布后改类，不再属于范围",
    "visit-cap-reached": "本年度检查次数已达上限",
    "other-department": "部门不参加本任务，或没有本部门事项",
    "certificate-expires": "执法证在抽查时间结束前失效",
    "untrained": "未参加任务要求的培训",
    "on-leave": "可检查的日期均请假",
    "no-speciality": "不具备所需专长",
    "no-account": "没有可以办理检查的账号",
    "not-named": "部门未指派，列为备员",
    LEFT_SINCE: "名单固定后离开名册",
    "on-the-team": "已是本次检查人员",
    "fell-out": "已退出本次检查",
    "recused": "应当回避",
    "at-capacity": "本任务检查次数已达上限",
    "does-not-fit": "不具备该席位所需的部门、技能或片区",
}
SLIPS = {
    "in-pool": "参加抽取，结果尚未公布",
    "drawn": "抽中",
    "not-drawn": "没有抽中",
    "excluded": "没有参加抽取",
    "absent": "不在这次抽取的名单中",
}
VOIDS = {"requested": "申请作废", "approved": "批准作废", "declined": "不同意作废"}
DISCLOSURES = {"at-once": "算出即公布", "with-inspection": "全部检查开始时公布"}
DIMENSIONS = {"kind": "类型", "credit_class": "信用风险等级"}

AREAS = {"own": "只查本片区", "other": "只查其他片区（异地）"}

WORDS = {
    "area": AREAS,
    "category": CATEGORIES,
    "disposal": DISPOSALS,
    "stage": STAGES,
    "draw_status": DRAW_STATUS,
    "slip": SLIPS,
    "void": VOIDS,
    "disclosure": DISCLOSURES,
    "dimension": DIMENSIONS,
}


def reason(name: str) -> str:
    """Why somebody could not be drawn."""
    if name.startswith(EXEMPTED):
        return f"依决定免予抽查：{name.removeprefix(EXEMPTED)}"
    return EXCLUSIONS[name]


def stratum(name: str) -> str:
    """The name of a stratum; that of a credit class is a single letter."""
    return f"{name} 级" if name in CREDIT_CLASSES else name
