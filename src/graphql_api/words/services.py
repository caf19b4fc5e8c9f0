"""What purchased services are called."""

from __future__ import annotations

COMMANDS = {
    "PlanService": "制定服务计划",
    "StopService": "终止服务",
    "RecordService": "登记服务记录",
    "AcceptService": "服务验收合格",
    "DeclineService": "服务验收不合格",
    "SettleService": "服务结算",
}

FIELDS = {
    "service_id": ("The service.", "服务编号。"),
    "per_month": ("Visits a month.", "每月次数。"),
    "needs": ("The needs as assessed; kept encrypted.", "需求评估，加密保存。"),
    "worker": ("Who was there for the provider.", "服务人员。"),
    "rendered_on": ("Day of the visit.", "服务日期。"),
    "from_time": ("From when, like 09:30.", "开始时刻，如09:30。"),
    "until_time": ("Until when, like 10:15.", "结束时刻，如10:15。"),
    "done": ("What was done; kept encrypted.", "服务内容，加密保存。"),
    "visit": ("The visit of the service.", "服务记录编号。"),
    "accepted_by": ("Who says it was as agreed.", "验收人。"),
    "declined_on": ("Day it was declined.", "验收日期。"),
    "claimed_fen": ("What the provider asks for, in yuan.", "申请结算金额（元）。"),
    "invoice": ("Number of the invoice.", "发票号。"),
}

CHOICES = {
    "BENEFICIARY": ("The household.", "服务对象。"),
    "OFFICE": ("The office for the household.", "经办机构。"),
}
