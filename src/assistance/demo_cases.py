"""The demo's cases: a few of every category at different stages, with what blocks them, papers, and tasks past their day."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from assistance.generator.people import Household, Inventor
from ledger.identification.case_events import Extension, ObligorMeans
from ledger.identification.coverification import RequestCoVerification
from ledger.identification.decisions import ConfirmCategory, RefuseCategory
from ledger.identification.documents import RegisterDocument
from ledger.identification.events import (
    Amount,
    ApplicationSubmitted,
    Component,
)
from ledger.identification.listed import RecordListed
from ledger.identification.obligors import AuthoriseObligor, NameObligor, RecordObligorMeans
from ledger.identification.procedure import (
    AcceptApplication,
    AnnounceResult,
    AuthoriseCheck,
    DrawRechecks,
    EndPublicity,
    GiveOpinion,
    RaiseObjection,
    RecordHomeVisit,
    RecordMeansCheck,
    RecordRecheck,
    ReportToCounty,
    RequestSupplement,
    StartPublicity,
    SubmitApplication,
)
from ledger.identification.procedure_application import SignPromise
from ledger.identification.procedure_inquiry import AskNeighbours, FileNearRelative, RequestMeansCheck
from ledger.identification.procedure_limits import ExtendDeadline
from ledger.kernel import (
    Fen,
    FileHash,
    HouseholdId,
    HouseholdNumber,
    Month,
    OrganisationId,
    PersonId,
    Refused,
)
from ledger.registry.changes import DeclareCircumstances
from ledger.registry.commands import RegisterHousehold
from ledger.registry.events import Area, HouseholdRegistered, IncomeLine, MemberJoined
from ledger.standards.commands import SetStandard

if TYPE_CHECKING:
    from assistance.demo import Bar, Demo

LOCAL = (
    ("appraisal_quorum", None, None, 7, "count"),
    ("meeting_quorum", None, None, 5, "count"),
    ("co_verification_days", None, None, 10, "days"),
    ("disposable_income", None, None, 2_600_000, "fen_per_year"),
    ("low_income_property_limit", None, None, 3_000_000, "fen"),
    ("path_days", "dibao", "simplified_path", 10, "days"),
    ("path_days", "dibao", "emergency_path", 3, "days"),
    ("path_follow_up_days", "dibao", "emergency_path", 10, "days"),
)
"""Local figures of the procedure: (name, programme, tier, value, unit)."""
STAGES = (
    "submitted",
    "owed",
    "promised",
    "accepted",
    "checking",
    "elsewhere",
    "opinion",
    "posted",
    "objection",
    "reported",
    "kin",
)
"""One case of dibao at each."""


def cases(demo: Demo, units: Sequence[str], bar: Bar) -> None:
    """Cases of every category, from just handed in to made public; some of them late."""
    progress = bar("cases at every stage 各环节申请", len(STAGES) + 11)
    _standards(demo)
    for n, stage in enumerate(STAGES):
        _Story(demo, units, f"case/dibao/{stage}", n).until(stage)
        progress(n + 1)
    count = len(STAGES)
    for work in (_tekun, _statuses, _listed):
        count += work(demo, units)
        progress(count)


def _standards(demo: Demo) -> None:
    from assistance.demo import BASIS, DIVISION

    for name, programme, tier, value, unit in LOCAL:
        demo.do(f"case/standard/{name}/{tier}", SetStandard, demo.admin, date(2026, 8, 20), name=name, programme=programme,
                organisation_id=DIVISION, tier=tier, value=value, unit=unit, from_date=date(2026, 1, 1), document=BASIS)  # fmt: skip


class _Story:
    """One household and its case, step by step, each a day or more after the one before."""

    def __init__(
        self,
        demo: Demo,
        units: Sequence[str],
        label: str,
        number: int,
        *,
        alone: bool = False,
        monthly: int = 100,
    ) -> None:
        self.units, self.unit = units, units[number % len(units)]
        self.demo, self.label, self.clerk = demo, label, demo.clerk(self.unit)
        # Most began six weeks ago, and some of them are late; every fourth is a few days old.
        self.day, self.case, self.obligor = (
            date(2026, 11, 9) if number % 4 == 3 else date(2026, 10, 12),
            "",
            False,
        )
        inventor, named = (
            Inventor(4_000 + number, date(2026, 10, 1)),
            (f"{self.unit}7{number:04d}", f"{self.unit}-c1", "农村"),
        )
        self.invented: Household = inventor.tekun(*named) if alone else inventor.household(*named)
        self._register(0 if alone else monthly)

    def do(self, name: str, command: Any, /, *, actor: Any = None, **fields: Any) -> Any:
        return self.demo.do(f"{self.label}/{name}", command, actor or self.clerk, self.day, **fields)

    def _register(self, monthly: int) -> None:
        from assistance.demo_life import _member

        house, day = self.invented, self.day
        made = self.do("register", RegisterHousehold, number=HouseholdNumber(house.number), organisation_id=OrganisationId(self.unit),
                       company_id=house.company, area=Area.RURAL, address=house.address, consent_on=day,
                       members=tuple(_member(p) for p in house.people), registered_on=day)  # fmt: skip
        self.house: HouseholdId = next(
            e.household_id for e in made.events if isinstance(e, HouseholdRegistered)
        )
        self.people: list[PersonId] = [e.person_id for e in made.events if isinstance(e, MemberJoined)]
        yearly = Fen(monthly * 1_200 * len(self.people))  # yuan a head and month
        self.do("declare", DeclareCircumstances, household_id=self.house, declared_on=day,
                income=(IncomeLine(kind="wage", annual_fen=yearly),))  # fmt: skip

    def apply(
        self, category: str = "dibao", covered: Sequence[PersonId] | None = None, **fields: Any
    ) -> None:
        made = self.do("submit", SubmitApplication, household_id=self.house, category=category, applicant=self.people[0],
                       covered=tuple(covered or self.people), submitted_on=self.day, **fields)  # fmt: skip
        self.case = next(e.case_id for e in made.events if isinstance(e, ApplicationSubmitted))
        self.covered = tuple(covered or self.people)
        self.paper("application")

    def paper(self, kind: str) -> None:
        digest = self.demo.ledger.vault.digest("demo paper", f"{self.label}/{kind}").hex()
        self.do(f"paper/{kind}", RegisterDocument, household_id=self.house, case_id=self.case, document_kind=kind,
                file_hash=FileHash(digest), location=f"{self.unit}档案室1柜", pages=2)  # fmt: skip

    def accept(self) -> None:
        self.day += timedelta(days=1)
        self.do("accept", AcceptApplication, case_id=self.case, accepted_on=self.day)

    def check(self) -> None:
        self.do(
            "authorise", AuthoriseCheck, case_id=self.case, authorised_by=self.covered, authorised_on=self.day
        )
        self.paper("authorisation")
        self.do(
            "ask-check",
            RequestMeansCheck,
            case_id=self.case,
            requested_of="师市核对中心",
            requested_on=self.day,
        )
        self.day += timedelta(days=2)
        self.do(
            "check",
            RecordMeansCheck,
            case_id=self.case,
            source="师市核对中心",
            as_of=self.day,
            received_on=self.day,
        )
        self.do("visit", RecordHomeVisit, case_id=self.case, visitors=(f"clerk-{self.unit}", f"worker-{self.unit}"), signed=True,
                visited_on=self.day)  # fmt: skip
        self.do("neighbours", AskNeighbours, case_id=self.case, visitors=(f"clerk-{self.unit}", f"worker-{self.unit}"), asked=3,
                asked_on=self.day)  # fmt: skip

    def opine(self, approve: bool = True) -> None:
        self.day += timedelta(days=1)
        proposed = (
            (Amount(component=Component.BASE, amount_fen=Fen(52_000 * len(self.covered))),) if approve else ()
        )
        self.do(
            "opinion",
            GiveOpinion,
            case_id=self.case,
            approve=approve,
            reason="经调查核实",
            proposed=proposed,
            given_on=self.day,
        )

    def post(self) -> None:
        self.do("post", StartPublicity, case_id=self.case, place="连队公示栏", started_on=self.day,
                shown_name=f"{self.invented.people[0].name[0]}**")  # fmt: skip

    def report(self) -> None:
        self.day += timedelta(days=7)
        self.do("posted", EndPublicity, case_id=self.case, ended_on=self.day)
        self.do("report", ReportToCounty, case_id=self.case, reported_on=self.day)

    def whole(
        self, category: str, covered: Sequence[PersonId] | None = None, *, obligor: bool = False
    ) -> None:
        """To the county, with a son who is tekun himself where there is an obligor."""
        self.apply(category, covered)
        self.accept()
        if obligor:
            self._obligor()
        self.check()
        self.opine()
        self.post()
        self.report()

    def _obligor(self) -> None:
        made = self.do(
            "obligor", NameObligor, case_id=self.case, name="示范之子", kinship="子", named_on=self.day
        )
        named = {"case_id": self.case, "obligor_id": made.events[0].obligor_id}
        self.do("obligor/authorise", AuthoriseObligor, **named, document="授权书", authorised_on=self.day)
        self.do(
            "obligor/means", RecordObligorMeans, **named, means=ObligorMeans(tekun=True), recorded_on=self.day
        )
        self.obligor = True

    def until(self, stage: str) -> None:
        """As far as a stage, and what makes the stage what it is."""
        self.apply(lives_elsewhere=stage == "elsewhere")
        if stage in ("owed", "promised"):
            self.do(
                "owed",
                RequestSupplement,
                case_id=self.case,
                missing=("户口簿", "收入证明"),
                requested_on=self.day,
            )
        if stage == "promised":
            self.do("promise", SignPromise, case_id=self.case, person_id=self.people[0], proofs=("户口簿", "收入证明"),
                    document="承诺书", signed_on=self.day)  # fmt: skip
        if stage in ("submitted", "owed", "promised"):
            return
        self.accept()
        if stage == "accepted":
            return
        if stage == "elsewhere":
            self._elsewhere()
            return
        self.check()
        if stage == "checking":
            self.do("extend", ExtendDeadline, case_id=self.case, extension=Extension.HARD_TO_INVESTIGATE, reason="外地务工收入难以核实",
                    extended_on=self.day)  # fmt: skip
            return
        self.opine()
        if stage == "opinion":
            return
        self.post()
        if stage == "posted":
            return
        if stage == "objection":
            self.do("object", RaiseObjection, case_id=self.case, text="家中有车辆", raised_on=self.day)
            return
        self.report()
        if stage == "kin":
            self.do("kin", FileNearRelative, case_id=self.case, person_id=self.people[0], kinship="兄弟", official="示范干部",
                    post="民政干事", filed_on=self.day)  # fmt: skip

    def _elsewhere(self) -> None:
        """The other organisation is asked, and does not answer in time."""
        other = next(unit for unit in self.units if unit != self.unit)
        self.do("ask-there", RequestCoVerification, case_id=self.case, asked_id=OrganisationId(other), matters=("实际居住情况", "务工收入"),
                requested_on=self.day)  # fmt: skip

    def confirm(self, **fields: Any) -> None:
        """The county decides; what it may not confirm it refuses."""
        self.day += timedelta(days=1)
        decided = {"case_id": self.case, "decided_on": self.day}
        try:
            self.do("end", ConfirmCategory, actor=self.demo.reviewer, **decided, **fields)
        except Refused:
            self.do(
                "refuse",
                RefuseCategory,
                actor=self.demo.reviewer,
                **decided,
                reason="经审核不符合认定条件",
                article="57 art. 21",
            )
            return
        self.do("announce", AnnounceResult, case_id=self.case, place="连队公示栏", announced_on=self.day)


def _tekun(demo: Demo, units: Sequence[str]) -> int:
    """Four people apply for tekun; of a month's cases the county draws which it checks again."""
    stories = []
    for n in range(4):
        story = _Story(demo, units, f"case/tekun/{n}", 40 + n, alone=True)
        story.whole("tekun", obligor=n > 1)
        stories.append(story)
    day = stories[0].day
    demo.do("case/tekun/draw", DrawRechecks, demo.reviewer, day, organisation_id=OrganisationId(units[0]), category="tekun",
            of_month=Month(f"{day:%Y-%m}"), drawn_on=day)  # fmt: skip
    for story in stories[:3]:  # the fourth waits for its decision
        with contextlib.suppress(Refused):  # who was not drawn needs none
            story.do("recheck", RecordRecheck, actor=demo.reviewer, case_id=story.case, visitors=("甲", "乙"), upheld=True,
                     rechecked_on=day)  # fmt: skip
        story.confirm(obligors="unable" if story.obligor else "none")
    return len(stories)


def _statuses(demo: Demo, units: Sequence[str]) -> int:
    """Statuses that pay nothing: on the edge of dibao, with rigid spending, others in difficulty."""
    work = (
        ("dibao_bianyuan", 800),
        ("dibao_bianyuan", 900),
        ("gangxing_zhichu", 1_000),
        ("qita_kunnan", 700),
    )
    for n, (category, monthly) in enumerate(work):
        story = _Story(demo, units, f"case/{category}/{n}", 60 + n, monthly=monthly)
        story.whole(category, story.people[:1] if category == "qita_kunnan" else None)
        if n != 1:  # the second waits for its decision
            story.confirm()
    return len(work)


def _listed(demo: Demo, units: Sequence[str]) -> int:
    """Three households from the agriculture department's list, one of each kind."""
    kinds = ("tuopin_buwending", "bianyuan_yizhipin", "tufa_kunnan")
    for n, kind in enumerate(kinds):
        story = _Story(demo, units, f"case/fangfanpin/{n}", 80 + n)
        story.do("list", RecordListed, household_id=story.house, category="fangfanpin", category_kind=kind, covered=tuple(story.people),
                 department="农业农村", list_document="示范监测名单1号", listed_on=story.day)  # fmt: skip
    return len(kinds)
