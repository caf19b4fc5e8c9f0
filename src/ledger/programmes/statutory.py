"""The six categories of the plan [S 一] as the texts define them: what holds until a division records its own."""

from __future__ import annotations

from datetime import date

from ledger.kernel import Basis, Named
from ledger.programmes.book import category_definition
from ledger.programmes.events import CategoryDefined, CoverLevel, Kind, Procedure, Rule

DIBAO_57 = "最低生活保障审核确认办法（民发〔2021〕57号）"
TEKUN_43 = "特困人员认定办法（民发〔2021〕43号）"
LOW_INCOME_39 = "低收入人口动态监测（国办发〔2023〕39号）"
RIGID = "刚性支出困难家庭认定办法"
PLAN = "兵民政发〔2023〕19号；师市实施方案一"

FILE = tuple(
    Kind(code=code, named=Named(zh=zh, en=en))
    for code, zh, en in (
        ("application", "书面申请", "written application"),
        ("identity", "身份证明", "proof of identity"),
        ("promise", "真实完整承诺书", "promise that what is said is true and complete"),
        ("authorisation", "授权核对书", "authorisation of the check"),
        ("check_report", "信息核对报告", "comparison report"),
        ("visit_form", "入户调查表", "form of the home visit"),
        ("opinion", "初审意见", "the town's opinion"),
        ("publicity", "公示材料", "what was posted"),
    )
)
"""What a complete file of an application holds [57 art. 9–10, 16–19; 43 art. 10]."""
TEKUN_FILE = (
    *FILE,
    Kind(code="statement", named=Named(zh="劳动能力、生活来源、财产及赡养抚养扶养情况声明",
                                       en="statement on ability to work, living, property and support")),
)  # fmt: skip
"""The same for tekun [43 art. 10]."""

CATEGORIES: tuple[CategoryDefined, ...] = (
    category_definition(
        code="dibao", named=Named(zh="最低生活保障", en="dibao (minimum living allowance)"), cover_level=CoverLevel.HOUSEHOLD,
        assessment=Rule.DIBAO, pays=True, procedure=Procedure(taper_months=6, documents=FILE), excludes=("tekun",),
        from_date=date(2021, 7, 1), basis=Basis(document=DIBAO_57, rule="57 art. 4, 19–24, 31–33"),
    ),
    category_definition(
        code="tekun", named=Named(zh="特困人员救助供养", en="tekun (extreme hardship)"), cover_level=CoverLevel.PERSON,
        assessment=Rule.TEKUN, pays=True, excludes=("dibao", "dibao_bianyuan", "gangxing_zhichu"),
        procedure=Procedure(town_days=15, county_days=15, devolved_days=None, publicise_again=True, recheck_permille=300,
                            obligor_check=True, ending_publicised=True, documents=TEKUN_FILE),
        from_date=date(2021, 7, 1), basis=Basis(document=TEKUN_43, rule="43 art. 4, 13–18, 26"),
    ),
    category_definition(
        code="fangfanpin", named=Named(zh="防止返贫监测对象", en="fangfanpin (monitored against return to poverty)"),
        cover_level=CoverLevel.HOUSEHOLD, assessment=Rule.LISTED, pays=False, procedure=Procedure(steps=()),
        kinds=(
            Kind(code="tuopin_buwending", named=Named(zh="脱贫不稳定户", en="unstable after leaving poverty")),
            Kind(code="bianyuan_yizhipin", named=Named(zh="边缘易致贫户", en="on the edge of poverty")),
            Kind(code="tufa_kunnan", named=Named(zh="突发严重困难户", en="in sudden severe difficulty")),
        ),
        from_date=date(2021, 1, 1), basis=Basis(document=PLAN, rule="S 一; 39"),
    ),
    category_definition(
        code="dibao_bianyuan", named=Named(zh="最低生活保障边缘家庭", en="dibao_bianyuan (on the edge of dibao)"),
        cover_level=CoverLevel.HOUSEHOLD, assessment=Rule.INCOME_LINE, pays=False, procedure=Procedure(documents=FILE), excludes=("dibao", "tekun"),
        from_date=date(2021, 7, 1), basis=Basis(document=DIBAO_57, rule="57 art. 8; 83 一(四)"),
    ),
    category_definition(
        code="gangxing_zhichu", named=Named(zh="刚性支出困难家庭", en="gangxing_zhichu (rigid spending)"),
        cover_level=CoverLevel.HOUSEHOLD, assessment=Rule.RIGID_SPENDING, pays=False, procedure=Procedure(valid_months=12, documents=FILE),
        excludes=("dibao", "tekun", "dibao_bianyuan"),
        from_date=date(2025, 1, 1), basis=Basis(document=RIGID, rule="RG art. 4, 8, 10"),
    ),
    category_definition(
        code="qita_kunnan", named=Named(zh="其他困难人员", en="qita_kunnan (other people in difficulty)"),
        cover_level=CoverLevel.PERSON, assessment=Rule.LISTED, pays=False,
        from_date=date(2023, 10, 1), basis=Basis(document=LOW_INCOME_39, rule="39; S 一"),
    ),
)  # fmt: skip
