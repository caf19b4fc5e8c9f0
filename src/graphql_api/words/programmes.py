"""What definitions are called."""

from __future__ import annotations

COMMANDS = {
    "DefineCategory": "定义对象类别",
    "Named": "中英文名称或说明",
    "Procedure": "审核确认程序及期限",
    "Kind": "类别内的类型",
}

FIELDS = {
    "named": ("Its name in both languages.", "中英文名称。"),
    "zh": ("In 中文.", "中文。"),
    "en": ("In English.", "英文。"),
    "cover_level": ("Whole households or single people.", "对象层级。"),
    "assessment": ("The rule that decides on it and on the amount.", "认定与金额规则。"),
    "obligor_check": ("Whether legal obligors are parties.", "是否核查法定义务人。"),
    "pays": ("Whether a monthly entitlement follows.", "是否按月发放待遇。"),
    "procedure": ("Steps and time limits.", "程序与期限。"),
    "kinds": ("Kinds within the category.", "类型。"),
    "excludes": ("Codes of what nobody may have at the same time.", "不得同时享受的类别代码。"),
    "until_date": ("Last day in force.", "失效日期。"),
    "steps": ("Steps that must be taken before a decision.", "决定前必经步骤。"),
    "start_days": ("Working days to begin the investigation.", "启动调查工作日数。"),
    "town_days": ("Working days to the town's opinion.", "初审工作日数。"),
    "county_days": ("Working days to the county's opinion.", "审核确认工作日数。"),
    "total_days": ("Working days from acceptance to decision.", "受理至决定的工作日数。"),
    "devolved_days": ("The same where the power is devolved.", "权限下放时的工作日数。"),
    "extended_days": ("The same when extended.", "延长后的工作日数。"),
    "notice_days": ("Working days to tell of a refusal.", "告知不予确认的工作日数。"),
    "publicity_days": ("Days of publicity.", "公示天数。"),
    "publicise_again": ("Whether to post again after an objection.", "异议后是否重新公示。"),
    "reinvestigation_days": ("Working days to investigate an objection.", "异议重新调查工作日数。"),
    "recheck_permille": ("Least share checked at random, in permille.", "随机抽查比例下限（千分比）。"),
    "ending_publicised": ("Whether an end is posted first.", "终止前是否公示。"),
    "review_months": ("Months between reviews.", "核查间隔月数。"),
    "unstable_review_months": (
        "Months between reviews where income is unstable.",
        "收入不固定时的核查间隔月数。",
    ),
    "taper_months": ("The most months of tapering.", "渐退期上限月数。"),
    "valid_months": ("Months until a confirmation expires.", "有效期月数。"),
}

CHOICES = {
    "HOUSEHOLD": ("Whole households.", "以家庭为单位。"),
    "PERSON": ("Single people.", "以个人为单位。"),
    "ACCEPTANCE": ("Acceptance.", "受理。"),
    "AUTHORISATION": ("Authorisation.", "授权。"),
    "MEANS_CHECK": ("Comparison report.", "信息核对。"),
    "HOME_VISIT": ("Home visit.", "入户调查。"),
    "OPINION": ("Opinion.", "初审意见。"),
    "PUBLICITY": ("Publicity.", "公示。"),
    "DIBAO": ("Minimum living allowance.", "最低生活保障。"),
    "TEKUN": ("Extreme hardship.", "特困供养。"),
    "INCOME_LINE": ("An income line.", "收入线。"),
    "RIGID_SPENDING": ("Rigid spending.", "刚性支出。"),
    "LISTED": ("By list.", "名单认定。"),
}
