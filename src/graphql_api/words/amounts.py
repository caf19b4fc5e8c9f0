"""What declarations and standards are called."""

from __future__ import annotations

COMMANDS = {
    "SpendingLine": "一项刚性支出",
    "SupportLine": "一项供养费",
    "Discretion": "视情认定",
}

FIELDS = {
    "paid_on": ("Day it was paid.", "支付日期。"),
    "full_time": ("Whether the study is full-time.", "是否全日制。"),
    "custody": ("prison, compulsory_treatment, detention.", "羁押状态：服刑、强制隔离戒毒、拘留。"),
    "clergy_since": (
        "Since when away from the family as clergy.",
        "脱离家庭独立生活的宗教教职人员起始日期。",
    ),
    "uncounted_by": ("The province's rule by which they are not counted.", "省级规定不计入的文号。"),
    "contracted_land": ("Has contracted land or a collective's income.", "是否有承包土地或集体收益分配。"),
    "relocated_to_town": ("Moved to a town to leave poverty behind.", "是否易地扶贫搬迁至城镇。"),
    "use": ("living, production, mobility.", "用途：生活、生产、出行。"),
    "spending": ("What had to be spent, line by line.", "刚性支出明细。"),
    "support": ("What others owe or give, line by line.", "供养费明细。"),
    "discretions": ("What was judged in this case, and why.", "视情认定事项及理由。"),
    "spent_fen": ("What was spent, in yuan.", "支出金额（元）。"),
    "covered_fen": ("Paid by insurance or aid, in yuan.", "保险、救助等支付金额（元）。"),
    "public_rate_fen": ("What a public school charges, in yuan.", "同类公办收费标准（元）。"),
    "recognised_by": ("The county's document that recognises it.", "县级认定文号。"),
    "payer_income_fen": (
        "Yearly income of the payer's household, in yuan.",
        "赡养（供养）人家庭年收入（元）。",
    ),
    "payer_members": ("Members of the payer's household.", "赡养（供养）人家庭人口。"),
    "supported": ("How many households the payer supports.", "供养户数。"),
    "what": ("support or labour.", "事项：供养费豁免、劳动力系数。"),
    "judged_by": ("Who approved it.", "批准人。"),
}

CHOICES: dict[str, tuple[str, str]] = {}
