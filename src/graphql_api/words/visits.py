"""What visits are called."""

from __future__ import annotations

COMMANDS = {"PlanVisit": "安排走访", "CallOffVisit": "取消走访", "RecordVisit": "登记走访"}

FIELDS = {
    "visit_id": ("The visit.", "走访编号。"),
    "group": ("The priority group, if it is one.", "重点走访类别。"),
    "due_on": ("Last day for it.", "期限。"),
    "needed": ("Codes of programmes the family seems to need.", "所需救助项目代码。"),
}

CHOICES = {
    "DISABILITY": ("A disabled member.", "残疾人家庭。"),
    "WEAK_LABOUR": ("Hardly able to work.", "无劳动力或弱劳动力家庭。"),
    "LONG_ILLNESS": ("Serious or chronic illness.", "重病或慢性病家庭。"),
    "URGENT_EVENT": ("An urgent event or accident.", "急难事项或意外事故家庭。"),
    "SPECIAL": ("Other special difficulty.", "其他特殊困难家庭。"),
}
