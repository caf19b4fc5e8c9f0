"""What contracts with providers are called."""

from __future__ import annotations

COMMANDS = {
    "ContractProvider": "登记购买服务合同",
    "EndContract": "终止购买服务合同",
    "Price": "一项服务及其单价",
}

FIELDS = {
    "contract_id": ("The contract.", "合同编号。"),
    "provider_id": ("The provider its operators act for.", "服务机构编号。"),
    "prices": ("Services it allows, each with its price.", "服务及单价。"),
    "price_fen": ("Price of one accepted visit in yuan.", "每次验收服务单价（元）。"),
    "ceiling_fen": ("The most that is paid in all, in yuan.", "合同总价上限（元）。"),
    "service": ("Which service.", "服务种类。"),
}

CHOICES = {
    "VISITING": ("Visiting.", "访视随访。"),
    "NURSING": ("Care.", "照料。"),
    "HOUSEWORK": ("Housework.", "家务。"),
    "COUNSELLING": ("Counselling.", "心理疏导。"),
    "LINKING": ("Linking with resources.", "资源链接。"),
    "ABILITY": ("Building abilities.", "能力提升。"),
    "INTEGRATION": ("Social integration.", "社会融入。"),
    "APPLYING": ("Help with applications.", "协助申请。"),
}
