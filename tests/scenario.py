"""A small division on a real database: the building blocks of whole-path tests."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from stdnum import luhn
from stdnum.cn import ric

from assistance.payment_service import DrawResult, DrawRun, draw
from assistance.readings import Readings
from assistance.settings import Settings
from assistance.wiring import Division
from ledger.funds.commands import AllocateFund, ReceiveFund
from ledger.funds.events import FundReceived, Source
from ledger.identification.decisions import ConfirmCategory
from ledger.identification.events import ApplicationSubmitted, Category, CategoryConfirmed
from ledger.identification.procedure import (
    AcceptApplication,
    AuthoriseCheck,
    DrawRechecks,
    EndPublicity,
    GiveOpinion,
    RecordHomeVisit,
    RecordMeansCheck,
    RecordRecheck,
    ReportToCounty,
    StartPublicity,
    SubmitApplication,
)
from ledger.kernel import (
    Actor,
    CaseId,
    Command,
    CommandId,
    EntitlementId,
    Fen,
    FundId,
    HouseholdId,
    HouseholdNumber,
    Month,
    OrganisationId,
    PersonId,
    Role,
    derived_id,
    month,
)
from ledger.organisation.commands import OpenOrganisation
from ledger.organisation.events import Level
from ledger.registry.changes import DeclareCircumstances, NominateAccount
from ledger.registry.commands import NewMember, RegisterHousehold
from ledger.registry.events import Area, Attributes, HouseholdRegistered, IncomeLine, MemberJoined, Relation
from ledger.standards.commands import SetStandard
from ledger.store.database import Database
from ledger.store.execute import Ledger, Outcome

DIVISION, REGIMENT, OTHER = OrganisationId("d12"), OrganisationId("d12-104"), OrganisationId("d12-sp")
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
ADMIN = Actor(operator_id="admin-1", organisation_id=DIVISION, role=Role.ADMIN)
CLERK = Actor(operator_id="clerk-1", organisation_id=REGIMENT, role=Role.CLERK)
OTHER_CLERK = Actor(operator_id="clerk-2", organisation_id=OTHER, role=Role.CLERK)
REVIEWER = Actor(operator_id="reviewer-1", organisation_id=DIVISION, role=Role.REVIEWER)
FINANCE = Actor(operator_id="finance-1", organisation_id=DIVISION, role=Role.FINANCE)


def id_number(n: int, birth: date = date(1980, 5, 17), area: str = "650103") -> str:
    """A checksum-valid ID number; odd `n` is male."""
    body = f"{area}{birth:%Y%m%d}{n % 1000:03d}"
    return body + ric.calc_check_digit(body + "0")


def account_number(n: int) -> str:
    body = f"621700{n:012d}"
    return body + luhn.calc_check_digit(body)


class Scenario:
    """Gives commands with fresh ids and remembers what they made."""

    def __init__(self, division: Division) -> None:
        self.division = division
        self.ledger = division.ledger
        self._numbers = itertools.count(1)

    def command_id(self) -> CommandId:
        return CommandId(derived_id(f"01939000-0000-7000-8000-{next(self._numbers):012d}", "test"))

    def do(self, command: type[Command], actor: Actor, now: datetime = NOW, **fields: Any) -> Outcome:
        return self.ledger.execute(command(command_id=self.command_id(), **fields), actor, now)

    def standards(self) -> None:
        """The division with two units, and demo standards with a basis."""
        self.do(OpenOrganisation, ADMIN, organisation_id=DIVISION, name="第十二师", level=Level.DIVISION)
        self.do(
            OpenOrganisation,
            ADMIN,
            organisation_id=REGIMENT,
            name="一零四团",
            level=Level.REGIMENT,
            parent_id=DIVISION,
        )
        self.do(
            OpenOrganisation,
            ADMIN,
            organisation_id=OTHER,
            name="三坪农场",
            level=Level.REGIMENT,
            parent_id=DIVISION,
        )
        for name, programme, area, tier, value in (
            ("standard", "dibao", "urban", None, 80_000),
            ("standard", "dibao", "rural", None, 60_000),
            ("standard", "tekun", "urban", None, 104_000),
            ("standard", "tekun", "rural", None, 78_000),
            ("care", "tekun", None, "full", 0),
            ("care", "tekun", None, "partial", 30_000),
            ("care", "tekun", None, "none", 60_000),
            ("supplement", "dibao", None, "minor", 5_000),
            ("supplement", "dibao", None, "elderly", 6_000),
            ("supplement", "dibao", None, "severe_disability", 8_000),
            ("property_limit", "dibao", None, None, 2_000_000),
            ("months_after_death", "dibao", None, None, 0),
            ("months_after_death", "tekun", None, None, 0),
            ("appraisal_quorum", None, None, None, 5),
            ("meeting_quorum", None, None, None, 5),
            ("co_verification_days", None, None, None, 10),
            ("disposable_income", None, None, None, 3_600_000),
            ("low_income_property_limit", None, None, None, 3_000_000),
        ):
            self.do(SetStandard, ADMIN, name=name, programme=programme, organisation_id=DIVISION, area=area, tier=tier,
                    value=value, unit="fen_per_month", from_date=date(2026, 1, 1), document="示范文件1号")  # fmt: skip

    def household(
        self, first: int = 1, count: int = 2, *, clerk: Actor = CLERK, births: tuple[date, ...] = (), income: int = 600_000,
        attributes: Attributes | None = None, account: bool = True,
    ) -> tuple[HouseholdId, list[PersonId]]:  # fmt: skip
        """A registered household with declared income (fen a year) and an account; the first member is its head."""
        members = []
        for n in range(count):
            birth = births[n] if n < len(births) else date(1980 + n, 5, 17)
            members.append(
                NewMember(
                    id_number=id_number(first + n, birth),
                    name=f"测试{first + n}",
                    relation=Relation.HEAD if n == 0 else Relation.CHILD,
                    attributes=attributes or Attributes(),
                )
            )
        made = self.do(
            RegisterHousehold, clerk, number=HouseholdNumber(f"H{first:05d}"),
            organisation_id=OrganisationId(clerk.organisation_id), area=Area.URBAN, address="某路1号",
            consent_on=date(2026, 9, 1), members=tuple(members), registered_on=date(2026, 9, 1),
        )  # fmt: skip
        household = next(e.household_id for e in made.events if isinstance(e, HouseholdRegistered))
        people = [e.person_id for e in made.events if isinstance(e, MemberJoined)]
        self.do(DeclareCircumstances, clerk, household_id=household, declared_on=date(2026, 9, 1),
                income=(IncomeLine(kind="wage", annual_fen=Fen(income)),))  # fmt: skip
        if account:
            self.account(household, people[0], first, clerk)
        return household, people

    def account(self, household: HouseholdId, payee: PersonId, n: int, clerk: Actor = CLERK) -> None:
        number = account_number(n)
        self.do(NominateAccount, clerk, household_id=household, payee_id=payee, bank_code="102881002345", account=number,
                account_holder=f"测试{n}", account_key=self.ledger.vault.digest("account", number).hex(),
                nominated_on=date(2026, 9, 2))  # fmt: skip

    def opinion(
        self,
        household: HouseholdId,
        people: list[PersonId],
        category: Category = Category.DIBAO,
        clerk: Actor = CLERK,
    ) -> CaseId:
        """A case taken to the county: publicised, reported and, where it must be, checked again."""
        made = self.do(SubmitApplication, clerk, household_id=household, category=category, applicant=people[0],
                       covered=tuple(people), submitted_on=date(2026, 9, 3))  # fmt: skip
        case = next(e.case_id for e in made.events if isinstance(e, ApplicationSubmitted))
        self.do(AcceptApplication, clerk, case_id=case, accepted_on=date(2026, 9, 4))
        self.do(
            AuthoriseCheck,
            clerk,
            case_id=case,
            authorised_by=tuple(people),
            authorised_on=date(2026, 9, 4),
        )
        self.do(
            RecordMeansCheck,
            clerk,
            case_id=case,
            source="核对中心",
            as_of=date(2026, 9, 7),
            received_on=date(2026, 9, 7),
        )
        self.do(
            RecordHomeVisit,
            clerk,
            case_id=case,
            visitors=("甲", "乙"),
            signed=True,
            visited_on=date(2026, 9, 8),
        )
        self.do(GiveOpinion, clerk, case_id=case, approve=True, reason="符合条件", given_on=date(2026, 9, 9))
        self.do(StartPublicity, clerk, case_id=case, place="一连公示栏", started_on=date(2026, 9, 10))
        self.do(EndPublicity, clerk, case_id=case, ended_on=date(2026, 9, 17))
        self.report(case, category, clerk)
        return case

    def report(self, case: CaseId, category: str = Category.DIBAO, clerk: Actor = CLERK) -> None:
        """The file goes up on 2026-09-17; a tekun case is drawn and checked again there."""
        self.do(ReportToCounty, clerk, case_id=case, reported_on=date(2026, 9, 17))
        if category == Category.TEKUN:
            county = Actor(operator_id="reviewer-2", organisation_id=DIVISION, role=Role.REVIEWER)
            place = OrganisationId(clerk.organisation_id)
            self.do(DrawRechecks, county, organisation_id=place, category=category, of_month=Month("2026-09"),
                    drawn_on=date(2026, 9, 17))  # fmt: skip
            self.do(
                RecordRecheck,
                county,
                case_id=case,
                visitors=("丙", "丁"),
                upheld=True,
                rechecked_on=date(2026, 9, 17),
            )

    def covered(
        self,
        first: int = 1,
        count: int = 2,
        category: Category = Category.DIBAO,
        clerk: Actor = CLERK,
        **household: Any,
    ) -> tuple[HouseholdId, list[PersonId], EntitlementId]:
        """A household confirmed on 2026-09-18, paid from 2026-10."""
        house, people = self.household(first, count, clerk=clerk, **household)
        covered = people if category is Category.DIBAO else people[:1]
        case = self.opinion(house, covered, category, clerk)
        made = self.do(ConfirmCategory, REVIEWER, case_id=case, decided_on=date(2026, 9, 18),
                       obligors="none" if category is Category.TEKUN else None)  # fmt: skip
        entitlement = next(e.entitlement_id for e in made.events if isinstance(e, CategoryConfirmed))
        return house, people, entitlement

    def fund(
        self, amount: int = 100_000_000, allocated: int | None = None, uses: tuple[str, ...] = ("dibao", "tekun"),
        organisation: OrganisationId = REGIMENT,
    ) -> FundId:  # fmt: skip
        made = self.do(ReceiveFund, FINANCE, name="中央困难群众救助补助资金", source=Source.CENTRAL, year=2026, uses=uses,
                       amount_fen=Fen(amount), document="财社〔2026〕示范1号", received_on=date(2026, 9, 1))  # fmt: skip
        fund = next(e.fund_id for e in made.events if isinstance(e, FundReceived))
        self.do(AllocateFund, FINANCE, fund_id=fund, organisation_id=organisation,
                amount_fen=Fen(amount if allocated is None else allocated), document="分配1号")  # fmt: skip
        return fund

    def draw(
        self, fund: FundId | tuple[FundId, ...], of: str = "2026-10", *, programme: str = "dibao",
        actor: Actor = CLERK, organisation: OrganisationId = REGIMENT, command_id: CommandId | None = None,
    ) -> DrawResult:  # fmt: skip
        funds = fund if isinstance(fund, tuple) else (fund,)
        command = DrawRun(command_id or self.command_id(), organisation, programme, Month(month(of)), funds)
        return draw(self.division, command, actor, NOW)


def open_division(url: str, database: Database, ledger: Ledger, readings: Ledger, data: Path) -> Division:
    """A division over test fixtures."""
    settings = Settings(data=data, schema_name=database.schema)
    return Division(settings, url, database, ledger, Readings(readings))
