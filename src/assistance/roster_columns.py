"""The columns of a roster as offices keep it: Chinese headers, one row a member, household facts on the head's row."""

from __future__ import annotations

from typing import NamedTuple


class Column(NamedTuple):
    """A column: its field, header, and whether it must be there."""

    field: str
    header: str
    needed: bool = True


COLUMNS = (
    Column("number", "户编号"),
    Column("company", "连队（社区）"),
    Column("area", "城乡"),
    Column("address", "住址", False),
    Column("relation", "与户主关系"),
    Column("name", "姓名"),
    Column("id_number", "身份证号"),
    Column("sex", "性别"),
    Column("birth_date", "出生日期"),
    Column("phone", "联系电话", False),
    Column("disability_type", "残疾类别", False),
    Column("disability_level", "残疾等级", False),
    Column("illness", "重病情况", False),
    Column("labour", "劳动能力", False),
    Column("schooling", "在读学段", False),
    Column("self_care", "不能自理项数", False),
    Column("counted", "是否保障对象"),
    Column("wage", "年工资性收入"),
    Column("business", "年经营净收入"),
    Column("property_income", "年财产净收入"),
    Column("transfer", "年转移净收入"),
    Column("deposits", "存款", False),
    Column("base", "月基本金额"),
    Column("supplement", "月分类施保金额", False),
    Column("care", "月照料护理金额", False),
    Column("bank_code", "开户行行号"),
    Column("account", "银行账号"),
    Column("account_holder", "账户户名"),
    Column("decided_on", "批准日期"),
    Column("document", "审批文号"),
)
BY_HEADER = {column.header: column for column in COLUMNS}
HEADER_OF = {column.field: column.header for column in COLUMNS}

SHEETS = {"低保": "dibao", "特困": "tekun"}
AREAS = {"城市": "urban", "城镇": "urban", "农村": "rural", "连队": "rural"}
RELATIONS = {
    "户主": "head",
    "本人": "head",
    "配偶": "spouse",
    "子女": "child",
    "子": "child",
    "女": "child",
    "父母": "parent",
    "祖父母": "grandparent",
    "孙子女": "grandchild",
    "兄弟姐妹": "sibling",
    "其他": "other",
}
SEXES = {"男": "male", "女": "female"}
DISABILITIES = {
    "视力": "visual",
    "听力": "hearing",
    "言语": "speech",
    "肢体": "physical",
    "智力": "intellectual",
    "精神": "mental",
    "多重": "multiple",
}
LEVELS = {"一级": 1, "二级": 2, "三级": 3, "四级": 4}
ILLNESSES = {"重特大疾病": "major", "慢性病": "chronic"}
LABOUR = {"有": "full", "部分丧失": "partial", "无": "none"}
SCHOOLING = {
    "学前": "preschool",
    "义务教育": "compulsory",
    "普通高中": "high_school",
    "中职": "vocational",
    "大专及以上": "college",
}
YES_NO = {"是": True, "否": False}
