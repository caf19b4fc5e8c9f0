"""The programmes of the plan [S 三], their forms, owners and exclusions: what holds until a division records its own.

Amounts are nowhere here: what the local rules set is a standard, dated and with its basis.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from ledger.kernel import Basis, Named
from ledger.programmes.events import CoverLevel, Kind
from ledger.programmes.programme_book import exclusion_definition, form_definition, programme_definition
from ledger.programmes.programme_events import (
    AmountUse,
    ExclusionDefined,
    FieldKind,
    FormDefined,
    Offer,
    OwnField,
    ProgrammeDefined,
    Recurrence,
    Sum,
    Who,
    Within,
)

PLAN = "师市分层分类社会救助实施方案（兵民政发〔2024〕11号）"
MEASURES = "社会救助暂行办法（国务院令第649号）"
SUBSIDIES = "困难残疾人生活补贴和重度残疾人护理补贴制度（国发〔2015〕52号）"
SINCE = date(2021, 1, 1)

LOW = ("dibao", "tekun", "dibao_bianyuan", "gangxing_zhichu")
"""Those most of the plan's programmes are for [S 三(二)]."""
ALL_LOW = (*LOW, "fangfanpin", "qita_kunnan")
"""Everybody of low income [S 一]."""
DEPARTMENTS = {
    "mz": ("民政局", "civil affairs"), "yb": ("医疗保障局", "medical insurance"), "wj": ("卫生健康委员会", "health"), "jy": ("教育局", "education"),
    "zj": ("住房和城乡建设局", "housing"), "rs": ("人力资源和社会保障局", "human resources"), "yj": ("应急管理局", "emergency management"),
    "nn": ("农业农村局", "agriculture"), "cl": ("残疾人联合会", "the disabled persons' federation"), "cz": ("财政局", "finance"),
    "sw": ("税务局", "taxation"), "sj": ("审计局", "audit"),
}  # fmt: skip
"""What the plan's departments are called, by the code their organisation carries."""
ONE, HOUSE = CoverLevel.PERSON, CoverLevel.HOUSEHOLD
ANY_LOW, FOUR = (Who(categories=ALL_LOW),), (Who(categories=LOW),)


def _form(code: str, zh: str, en: str, amount: AmountUse = AmountUse.NEEDED) -> FormDefined:
    basis = Basis(document=PLAN, rule="S 三")
    return form_definition(code=code, named=Named(zh=zh, en=en), amount=amount, from_date=SINCE, basis=basis)


STATUTORY_FORMS: tuple[FormDefined, ...] = (
    _form("cash", "现金", "cash"), _form("subsidy", "补贴", "subsidy"), _form("fee_waiver", "减免费用", "fee waiver"),
    _form("in_kind", "实物", "in kind", AmountUse.POSSIBLE), _form("service", "服务", "service", AmountUse.POSSIBLE),
    _form("post", "岗位安置", "post", AmountUse.NONE), _form("loan_interest", "贷款贴息", "loan interest"),
    _form("premium_full", "全额资助参保", "premium paid in full"), _form("premium_fixed", "定额资助参保", "fixed premium subsidy"),
    _form("settlement", "医疗费用结算", "settlement of medical costs"), _form("grant", "助学金", "grant"),
    _form("living_subsidy", "生活补助", "living subsidy"), _form("work_study", "勤工助学岗位", "work-study post", AmountUse.POSSIBLE),
    _form("student_loan", "助学贷款", "student loan"), _form("public_rental", "配租公租房", "public rental home", AmountUse.POSSIBLE),
    _form("rent_subsidy", "租赁补贴", "rent subsidy"), _form("house_repair", "农村危房改造", "repair of an unsafe rural house"),
    _form("tax_relief", "税费减免", "tax relief"), _form("training_subsidy", "培训补贴", "training subsidy"),
    _form("insurance_subsidy", "社保补贴", "insurance subsidy"), _form("training", "培训", "training", AmountUse.POSSIBLE),
    _form("care", "照护", "care", AmountUse.POSSIBLE), _form("works", "改造施工", "works", AmountUse.POSSIBLE),
    _form("device", "配置辅助器具", "assistive device", AmountUse.POSSIBLE), _form("donation", "慈善款物", "donation", AmountUse.POSSIBLE),
)  # fmt: skip


def _offers(*forms: str) -> tuple[Offer, ...]:
    return tuple(Offer(form=form) for form in forms)


def _field(field: str, zh: str, en: str, holds: FieldKind, **more: Any) -> OwnField:
    return OwnField(field=field, named=Named(zh=zh, en=en), holds=holds, **more)


def _choice(field: str, zh: str, en: str, of: dict[str, tuple[str, str]], **more: Any) -> OwnField:
    kinds = tuple(Kind(code=code, named=Named(zh=words[0], en=words[1])) for code, words in of.items())
    return _field(field, zh, en, FieldKind.CHOICE, choices=kinds, **more)


def _programme(code: str, zh: str, en: str, rule: str, *owners: str, **more: Any) -> ProgrammeDefined:
    more.setdefault("cooperating", () if "mz" in owners else ("mz",))
    more.setdefault("recurrence", Recurrence.PER_EVENT)
    more.setdefault("cover_level", ONE)
    basis = Basis(document=more.pop("document", PLAN), rule=rule)
    return programme_definition(
        code=code, named=Named(zh=zh, en=en), owners=owners, from_date=SINCE, basis=basis, **more
    )


STAGES = {
    "preschool": ("学前教育", "preschool"), "compulsory": ("义务教育", "compulsory schooling"), "high_school": ("普通高中", "high school"),
    "vocational": ("中等职业教育", "vocational school"), "college": ("普通高等教育", "college"),
}  # fmt: skip
_YEAR = _field("insured_year", "参保年度", "insured year", FieldKind.YEAR)
_COSTS = (
    _field("total_cost", "医疗总费用", "total cost", FieldKind.AMOUNT),
    _field("basic_insurance", "基本医保支付", "paid by basic insurance", FieldKind.AMOUNT),
    _field("major_insurance", "大病保险支付", "paid by major-illness insurance", FieldKind.AMOUNT),
    _field("medical_aid", "医疗救助支付", "paid by medical aid", FieldKind.AMOUNT),
    _field("own_payment", "个人负担", "paid by the patient", FieldKind.AMOUNT),
)
_BASIC = ("basic_insurance", "major_insurance", "medical_aid", "own_payment")

BASIC_LIVING: tuple[ProgrammeDefined, ...] = (
    _programme("dibao", "最低生活保障", "dibao (minimum living allowance)", "S 三(一); 649 art. 9–13", "mz", offers=_offers("cash"),
               who=(Who(categories=("dibao",)),), cover_level=HOUSE, recurrence=Recurrence.MONTHLY),
    _programme("tekun", "特困人员救助供养", "tekun (extreme hardship)", "S 三(一); 649 art. 14–19", "mz", offers=_offers("cash", "care"),
               who=(Who(categories=("tekun",)),), recurrence=Recurrence.MONTHLY),
)  # fmt: skip

SPECIAL: tuple[ProgrammeDefined, ...] = (
    _programme(
        "canbao_zizhu", "资助参保", "premium subsidy", "S 三(二); 649 art. 29(一)", "yb", "wj", cooperating=("mz", "sw"), who=ANY_LOW,
        offers=(Offer(form="premium_full", who=(Who(categories=("tekun",)),)),
                Offer(form="premium_fixed", who=(Who(categories=("dibao", "dibao_bianyuan", "gangxing_zhichu", "fangfanpin")),))),
        recurrence=Recurrence.YEARLY, fields=(_YEAR,),
    ),
    _programme(
        "yiliao_jiuzhu", "医疗救助", "medical aid", "S 三(二); 649 art. 29(二), 31", "yb", "wj", cooperating=("mz", "sw"), who=FOUR,
        offers=_offers("settlement"),
        fields=(_choice("treatment", "就诊类别", "treatment", {"inpatient": ("住院", "inpatient"), "outpatient": ("长期门诊", "long-term outpatient"),
                                                               "medicine": ("慢性病用药", "medicine for chronic illness")}),
                _field("hospital", "医药机构", "hospital or pharmacy", FieldKind.TEXT), *_COSTS),
        sums=(Sum(total="total_cost", parts=_BASIC, given="medical_aid"),),
    ),
    _programme(
        "jibing_yingji", "疾病应急救助", "disease emergency fund", "S 三(二); 649 art. 32", "wj", "yb", offers=_offers("settlement"),
        fields=(_field("hospital", "医疗机构", "hospital", FieldKind.TEXT), _field("identity_known", "身份是否明确", "identity known", FieldKind.YES_NO)),
    ),
    _programme(
        "jiaoyu_jiuzhu", "教育救助", "aid for education", "S 三(二); 649 art. 33–36", "jy", recurrence=Recurrence.YEARLY,
        who=(Who(categories=LOW, schooling=tuple(STAGES)), Who(categories=("fangfanpin", "qita_kunnan"), schooling=tuple(STAGES))),
        offers=(Offer(form="grant"), Offer(form="living_subsidy"), Offer(form="fee_waiver"), Offer(form="work_study", who=(Who(schooling=("college",)),)),
                Offer(form="student_loan", who=(Who(schooling=("college",)),))),
        fields=(_choice("stage", "学段", "stage", STAGES), _field("school_year", "学年", "school year (its first)", FieldKind.YEAR),
                _field("school", "就读学校", "school", FieldKind.TEXT, required=False),
                _field("contract", "贷款合同号", "loan contract", FieldKind.TEXT, forms=("student_loan",))),
    ),
    _programme(
        "zhufang_jiuzhu", "住房救助", "aid for housing", "S 三(二); 649 art. 37–40", "zj", who=FOUR, cover_level=HOUSE, recurrence=Recurrence.YEARLY,
        offers=(Offer(form="public_rental"), Offer(form="rent_subsidy"), Offer(form="house_repair", who=(Who(areas=("rural",)),))),
        fields=(_choice("danger_level", "房屋危险等级", "danger level", {"c": ("C级", "C"), "d": ("D级", "D")}, forms=("house_repair",)),
                _choice("repair_mode", "改造方式", "way of repair", {"repair": ("修缮加固", "repair"), "rebuild": ("拆除重建", "rebuild")},
                        forms=("house_repair",)),
                _field("lease", "租赁合同号", "lease", FieldKind.TEXT, forms=("public_rental", "rent_subsidy"), required=False)),
    ),
    _programme(
        "jiuye_jiuzhu", "就业救助", "aid for employment", "S 三(二); 649 art. 42–46", "rs", who=(Who(categories=("dibao", "dibao_bianyuan", "gangxing_zhichu"),
        labour=("full", "partial")),), offers=_offers("loan_interest", "tax_relief", "training_subsidy", "insurance_subsidy", "post"),
        recurrence=Recurrence.YEARLY,
        fields=(_field("employer", "用人单位", "employer", FieldKind.TEXT, forms=("post", "insurance_subsidy"), required=False),
                _field("contract", "贷款合同号", "loan contract", FieldKind.TEXT, forms=("loan_interest",)),
                _field("course", "培训项目", "course", FieldKind.TEXT, forms=("training_subsidy",))),
    ),
    _programme(
        "shouzai_jiuzhu", "受灾人员救助", "aid after a disaster", "S 三(二); 649 art. 20–26", "yj", who=(), cover_level=HOUSE, disaster=True,
        offers=_offers("cash", "in_kind", "living_subsidy", "house_repair"),
        fields=(_choice("relief", "救助类型", "kind of relief", {"emergency": ("应急救助", "emergency relief"), "transition": ("过渡期救助", "transition"),
                        "rebuilding": ("住房恢复重建", "rebuilding"), "winter": ("冬春救助", "winter and spring")}),
                _choice("damage", "住房受损", "damage to the home", {"none": ("无", "none"), "light": ("一般损坏", "light"),
                        "heavy": ("严重损坏", "heavy"), "collapsed": ("倒塌", "collapsed")}, required=False)),
    ),
)  # fmt: skip

URGENT: tuple[ProgrammeDefined, ...] = (
    _programme("linshi_jiuzhu", "临时救助", "temporary aid", "S 三(三); 649 art. 47–49", "mz", offers=_offers("cash", "in_kind", "service"),
               cover_level=HOUSE),
    _programme("liulang_qitao", "生活无着流浪乞讨人员救助", "aid for people without shelter", "S 三(三); 649 art. 50–51", "mz",
               offers=_offers("in_kind", "service", "cash")),
    _programme("fuwu_jiuzhu", "服务类社会救助", "aid by services", "S 三(四)", "mz", who=ANY_LOW, offers=_offers("service"),
               fields=(_choice("service", "服务内容", "service", {"visiting": ("访视", "visiting"), "care": ("照料", "care"),
                               "counselling": ("心理疏导", "counselling"), "linking": ("资源链接", "resource linking"),
                               "ability": ("能力提升", "building ability"), "integration": ("社会融入", "integration")}),)),
)  # fmt: skip

DISABLED = (1, 2, 3, 4)
_LOW_DISABLED = Who(categories=ALL_LOW, disability_levels=DISABLED)
_LOW_UNABLE_OLD = Who(categories=ALL_LOW, age_from=60, self_care_failed_from=1)

OTHER: tuple[ProgrammeDefined, ...] = (
    _programme("dongji_qunuan", "冬季取暖救助", "winter heating", "S 三(五)", "mz", who=ANY_LOW, cover_level=HOUSE, offers=_offers("cash", "in_kind", "fee_waiver"),
               recurrence=Recurrence.YEARLY, fields=(_field("season", "采暖季", "heating season (its first year)", FieldKind.YEAR),)),
    _programme("binzang_jiuzhu", "殡葬救助", "funeral aid", "S 三(五)", "mz", who=(), offers=_offers("fee_waiver", "cash"), recurrence=Recurrence.ONCE,
               after_death=True, fields=(_choice("burial", "安葬方式", "burial", {"cremation": ("火化", "cremation"), "burial": ("土葬", "burial")}, required=False),)),
    _programme("jizhong_zhaohu", "经济困难失能老年人集中照护", "care of unable elders in an institution", "S 三(五)", "mz", who=(_LOW_UNABLE_OLD,), offers=_offers("care"),
               recurrence=Recurrence.MONTHLY, fields=(_field("institution", "养老机构", "institution", FieldKind.TEXT),)),
    _programme("canji_shenghuo_butie", "困难残疾人生活补贴", "living subsidy for disabled people", "S 三(五); 国发〔2015〕52号 二(一)", "mz",
               cooperating=("cl",), document=SUBSIDIES, who=(Who(categories=("dibao",), disability_levels=DISABLED),), offers=_offers("subsidy"),
               recurrence=Recurrence.MONTHLY, standard="subsidy", from_application=True,
               fields=(_field("certificate", "残疾人证", "disability certificate (yes: seen)", FieldKind.YES_NO),)),
    _programme("canji_huli_butie", "重度残疾人护理补贴", "care subsidy for severe disability", "S 三(五); 国发〔2015〕52号 二(二)", "mz",
               cooperating=("cl",), document=SUBSIDIES, who=(Who(disability_levels=(1, 2)),), offers=_offers("subsidy"),
               recurrence=Recurrence.MONTHLY, standard="subsidy", from_application=True,
               fields=(_field("certificate", "残疾人证", "disability certificate (yes: seen)", FieldKind.YES_NO),)),
    _programme("canji_tuoyang", "残疾人托养照护", "day care of disabled people", "S 三(五)", "mz", cooperating=("cl",), who=(_LOW_DISABLED,), offers=_offers("service", "subsidy"),
               recurrence=Recurrence.MONTHLY,
               fields=(_choice("mode", "托养方式", "mode", {"residential": ("寄宿", "residential"), "day": ("日间", "day"), "home": ("居家", "at home")}),)),
    _programme("wuzhangai_gaizao", "家庭无障碍改造", "barrier-free works at home", "S 三(五)", "mz", cooperating=("cl", "zj"), who=(_LOW_DISABLED, _LOW_UNABLE_OLD),
               offers=_offers("works", "subsidy"), recurrence=Recurrence.ONCE,
               fields=(_field("works", "改造内容", "works", FieldKind.TEXT), _field("checked_on", "验收日期", "checked on", FieldKind.DAY, required=False))),
    _programme("fuzhu_qiju", "辅助器具补助", "assistive devices", "S 三(五)", "mz", cooperating=("cl",), offers=_offers("device", "subsidy"),
               who=(_LOW_DISABLED, _LOW_UNABLE_OLD), fields=(_field("device", "器具名称", "device", FieldKind.TEXT),
                                                             _field("count", "数量", "count", FieldKind.NUMBER, required=False))),
)  # fmt: skip

FURTHER: tuple[ProgrammeDefined, ...] = (
    _programme("cishan_bangfu", "慈善帮扶", "charity", "S 三(六)", "mz", who=ANY_LOW, offers=_offers("donation", "service"), cover_level=HOUSE),
    _programme("kaifa_peixun", "开发式帮扶·技能培训", "training for development", "S 三(七)", "nn", "rs", cooperating=("mz",),
               who=(Who(categories=("fangfanpin",), labour=("full", "partial")),), offers=_offers("training", "training_subsidy"),
               fields=(_field("course", "培训项目", "course", FieldKind.TEXT),)),
    _programme("kaifa_gangwei", "开发式帮扶·公益性岗位", "public-interest posts", "S 三(七)", "nn", "rs", cooperating=("mz", "cz"),
               who=(Who(categories=("fangfanpin",), labour=("full", "partial")),), offers=_offers("post"), recurrence=Recurrence.YEARLY,
               fields=(_choice("post", "岗位", "post", {"forest": ("护林", "forest warden"), "road": ("护路", "road warden"),
                               "cleaning": ("保洁", "cleaning"), "guard": ("保安", "guard"), "other": ("其他", "other")}),
                       _field("contract", "合同号", "contract", FieldKind.TEXT))),
    _programme("kaifa_tiexi", "开发式帮扶·小额信贷贴息", "interest on small loans", "S 三(七)", "nn", "cz", cooperating=("mz", "rs"),
               who=(Who(categories=("fangfanpin",), labour=("full", "partial")),), offers=_offers("loan_interest"), recurrence=Recurrence.YEARLY,
               fields=(_field("contract", "贷款合同号", "loan contract", FieldKind.TEXT),)),
)  # fmt: skip


def _exclusion(code: str, zh: str, en: str, aids: tuple[str, ...], level: CoverLevel, within: Within, document: str, rule: str) -> ExclusionDefined:  # fmt: skip
    return exclusion_definition(code=code, named=Named(zh=zh, en=en), aids=aids, cover_level=level, within=within, from_date=SINCE,
                                basis=Basis(document=document, rule=rule))  # fmt: skip


STATUTORY_EXCLUSIONS: tuple[ExclusionDefined, ...] = (
    _exclusion("tekun_shenghuo", "特困供养与困难残疾人生活补贴", "tekun and the living subsidy", ("tekun", "canji_shenghuo_butie"),
               ONE, Within.SAME_MONTH, SUBSIDIES, "国发〔2015〕52号 三(三)"),
    _exclusion("tekun_huli", "特困供养与重度残疾人护理补贴", "tekun and the care subsidy", ("tekun", "canji_huli_butie"),
               ONE, Within.SAME_MONTH, SUBSIDIES, "国发〔2015〕52号 三(三)"),
    _exclusion("canbao_quane_dinge", "全额与定额资助参保", "premium in full and fixed", ("canbao_zizhu/premium_full", "canbao_zizhu/premium_fixed"),
               ONE, Within.SAME_YEAR, PLAN, "S 三(二)"),
    _exclusion("gongzu_buzu", "公租房与租赁补贴", "public rental home and rent subsidy",
               ("zhufang_jiuzhu/public_rental", "zhufang_jiuzhu/rent_subsidy"), HOUSE, Within.SAME_YEAR, MEASURES, "649 art. 38; S 三(二)"),
    _exclusion("yiliao_yingji", "医疗救助与疾病应急救助", "medical aid and the emergency fund", ("yiliao_jiuzhu", "jibing_yingji"),
               ONE, Within.SAME_NEED, MEASURES, "649 art. 32"),
)  # fmt: skip

STATUTORY_PROGRAMMES: tuple[ProgrammeDefined, ...] = (*BASIC_LIVING, *SPECIAL, *URGENT, *OTHER, *FURTHER)
STATUTORY = (*STATUTORY_FORMS, *STATUTORY_PROGRAMMES, *STATUTORY_EXCLUSIONS)
"""What every book begins with."""
