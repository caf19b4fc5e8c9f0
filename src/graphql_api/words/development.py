"""What development assistance is called."""

from __future__ import annotations

COMMANDS = {
    "PlanTraining": "安排培训",
    "CompleteTraining": "登记培训完成",
    "PlacePost": "公益性岗位安置",
    "EndPost": "公益性岗位终止",
    "RegisterLoan": "登记小额信贷",
    "PayLoanInterest": "贷款贴息",
}

FIELDS = {
    "training_id": ("The training.", "培训编号。"),
    "course": ("What is taught.", "培训项目。"),
    "trainer": ("Who teaches it.", "培训机构。"),
    "employer": ("The employer.", "用人单位。"),
    "completed_on": ("Day it was over.", "完成日期。"),
    "hours": ("Hours attended.", "学时。"),
    "passed": ("Whether it was passed.", "是否合格。"),
    "certificate": ("Number of the certificate.", "证书编号。"),
    "post_kind": ("Which post.", "岗位种类。"),
    "post_id": ("The post.", "岗位安置编号。"),
    "paid_by": ("Who pays the wage.", "工资发放单位。"),
    "contract": ("Number of the contract.", "合同编号。"),
    "wage_fen": ("Wage a month in yuan.", "月工资（元）。"),
    "placed_on": ("First day at work.", "上岗日期。"),
    "loan_id": ("The loan.", "贷款编号。"),
    "lender": ("Who lends.", "贷款机构。"),
    "principal_fen": ("Principal in yuan.", "本金（元）。"),
    "rate_bp": ("Yearly rate in basis points: 435 is 4.35 %.", "年利率（基点），435即4.35%。"),
    "used_for": ("What it is for.", "用途。"),
}

CHOICES = {
    "FOREST": ("Forest warden.", "护林。"),
    "ROAD": ("Road warden.", "护路。"),
    "CLEANING": ("Cleaning.", "保洁。"),
    "GUARD": ("Guard.", "保安。"),
}
