"""What institutions of support, stays and attendance are called."""

from __future__ import annotations

COMMANDS = {
    "RegisterInstitution": "登记供养服务机构",
    "ChangeInstitution": "变更供养服务机构",
    "NominateInstitutionAccount": "指定供养服务机构账户",
    "CloseInstitution": "注销供养服务机构",
    "AdmitResident": "办理入住",
    "StartLeave": "登记请假外出",
    "EndLeave": "登记销假返院",
    "DischargeResident": "办理离院",
    "ReportAttendance": "报送在院天数",
    "ConfirmAttendance": "确认在院天数",
    "DaysPresent": "一名在院人员当月在院天数",
}

FIELDS = {
    "institution_id": ("The institution.", "供养服务机构编号。"),
    "licence": ("Its licence or filing.", "登记或备案证号。"),
    "beds": ("How many beds.", "床位数。"),
    "stays": ("Whom it takes.", "接收类型。"),
    "stay": ("Why the person stays.", "入住类型。"),
    "stay_id": ("The stay.", "入住记录编号。"),
    "agreement": ("Number of the agreement.", "供养服务协议编号。"),
    "admitted_on": ("Day of the admission.", "入住日期。"),
    "discharged_on": ("Day of leaving for good.", "离院日期。"),
    "left_for": ("Why the stay ends.", "离院原因。"),
    "away_for": ("Why the resident is away.", "外出原因。"),
    "from_day": ("First day away.", "外出首日。"),
    "expected_on": ("Day the resident means to be back.", "预计返院日期。"),
    "back_on": ("Day of being back.", "返院日期。"),
    "closed_on": ("Last day.", "注销日期。"),
    "month": ("The month.", "月份。"),
    "present_days": ("Days of everybody who stayed in the month.", "当月在院人员及天数。"),
    "days": ("How many days.", "天数。"),
    "signed_by": ("Who signed for the institution.", "机构签字人。"),
}

CHOICES = {
    "ELDERS": ("Elders who cannot look after themselves.", "失能老年人集中照护。"),
    "DISABLED": ("Disabled people.", "残疾人托养。"),
    "DAY_CARE": ("By day.", "日间照料。"),
    "FAMILY": ("With the family.", "探亲。"),
    "HOSPITAL": ("In hospital.", "住院。"),
    "DEATH": ("Death.", "死亡。"),
    "OWN_WISH": ("Own wish.", "本人意愿。"),
    "TRANSFER": ("Transfer.", "转院。"),
    "COVER_ENDED": ("Cover ended.", "保障终止。"),
    "OWN": ("The person's own of a month in an institution.", "在机构期间本人部分（零用金等）。"),
}
