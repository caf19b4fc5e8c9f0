"""What households that change, and what became known late, are called."""

from __future__ import annotations

COMMANDS = {
    "SplitHousehold": "分户", "MergeHouseholds": "并户", "WithdrawMerge": "撤销并户", "ChangeCompany": "变更连队（社区）",
    "ChangeAttributes": "变更人员情况", "Relative": "成员及其与新户主的关系",
    "CarryEntitlement": "待遇随人转移", "OpenDifferences": "处理多发少发（发起追缴、补发）",
}  # fmt: skip

FIELDS = {
    "leaving": ("Who leaves, one of them the new head.", "分出的成员，其中一人为新户主。"),
    "relations": (
        "Relations to the head; other for who is not named.",
        "并入成员与户主的关系，未列明者为其他。",
    ),
    "split_on": ("Day of the split.", "分户日期。"),
    "merged_on": ("Day of the merger.", "合并日期。"),
    "absorbed_id": ("The household that is taken into the other.", "被并入的家庭编号。"),
    "absorbed_head": ("Head of the household that is its own again.", "恢复的家庭的户主。"),
}

CHOICES = {
    "NO_FAULT": ("Nobody's fault.", "非主观原因。"),
    "UNDECLARED": ("Not declared.", "未如实申报。"),
    "FRAUD": ("Fraud.", "骗取。"),
}
