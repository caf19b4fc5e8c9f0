"""What charity is called."""

from __future__ import annotations

COMMANDS = {
    "GiveCharityConsent": "登记慈善帮扶同意",
    "WithdrawCharityConsent": "登记撤回慈善帮扶同意",
    "PublishNeed": "发布慈善需求（脱敏）",
    "LowerNeed": "按公共救助核减慈善需求",
    "WithdrawNeed": "撤回慈善需求",
    "RegisterDonor": "登记捐赠人",
    "MakeOffer": "登记捐赠意向",
    "WithdrawOffer": "登记撤回捐赠意向",
    "CommendDonor": "登记褒扬捐赠人",
    "AgreeMatch": "慈善供需对接",
    "CancelMatch": "取消慈善对接",
    "DeliverDonation": "登记慈善捐赠到户",
}

FIELDS = {
    "until": ("The last day it holds.", "截止日期。"),
    "need_id": ("The need.", "慈善需求编号。"),
    "need_kind": ("What is needed.", "需求类别。"),
    "need_kinds": ("For which needs alone; for any when none is named.", "限定用途，不填则不限。"),
    "donation_form": ("Money, goods or hours.", "形式：资金、物资或志愿服务时长。"),
    "cost_fen": ("What it costs in yuan: money, or the value of goods.", "所需金额（元）：资金或物资折价。"),
    "volunteer_hours": ("Hours of volunteering.", "志愿服务小时数。"),
    "goods": (
        "What goods or help, in a few words that identify nobody.",
        "物资或服务内容，不得含可识别身份的信息。",
    ),
    "need_reference": (
        "What it is for (a bill, a case); public aid for the same is taken off.",
        "需求对应事项（账单、个案编号等）；就同一事项的公共救助予以核减。",
    ),
    "lowered_fen": ("Public aid for the same need, in yuan.", "就同一需求的公共救助金额（元）。"),
    "donor_id": ("The donor.", "捐赠人编号。"),
    "donor_class": ("Who gives.", "捐赠人类别。"),
    "title": ("Name of the organisation or trust.", "单位或慈善信托名称。"),
    "credit_code": ("Its unified social credit code.", "统一社会信用代码。"),
    "filing_number": ("Filing number of a charitable trust.", "慈善信托备案编号。"),
    "donor_name": ("Name of a person; kept encrypted.", "个人姓名，加密保存。"),
    "offer_id": ("The offer.", "捐赠意向编号。"),
    "honour": ("The honour.", "褒扬名称。"),
    "match_id": ("The match.", "对接编号。"),
    "agreed_fen": ("How much, in yuan.", "对接金额（元）。"),
    "cancelled_by": ("Who wanted it no longer.", "取消方。"),
    "receipt": ("Number of the donation receipt.", "公益事业捐赠票据号。"),
    "gift_agreement": ("Agreement on the donation, or deed of the trust.", "捐赠协议或信托文件。"),
    "consented_on": ("Day of the consent.", "同意日期。"),
    "received_by": ("Person id of the member who accepted it.", "签收人编号。"),
    "acceptance": ("Document of acceptance.", "签收单。"),
}

CHOICES = {
    "LIVING": ("Living.", "生活。"),
    "MEDICAL": ("Medical.", "医疗。"),
    "SCHOOL": ("Schooling.", "教育。"),
    "HOME": ("Housing.", "住房。"),
    "WORK": ("Work.", "就业。"),
    "DEVICE": ("An assistive device.", "辅助器具。"),
    "MONEY": ("Money.", "资金。"),
    "GOODS": ("Goods.", "物资。"),
    "HOURS": ("Hours of volunteering.", "志愿服务时长。"),
    "ENTERPRISE": ("An enterprise.", "企业。"),
    "SOCIAL_ORGANISATION": ("A social organisation.", "社会组织。"),
    "TRUST": ("A charitable trust.", "慈善信托。"),
    "INDIVIDUAL": ("A person.", "个人。"),
    "RECIPIENT": ("The household it was for.", "受助家庭。"),
    "DONOR": ("The donor.", "捐赠人。"),
    "CIVIL_AFFAIRS": ("Civil affairs.", "民政部门。"),
}
