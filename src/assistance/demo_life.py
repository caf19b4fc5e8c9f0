"""The demo's lives: new applications through the real procedure, a birth, a move, adjustments, a death reported late."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from assistance.generator.people import Household, Inventor, Person
from ledger.identification.changes import AdjustAmount, EndCategory, TransferEntitlement
from ledger.identification.decisions import ConfirmCategory, NotifyRefusal, RefuseCategory
from ledger.identification.events import ApplicationSubmitted, Category
from ledger.identification.procedure import (
    AcceptApplication,
    AuthoriseCheck,
    EndPublicity,
    GiveOpinion,
    RecordHomeVisit,
    RecordMeansCheck,
    ReportToCounty,
    RequestSupplement,
    StartPublicity,
    SubmitApplication,
)
from ledger.identification.procedure_application import ReceiveSupplement
from ledger.identification.refusals import NotEligible
from ledger.kernel import EntitlementId, Fen, HouseholdId, HouseholdNumber, OrganisationId, PersonId
from ledger.payments.events import PaymentReturned
from ledger.registry.changes import DeclareCircumstances, MoveHousehold, NominateAccount, RecordDeath
from ledger.registry.commands import JoinMember, NewMember, RegisterHousehold
from ledger.registry.events import Area, Attributes, HouseholdRegistered, IncomeLine, MemberJoined, Relation
from projections.runner import Runner

if TYPE_CHECKING:
    from assistance.demo import Demo

APPLICATIONS = 320
ADJUSTED = 30
FIRST = date(2026, 9, 1)
Bar = Callable[[str, int | None], Callable[[int], object]]


class Application(NamedTuple):
    """One household that applies, and the day it does."""

    number: int
    unit: str
    household: Household
    day: date


def applications(demo: Demo, units: Sequence[str], bar: Bar) -> None:
    """A few hundred households apply; most are confirmed, those above the standard are refused."""
    inventor = Inventor(2026, date(2026, 9, 1))
    made = []
    for n in range(APPLICATIONS):
        unit = units[n % len(units)]
        area = "城镇" if unit.startswith("65900400") else "农村"
        household = inventor.household(f"{unit}8{n:04d}", f"{unit}-c{n % 4 + 1}", area)
        if n % 16 == 7:  # too well off: these are refused
            household.income = {"wage": 9_000_000 + 1000 * n}
        made.append(Application(n, unit, household, FIRST + timedelta(days=n % 5)))
    progress = bar("applications 新申请", APPLICATIONS)
    if not demo.done(f"application/{APPLICATIONS - 1}/end"):
        demo.side_by_side(lambda item: _apply(demo, item), made, progress)


def _member(person: Person) -> NewMember:
    relations = {
        "户主": Relation.HEAD,
        "配偶": Relation.SPOUSE,
        "子女": Relation.CHILD,
        "孙子女": Relation.GRANDCHILD,
    }
    kinds = {
        "肢体": "physical",
        "视力": "visual",
        "听力": "hearing",
        "智力": "intellectual",
        "精神": "mental",
        "多重": "multiple",
    }
    return NewMember(
        id_number=person.id_number,
        name=person.name,
        relation=relations[person.relation],
        attributes=Attributes(
            disability_type=kinds.get(person.disability_type),
            disability_level=person.disability_level or None,
            illness={"重特大疾病": "major", "慢性病": "chronic"}.get(person.illness),
            labour_ability={"有": "full", "部分丧失": "partial"}.get(person.labour, "none"),
        ),
    )


def _apply(demo: Demo, item: Application) -> None:
    """One application from registration to decision."""
    label, clerk, household = f"application/{item.number}", demo.clerk(item.unit), item.household
    day = item.day

    def step(name: str, command: Any, on: date, **fields: Any) -> Any:
        return demo.do(f"{label}/{name}", command, clerk, on, **fields)

    made = step("register", RegisterHousehold, day, number=HouseholdNumber(household.number),
                organisation_id=OrganisationId(item.unit), company_id=household.company,
                area=Area.URBAN if household.area == "城镇" else Area.RURAL, address=household.address, consent_on=day,
                members=tuple(_member(p) for p in household.people))  # fmt: skip
    home = next(e.household_id for e in made.events if isinstance(e, HouseholdRegistered))
    people = [e.person_id for e in made.events if isinstance(e, MemberJoined)]
    income = tuple(IncomeLine(kind=k, annual_fen=Fen(v)) for k, v in household.income.items() if v)
    step("declare", DeclareCircumstances, day, household_id=home, declared_on=day, income=income)
    key = demo.ledger.vault.digest("account", household.account).hex()
    step("account", NominateAccount, day, household_id=home, payee_id=people[0], bank_code=household.bank,
         account=household.account, account_holder=household.people[0].name, account_key=key, nominated_on=day)  # fmt: skip
    submitted = step("submit", SubmitApplication, day, household_id=home, category=Category.DIBAO, applicant=people[0],
                     covered=tuple(people), submitted_on=day)  # fmt: skip
    case = next(e.case_id for e in submitted.events if isinstance(e, ApplicationSubmitted))
    if item.number % 9 == 4:
        step("supplement", RequestSupplement, day, case_id=case, missing=("户口簿复印件",))
        step(
            "supplemented", ReceiveSupplement, day, case_id=case, received=("户口簿复印件",), received_on=day
        )
    accepted = day + timedelta(days=1)
    step("accept", AcceptApplication, accepted, case_id=case, accepted_on=accepted)
    step(
        "authorise",
        AuthoriseCheck,
        accepted,
        case_id=case,
        authorised_by=tuple(people),
        authorised_on=accepted,
    )
    checked = accepted + timedelta(days=3)
    step("check", RecordMeansCheck, checked, case_id=case, source="师市居民家庭经济状况核对中心", as_of=accepted,
         income=income, report=f"核对2026-{item.number:04d}", received_on=checked)  # fmt: skip
    step("visit", RecordHomeVisit, checked, case_id=case, visitors=(f"clerk-{item.unit}", f"worker-{item.unit}"),
         signed=True, visited_on=checked)  # fmt: skip
    opinion = checked + timedelta(days=1)
    too_rich = item.number % 16 == 7
    reason = "家庭人均收入高于低保标准" if too_rich else "家庭人均收入低于低保标准，财产符合规定"
    step("opinion", GiveOpinion, opinion, case_id=case, approve=not too_rich, reason=reason, given_on=opinion)
    step("publicity", StartPublicity, opinion, case_id=case, place="连队（社区）公示栏", started_on=opinion,
         shown_name=f"{household.people[0].name[0]}**")  # fmt: skip
    ended = opinion + timedelta(days=7)
    step("publicity-end", EndPublicity, ended, case_id=case, ended_on=ended)
    step("report", ReportToCounty, ended, case_id=case, reported_on=ended)
    _decide(demo, label, case, ended + timedelta(days=3))


def _decide(demo: Demo, label: str, case: Any, day: date) -> None:
    try:
        demo.do(f"{label}/end", ConfirmCategory, demo.reviewer, day, case_id=case, decided_on=day)
    except NotEligible as refusal:
        demo.do(f"{label}/end", RefuseCategory, demo.reviewer, day, case_id=case, decided_on=day,
                reason=refusal.facts["why_zh"], article="57 art. 21")  # fmt: skip
        demo.do(f"{label}/notice", NotifyRefusal, demo.reviewer, day + timedelta(days=1), case_id=case,
                served_by="团场民政办", notified_on=day + timedelta(days=1))  # fmt: skip


def new_account(demo: Demo, unit: str, line: PaymentReturned, day: date) -> None:
    """A household whose line came back nominates another account of its head."""
    label = f"account/{line.payment_id}"
    if demo.done(label):
        return  # its head may have died since
    account = Inventor(int(line.payment_id.replace("-", "")[-8:], 16), day).account()
    with Runner(demo.division.url, demo.division.schema) as runner:
        row = runner.connection.execute(
            "SELECT p.person_id, p.name FROM households h JOIN people p ON p.person_id = h.head_id WHERE h.household_id = %s",
            (line.household_id,),
        ).fetchone()
    assert row is not None
    demo.do(label, NominateAccount, demo.clerk(unit), day, household_id=line.household_id, payee_id=PersonId(row[0]),
            bank_code="102881002345", account=account, account_holder=demo.ledger.vault.open(row[1]),
            account_key=demo.ledger.vault.digest("account", account).hex(), nominated_on=day)  # fmt: skip


def _covered(demo: Demo, where: str, most: int) -> list[tuple[Any, ...]]:
    """Active entitlements: (entitlement, household, organisation, counted, income), in a fixed order."""
    with Runner(demo.division.url, demo.division.schema) as runner:
        runner.catch_up()
        return runner.connection.execute(
            "SELECT e.entitlement_id, e.household_id, e.organisation_id, e.counted, h.income_annual_fen, h.number"
            " FROM entitlements e JOIN households h USING (household_id)"
            f" WHERE e.status = 'active' AND e.origin = 'prior' AND {where} ORDER BY h.number LIMIT {most}".encode()
        ).fetchall()


def changes(demo: Demo, units: Sequence[str], progress: Callable[[int], object]) -> None:
    """Before November: thirty adjustments, a birth, and a household that moves to the next unit."""
    if demo.done("life/moved"):
        return
    day = date(2026, 10, 21)
    for count, row in enumerate(
        _covered(demo, "e.category = 'dibao' AND right(h.number, 2) = '33'", ADJUSTED), 1
    ):
        entitlement, household, unit, _, income, number = row
        rise = Fen(int(income * (0.8 if count % 3 else 1.1)) // 100 * 100)
        demo.do(f"life/declare/{number}", DeclareCircumstances, demo.clerk(unit), day, household_id=HouseholdId(household),
                declared_on=day, income=(IncomeLine(kind="wage", annual_fen=rise),))  # fmt: skip
        _adjust(demo, f"life/adjust/{number}", entitlement, day, "2026-11", "定期核查收入变化")
        progress(count)
    _birth(demo)
    _move(demo, units)


def _adjust(demo: Demo, label: str, entitlement: str, day: date, month: str, reason: str) -> None:
    try:
        demo.do(label, AdjustAmount, demo.reviewer, day, entitlement_id=EntitlementId(entitlement), from_month=month,
                reason=reason, article="57 art. 31")  # fmt: skip
    except NotEligible:
        demo.do(f"{label}/end", EndCategory, demo.reviewer, day, entitlement_id=EntitlementId(entitlement),
                last_month="2026-10", reason="家庭人均收入超过低保标准", article="57 art. 31")  # fmt: skip


def _birth(demo: Demo) -> None:
    entitlement, household, unit, *_ = _covered(demo, "e.category = 'dibao' AND h.member_count = 3", 1)[0]
    day = date(2026, 10, 20)
    baby = Inventor(11, day).person("子女", 1, 2)
    from stdnum.cn import ric

    body = f"652301{date(2026, 10, 12):%Y%m%d}128"
    number = body + ric.calc_check_digit(body + "0")
    member = NewMember(id_number=number, name=baby.name, relation=Relation.CHILD)
    demo.do("life/birth", JoinMember, demo.clerk(unit), day, household_id=HouseholdId(household), member=member,
            reason="birth", joined_on=date(2026, 10, 12))  # fmt: skip
    _adjust(demo, "life/birth/adjust", entitlement, day, "2026-11", "新增家庭成员（出生）")


def _move(demo: Demo, units: Sequence[str]) -> None:
    entitlement, household, unit, *_ = _covered(demo, "e.category = 'dibao' AND h.member_count = 2", 3)[2]
    to = next(u for u in units if u != unit)
    day = date(2026, 10, 22)
    area = Area.URBAN if to.startswith("65900400") else Area.RURAL
    demo.do("life/move", MoveHousehold, demo.clerk(unit), day, household_id=HouseholdId(household), to_id=OrganisationId(to),
            company_id=f"{to}-c1", area=area, moved_on=day, last_month_here="2026-10", transfer_letter="示范迁函〔2026〕1号")  # fmt: skip
    demo.do("life/moved", TransferEntitlement, demo.reviewer, day, entitlement_id=EntitlementId(entitlement))


def late_death(demo: Demo) -> None:
    """A person in tekun died in September; the office hears of it in late November: two months were overpaid."""
    entitlement, household, unit, counted, _, _ = _covered(demo, "e.category = 'tekun'", 6)[5]
    day = date(2026, 11, 23)
    demo.do("life/death", RecordDeath, demo.clerk(unit), day, household_id=HouseholdId(household),
            person_id=PersonId(counted[0]), died_on=date(2026, 9, 17), source="殡葬信息比对")  # fmt: skip
    demo.do("life/death/end", EndCategory, demo.reviewer, day, entitlement_id=EntitlementId(entitlement),
            reason="保障对象死亡", article="43 art. 24")  # fmt: skip
