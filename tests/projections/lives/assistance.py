"""Departments in a random history: programmes defined anew, aid asked for, decided, delivered, reported back, ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from ledger.assistance.delivering import DeliverAssistance, EndAssistance, ReportAssistance
from ledger.assistance.disasters import AssessHousing, DeclareDisaster
from ledger.assistance.events import (
    AssistanceApplied,
    AssistanceReferred,
    DangerLevel,
    DisasterDeclared,
    Outcome,
    OwnFact,
    ReportsBegun,
    ReportsImported,
)
from ledger.assistance.granting import GrantAssistance
from ledger.assistance.reporting import ReportAid
from ledger.assistance.states import Assistance
from ledger.assistance.steps import (
    AcceptAssistance,
    ApplyAssistance,
    ForwardAssistance,
    ReferAssistance,
    RefuseAssistance,
)
from ledger.kernel import Fen, FileHash, ImportId, Named, OrganisationId, Role
from ledger.organisation.commands import OpenOrganisation
from ledger.organisation.events import Level
from ledger.programmes.events import CoverLevel
from ledger.programmes.programme_commands import DefineExclusion, DefineForm, DefineProgramme
from ledger.programmes.programme_events import AmountUse, Offer, Recurrence, Within

if TYPE_CHECKING:
    from tests.projections.histories import Life

DOCUMENT = "示范文件"
SINCE = date(2026, 8, 1)


def steps(life: Life) -> list[Callable[[], object]]:
    """Definitions, disasters and homes now and then; the steps of aid often enough for all to happen."""
    some = Departments(life)
    return [
        some.define,
        some.disaster,
        some.home,
        *[some.ask] * 3,
        *[some.decide] * 6,
        *[some.report] * 2,
        some.file,
    ]


class Departments:
    """One department that owns a programme of each recurrence, opened when it is first needed."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.yj, self.nn = OrganisationId(f"{life.label}-yj"), OrganisationId(f"{life.label}-nn")
        self.count = 0

    def ready(self) -> bool:
        """Opens the departments and defines their programmes once."""
        if not self.count:
            for place, code in ((self.yj, "yj"), (self.nn, "nn")):
                self.life.do(OpenOrganisation, Role.ADMIN, organisation_id=place, name=f"{code}局", level=Level.DEPARTMENT,
                             parent_id=self.life.division, code=code)  # fmt: skip
            for recurrence in Recurrence:
                self.programme(recurrence, "示范文件1")
        self.count += 1
        return True

    def programme(self, recurrence: Recurrence, document: str) -> None:
        self.life.do(DefineProgramme, Role.ADMIN, code=f"mou_{recurrence.value}", named=Named(zh=f"某{recurrence}", en="some"),
                     owners=("yj", "nn"), offers=(Offer(form="cash"), Offer(form="in_kind")), cover_level=CoverLevel.PERSON,
                     recurrence=recurrence, from_date=SINCE, document=document)  # fmt: skip

    def define(self) -> None:
        self.ready()
        rng = self.life.rng
        named = Named(zh="某", en="some")
        match rng.randrange(3):
            case 0:
                self.life.do(DefineForm, Role.ADMIN, code=f"xing_{rng.randrange(3)}", named=named, amount=rng.choice(list(AmountUse)),
                             from_date=SINCE, document=DOCUMENT)  # fmt: skip
            case 1:
                self.life.do(DefineExclusion, Role.ADMIN, code=f"hu_{rng.randrange(3)}", named=named, cover_level=rng.choice(list(CoverLevel)),
                             aids=("mou_yearly/cash", "mou_once"), within=rng.choice(list(Within)), from_date=date(2026, 11, 1), document=DOCUMENT)  # fmt: skip
            case _:
                self.programme(rng.choice(list(Recurrence)), DOCUMENT)

    def disaster(self) -> None:
        self.ready()
        self.life.do(DeclareDisaster, Role.DEPARTMENT, at=self.yj, organisation_ids=(self.life.rng.choice(self.life.units),), kind="风雪",
                     named=Named(zh="雪灾", en="snow"), struck_on=self.life.day())  # fmt: skip

    def home(self) -> None:
        if (household := self.life.household()) is not None:
            self.life.do(AssessHousing, Role.CLERK, household_id=household.id, danger=self.life.rng.choice(list(DangerLevel)),
                         assessed_on=self.life.day())  # fmt: skip

    def ask(self) -> None:
        self.ready()
        household = self.life.household()
        if household is None or not household.current():
            return
        member = self.life.rng.choice(household.current())
        given = {"household_id": household.id, "person_ids": (member.person_id,), "department_id": self.life.rng.choice((self.yj, self.nn)),
                 "programme": f"mou_{self.life.rng.choice(list(Recurrence))}"}  # fmt: skip
        if self.life.rng.random() < 0.5:
            self.life.do(ApplyAssistance, Role.CLERK, applied_on=date(2026, 9, 1), **given)
        else:
            self.life.do(
                ReferAssistance, Role.CLERK, referred_on=date(2026, 9, 1), reason="符合条件", **given
            )

    def case(self) -> Assistance | None:
        asked = self.life.any(self.life.events(AssistanceApplied, AssistanceReferred)[-6:])
        if asked is None:
            return None
        return self.life.read((Assistance.facts(asked.assistance_id),)).state(Assistance, asked.assistance_id)

    def decide(self) -> None:
        """The next step of one of the last cases, by its department."""
        case = self.case()
        if case is None:
            return
        rng, at, day = self.life.rng, case.file.department_id, date(2026, 10, 9)
        of = {"at": at, "assistance_id": case.id}
        match case.file.status:
            case "applied" | "referred" if rng.random() < 0.2:
                other = self.nn if at == self.yj else self.yj
                self.life.do(
                    ForwardAssistance,
                    Role.DEPARTMENT,
                    department_id=other,
                    reason="职责",
                    referred_on=date(2026, 9, 2),
                    **of,
                )
            case "applied" | "referred":
                self.life.do(AcceptAssistance, Role.DEPARTMENT, accepted_on=date(2026, 9, 3), **of)
            case "accepted" if rng.random() < 0.2:
                self.life.do(
                    RefuseAssistance,
                    Role.DEPARTMENT,
                    reason="不符",
                    article="S 三",
                    decided_on=date(2026, 9, 8),
                    **of,
                )
            case "accepted":
                self.life.do(GrantAssistance, Role.DEPARTMENT, form="cash", amount_fen=Fen(rng.randrange(1, 900)), stages=rng.randint(1, 2),
                             need=rng.choice((None, "a")), decided_on=date(2026, 9, 8), **of)  # fmt: skip
            case "granted" | "delivering" if rng.random() < 0.7:
                month = None if case.file.from_month is None else f"2026-{rng.randint(9, 11):02d}"
                self.life.do(DeliverAssistance, Role.DEPARTMENT, month=month, delivered_on=day, **of)
            case _ if rng.random() < 0.7:
                self.life.do(
                    ReportAssistance,
                    Role.DEPARTMENT,
                    outcome=rng.choice(list(Outcome)),
                    reason="核实",
                    reported_on=day,
                    **of,
                )
            case _:
                self.life.do(EndAssistance, Role.DEPARTMENT, reason="结束", ended_on=day, **of)

    def report(self) -> None:
        """What a department gave, to a member or to somebody no household knows."""
        self.ready()
        rng = self.life.rng
        known = rng.random() < 0.8
        number = rng.choice(self.life.numbers) if known else "11010519491231002X"
        disasters = self.life.events(DisasterDeclared)
        fields = {"programme": "mou_per_event", "disaster_id": None}
        if disasters and rng.random() < 0.3:
            fields = {"programme": "shouzai_jiuzhu", "disaster_id": rng.choice(disasters).disaster_id,
                      "facts": (OwnFact(field="relief", content="应急救助"),)}  # fmt: skip
        self.life.do(ReportAid, Role.DEPARTMENT, at=self.yj, id_number=number, record_number=f"r{rng.randrange(40)}", form="cash",
                     amount_fen=Fen(rng.randrange(1, 900)), delivered_on=self.life.day(), unlisted_name="某人",
                     overlap_reason=rng.choice((None, "确有需要")), need=rng.choice((None, "a")), **fields)  # fmt: skip

    def file(self) -> None:
        """A department's file, taken in to its end or not."""
        self.ready()
        number = f"{self.life.label}-f{self.count}"
        of = {
            "import_id": ImportId(number),
            "file_hash": FileHash(number),
            "organisation_id": self.yj,
            "file_name": "反馈.xlsx",
            "rows": 3,
        }
        closing = ReportsImported(
            programmes=("mou_once",), recorded=1, repeated=1, unlisted=0, rejected=1, amount_fen=Fen(5), **of
        )
        self.life.append(ReportsBegun(**of), *[closing][: self.life.rng.randrange(2)], role=Role.DEPARTMENT)
