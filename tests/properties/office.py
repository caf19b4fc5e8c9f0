"""An office whose clerks may ask for anything: every command, of anyone, about whatever is there, as a thunk."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from assistance.bank import Layout, simulate_bank
from assistance.bank_service import reconcile, reissue, send
from assistance.payment_service import DrawRun, draw
from assistance.roster_import import RosterImport, import_roster
from assistance.wiring import Division
from ledger.funds.commands import AllocateFund, ReceiveFund
from ledger.funds.events import Source
from ledger.identification.changes import (
    AdjustAmount,
    EndCategory,
    ResumeEntitlement,
    SuspendEntitlement,
    TransferEntitlement,
)
from ledger.identification.decisions import ConfirmCategory, RefuseCategory
from ledger.identification.events import Category
from ledger.identification.procedure import (
    AbortCase,
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
    Month,
    OrganisationId,
    PersonId,
    Role,
    RunId,
    derived_id,
)
from ledger.payments.commands import ApproveRun, ReviewRun
from ledger.registry.changes import DeclareCircumstances, MoveHousehold, NominateAccount, RecordDeath
from ledger.registry.commands import JoinMember, LeaveMember, NewMember, RegisterHousehold
from ledger.registry.events import Area, IncomeLine, Relation
from ledger.store.execute import Outcome
from tests.assistance.test_roster import workbook
from tests.properties.books import Books
from tests.scenario import (
    CLERK,
    DIVISION,
    FINANCE,
    NOW,
    OTHER,
    OTHER_CLERK,
    REGIMENT,
    REVIEWER,
    Scenario,
    account_number,
    id_number,
)

T = TypeVar("T")
Asked = Callable[[Division], object]
"""One thing asked of a division."""

CSV = Layout.load("csv_gb18030")
CUT_OVER = date(2027, 1, 1)
PEOPLE = range(9)
DAYS = (date(2026, 9, 1), date(2026, 10, 10), date(2026, 11, 5), date(2026, 11, 20))
BEGUN = tuple(Month(month) for month in ("2026-10", "2026-11", "2026-12", "2026-09"))
BOTH = tuple(
    Actor(operator_id="both", organisation_id=DIVISION, role=role)
    for role in (Role.CLERK, Role.REVIEWER, Role.FINANCE)
)
"""One operator in three roles: whatever rests on two people must refuse them."""
WHY = {"reason": "x", "article": "57 art. 31"}


class CutOff(Exception):
    """A draw stopped half-way, as by a power cut."""


class NothingThere(Exception):
    """There is nothing yet of what is asked about."""


class Picks:
    """Choices made from numbers, one after the other; the first option when there are no more."""

    def __init__(self, numbers: Iterable[int]) -> None:
        self._numbers = iter(numbers)

    def of(self, options: Iterable[T]) -> T:
        found = list(options)
        if not found:
            raise NothingThere
        return found[next(self._numbers, 0) % len(found)]


class Step(NamedTuple):
    """One step of a case: the command, who gives it, its fields, and days after the application."""

    command: type[Command]
    actor: Actor
    field: str
    days: int
    more: dict[str, Any]


def birth(n: int) -> date:
    """Every third person is old enough for tekun."""
    return date(1950, 1, 1) if n % 3 == 2 else date(1985, 6, 1)


def person(n: int, relation: Relation) -> NewMember:
    return NewMember(id_number=id_number(n, birth(n)), name=f"某{n}", relation=relation)


class Office:
    """Makes what is asked; what is there it takes from the books."""

    def __init__(self, scenario: Scenario, books: Books) -> None:
        self.scenario, self.books = scenario, books
        self.count = itertools.count(1)
        self.given: list[tuple[Command, Actor]] = []
        self.drawn: list[DrawRun] = []
        self.taken: dict[str, int] = {}
        """case → how many of its steps were asked for."""
        self.files: list[tuple[str, Path]] = []

    def give(self, command: type[Command], actor: Actor, **fields: Any) -> Asked:
        made = command(command_id=self.scenario.command_id(), **fields)
        self.given.append((made, actor))
        return lambda division: division.ledger.execute(made, actor, NOW)

    def repeat(self, pick: Picks) -> Asked:
        """A command given before, under its own id: what it led to is answered, and nothing is recorded."""
        command, actor = pick.of(reversed(self.given))
        known = command.command_id in self.books.commands

        def ask(division: Division) -> Outcome:
            outcome = division.ledger.execute(command, actor, NOW)
            assert outcome.duplicate or not known, "a command recorded twice"
            return outcome

        return ask

    # --- households ---

    def _household(self, pick: Picks) -> tuple[HouseholdId, Actor]:
        household = pick.of(self.books.place)
        right = CLERK if self.books.place[household] == REGIMENT else OTHER_CLERK
        return HouseholdId(household), pick.of((right, right, right, CLERK, REVIEWER))

    def register(self, pick: Picks) -> Asked:
        numbers = [pick.of(PEOPLE) for _ in range(pick.of((2, 1, 3)))]
        members = tuple(person(n, Relation.CHILD if at else Relation.HEAD) for at, n in enumerate(numbers))
        organisation, clerk = pick.of(((REGIMENT, CLERK), (OTHER, OTHER_CLERK)))
        return self.give(RegisterHousehold, clerk, number=f"H{pick.of(range(30))}", organisation_id=organisation,
                         area=Area.URBAN, consent_on=DAYS[0], members=members, registered_on=DAYS[0])  # fmt: skip

    def join(self, pick: Picks) -> Asked:
        household, clerk = self._household(pick)
        return self.give(JoinMember, clerk, household_id=household, member=person(pick.of(PEOPLE), Relation.CHILD),
                         reason="other", joined_on=pick.of(DAYS))  # fmt: skip

    def _member(self, pick: Picks, household: str) -> tuple[PersonId, PersonId | None]:
        gone = pick.of(self.books.members(household))
        return PersonId(gone), next((PersonId(p) for p in self.books.members(household) if p != gone), None)

    def leave(self, pick: Picks) -> Asked:
        household, clerk = self._household(pick)
        gone, head = self._member(pick, household)
        return self.give(LeaveMember, clerk, household_id=household, person_id=gone, reason="other",
                         left_on=pick.of(DAYS[1:]), new_head=head)  # fmt: skip

    def die(self, pick: Picks) -> Asked:
        household, clerk = self._household(pick)
        gone, head = self._member(pick, household)
        return self.give(RecordDeath, clerk, household_id=household, person_id=gone, source="公安",
                         died_on=pick.of(DAYS[1:]), new_head=head)  # fmt: skip

    def move(self, pick: Picks) -> Asked:
        household, clerk = self._household(pick)
        to = OTHER if self.books.place[household] == REGIMENT else REGIMENT
        return self.give(MoveHousehold, clerk, household_id=household, to_id=to, area=Area.URBAN, moved_on=pick.of(DAYS[1:]),
                         last_month_here=pick.of(BEGUN), transfer_letter="x")  # fmt: skip

    def declare(self, pick: Picks) -> Asked:
        household, clerk = self._household(pick)
        income = Fen(pick.of((300_000, 600_000, 0, 5_000_000)))
        return self.give(DeclareCircumstances, clerk, household_id=household, declared_on=pick.of(DAYS),
                         income=(IncomeLine(kind="wage", annual_fen=income),))  # fmt: skip

    def nominate(self, pick: Picks) -> Asked:
        household, clerk = self._household(pick)
        number = account_number(next(self.count))
        return self.give(NominateAccount, clerk, household_id=household, payee_id=self._member(pick, household)[0],
                         bank_code="102881002345", account=number, account_holder="某", account_key=number[::-1],
                         nominated_on=DAYS[0])  # fmt: skip

    def roster(self, pick: Picks) -> Asked:
        """Prior cover of one person, with an account, from a workbook."""
        n, at = pick.of(PEOPLE), next(self.count)
        path = workbook(self.scenario.division.settings.data / f"roster-{at}.xlsx", [{
            "number": f"R{at}", "counted": "是", "company": "一连", "area": "城镇", "address": "1栋", "relation": "户主",
            "name": f"某{n}", "id_number": id_number(n, birth(n)), "sex": "男" if n % 2 else "女",
            "birth_date": str(birth(n)), "labour": "有", "wage": "0", "business": "0", "property_income": "0",
            "transfer": "0", "base": "800.00", "supplement": "0", "bank_code": "102881002345",
            "account": account_number(at), "account_holder": f"某{n}", "decided_on": "2024-05-06", "document": "x",
        }])  # fmt: skip
        asked = RosterImport(path, REGIMENT, pick.of(BEGUN))
        return lambda division: import_roster(division, asked, CLERK, NOW, cut_over=CUT_OVER)

    # --- cases and entitlements ---

    def apply(self, pick: Picks) -> Asked:
        """An application, or a case the whole way."""
        household, clerk = self._household(pick)
        category = pick.of((Category.DIBAO, Category.TEKUN))
        asked, case = self._apply(household, clerk, category)
        signers = [PersonId(p) for p in self.books.members(household)]
        return in_turn([asked, *self._steps(case, signers, clerk, pick.of((11, 0)), category)])

    def _apply(self, household: str, clerk: Actor, category: Category) -> tuple[Asked, CaseId]:
        people = [PersonId(p) for p in self.books.members(household)]
        if not people:
            raise NothingThere
        covered = people if category is Category.DIBAO else people[-1:]
        asked = self.give(SubmitApplication, clerk, household_id=household, category=category, applicant=people[0],
                          covered=tuple(covered), submitted_on=date(2026, 9, 3))  # fmt: skip
        return asked, CaseId(derived_id(self.given[-1][0].command_id, "case/"))

    def _steps(
        self, case: CaseId, people: Sequence[PersonId], clerk: Actor, upto: int, category: str
    ) -> list[Asked]:
        """The steps of a case that were not asked for yet, as far as asked for now."""
        decision: dict[str, Any] = {"obligors": "none"}
        batch = {
            "organisation_id": DIVISION,
            "category": category,
            "of_month": Month("2026-09"),
            "drawn_on": date(2026, 9, 17),
        }
        recheck = (
            Step(DrawRechecks, REVIEWER, "", 14, batch),
            Step(RecordRecheck, REVIEWER, "rechecked_on", 14, {"visitors": ("丙", "丁"), "upheld": True}),
        )
        steps = (
            Step(AcceptApplication, clerk, "accepted_on", 1, {}),
            Step(AuthoriseCheck, clerk, "authorised_on", 1, {"authorised_by": tuple(people)}),
            Step(RecordMeansCheck, clerk, "received_on", 4, {"source": "x", "as_of": date(2026, 9, 7)}),
            Step(RecordHomeVisit, clerk, "visited_on", 5, {"visitors": ("甲", "乙"), "signed": True}),
            Step(GiveOpinion, clerk, "given_on", 6, {"approve": True, "reason": "x"}),
            Step(StartPublicity, clerk, "started_on", 7, {"place": "x"}),
            Step(EndPublicity, clerk, "ended_on", 14, {}),
            Step(ReportToCounty, clerk, "reported_on", 14, {}),
            *(recheck if category == Category.TEKUN else ()),
            Step(ConfirmCategory, REVIEWER, "decided_on", 15, decision),
        )
        taken = min(self.taken.get(case, 0), len(steps) - 1)  # a decision may be asked for again
        self.taken[case] = taken + upto
        return [
            self.give(
                s.command, s.actor, case_id=case, **{s.field: date(2026, 9, 3) + timedelta(s.days)}, **s.more
            )
            if s.field
            else self.give(s.command, s.actor, **s.more)
            for s in steps[taken : taken + upto]
        ]

    def advance(self, pick: Picks) -> Asked:
        """The next steps of a case: one, some, or all to the decision."""
        waiting = [case for case in self.books.cases if self.taken.get(case, 0) < 9]
        event = self.books.cases[pick.of(waiting or self.books.cases)]
        clerk = CLERK if event.organisation_id == REGIMENT else OTHER_CLERK
        return in_turn(
            self._steps(
                event.case_id,
                event.covered,
                pick.of((clerk, clerk, clerk, BOTH[0])),
                pick.of((11, 1, 3)),
                event.category,
            )
        )

    def conclude(self, pick: Picks) -> Asked:
        """The end of a case without cover, or a decision by who gave the opinion."""
        case = CaseId(pick.of(self.books.cases))
        decided = {"case_id": case, "decided_on": date(2026, 9, 18)}
        command, actor, fields = pick.of((
            (ConfirmCategory, BOTH[1], decided), (RefuseCategory, REVIEWER, decided | WHY),
            (AbortCase, CLERK, {"case_id": case, "reason": "x"}),
        ))  # fmt: skip
        return self.give(command, actor, **fields)

    def settle(self, numbers: Sequence[int], clerk: Actor, category: Category) -> list[Callable[[], Asked]]:
        """A household from registration to its cover, each step made when the one before is in the books."""

        def newest() -> HouseholdId:
            return HouseholdId(list(self.books.place)[-1])

        def case() -> Asked:
            asked, made = self._apply(newest(), clerk, category)
            return in_turn(
                [
                    asked,
                    *self._steps(
                        made, [PersonId(p) for p in self.books.members(newest())], clerk, 11, category
                    ),
                ]
            )

        members = tuple(person(n, Relation.CHILD if at else Relation.HEAD) for at, n in enumerate(numbers))
        return [
            lambda: self.give(RegisterHousehold, clerk, number=f"S{numbers[0]}", organisation_id=clerk.organisation_id,
                              area=Area.URBAN, consent_on=DAYS[0], members=members, registered_on=DAYS[0]),
            lambda: self.give(DeclareCircumstances, clerk, household_id=newest(), declared_on=DAYS[0],
                              income=(IncomeLine(kind="wage", annual_fen=Fen(0)),)),
            lambda: self.give(NominateAccount, clerk, household_id=newest(), payee_id=self.books.members(newest())[0],
                              bank_code="102881002345", account=account_number(numbers[0]), account_holder="某",
                              account_key=str(numbers[0]), nominated_on=DAYS[0]),
            case,
        ]  # fmt: skip

    def change(self, pick: Picks) -> Asked:
        """A later decision about an entitlement."""
        given: dict[str, Any] = {"entitlement_id": EntitlementId(pick.of(self.books.decisions))}
        month = pick.of(BEGUN)
        command, fields = pick.of((
            (AdjustAmount, {"from_month": month} | WHY), (TransferEntitlement, {}),
            (EndCategory, {"last_month": month} | WHY), (SuspendEntitlement, {"from_month": month} | WHY),
            (ResumeEntitlement, {"from_month": month, "pay_suspended": pick.of((True, False)), "reason": "x"}),
            (EndCategory, WHY), (AdjustAmount, {"from_month": month} | WHY),
        ))  # fmt: skip
        return self.give(command, REVIEWER, **given, **fields)

    # --- money ---

    def receive(self, pick: Picks) -> Asked:
        uses = pick.of((("dibao", "tekun"), ("dibao",), ("tekun",)))
        return self.give(ReceiveFund, FINANCE, name="x", source=Source.CENTRAL, year=2026, uses=uses, document="x",
                         amount_fen=Fen(pick.of((500_000, 50_000, 2_000_000))), received_on=DAYS[0])  # fmt: skip

    def allocate(self, pick: Picks) -> Asked:
        return self.give(AllocateFund, FINANCE, fund_id=FundId(pick.of(reversed(self.books.funds))),
                         organisation_id=pick.of((REGIMENT, OTHER, REGIMENT)), document="x",
                         amount_fen=Fen(pick.of((500_000, 30_000, 200_000))))  # fmt: skip

    def draw(self, pick: Picks) -> Asked:
        """A run; now and then one asked for before, by whoever, or one that is cut off half-way."""
        earlier = pick.of((False, False, True)) and self.drawn
        fund = [FundId(f) for f in self.books.funds]
        command = pick.of(reversed(self.drawn)) if earlier else DrawRun(
            CommandId(self.scenario.command_id()), OrganisationId(pick.of((REGIMENT, REGIMENT, OTHER))),
            pick.of(("dibao", "dibao", "tekun")), pick.of(BEGUN), (pick.of(fund), pick.of(fund)),
        )  # fmt: skip
        self.drawn.append(command)
        clerk = CLERK if command.organisation_id == REGIMENT else OTHER_CLERK
        actor, cut = pick.of((clerk, clerk, REVIEWER, BOTH[0])), pick.of((0, 0, 1, 2))

        def stop(done: int) -> None:
            if cut and done >= cut:
                raise CutOff

        return lambda division: draw(division, command, actor, NOW, stop)

    def _run(self, pick: Picks, *statuses: str) -> str:
        """A run, of these statuses nearly always."""
        runs = [r for r, kept in self.books.runs.items() if kept.header is not None]
        wanted = [r for r in runs if self.books.runs[r].status in statuses]
        return pick.of((wanted or runs) if pick.of((1, 1, 1, 1, 0)) else runs)

    def onward(self, pick: Picks) -> Asked:
        """The step a run waits for."""
        run = self._run(pick, "drawn", "reviewed", "approved", "sent")
        asked = {"approved": self._send, "sent": self._answer, "reconciled": self._answer}
        return asked.get(self.books.runs[run].status, self._sign)(pick, run)

    def sign(self, pick: Picks) -> Asked:
        """A review or an approval, by whoever, now and then of another roster."""
        return self._sign(pick, self._run(pick, "drawn", "reviewed"))

    def _sign(self, pick: Picks, run: str) -> Asked:
        kept = self.books.runs[run]
        assert kept.header is not None
        command, actors = (
            (ApproveRun, (FINANCE, BOTH[2]))
            if kept.status == "reviewed"
            else (ReviewRun, (REVIEWER, BOTH[1]))
        )
        roster = pick.of((kept.header.roster_hash,) * 5 + ("0" * 64,))
        return self.give(
            command, pick.of((actors[0], actors[0], actors[1])), run_id=RunId(run), roster_hash=roster
        )

    def send(self, pick: Picks) -> Asked:
        return self._send(pick, self._run(pick, "approved"))

    def _send(self, pick: Picks, run: str) -> Asked:
        actor, command = pick.of((FINANCE, FINANCE, BOTH[2])), CommandId(self.scenario.command_id())
        return lambda division: send(division, command, RunId(run), actor, NOW)

    def answer(self, pick: Picks) -> Asked:
        """A bank's file, whatever the run waits for."""
        return self._answer(pick, self._run(pick, "sent", "reconciled"))

    def _answer(self, pick: Picks, run: str) -> Asked:
        """A file read before, of whichever run, or a new one; every line paid, sent back, or as only banks write it."""
        if self.files and pick.of((0, 0, 0, 1)):
            run, path = pick.of(reversed(self.files))
        else:
            path = self._answered(pick, self.books.runs[run].file_name)
            self.files.append((run, path))
        return lambda division: reconcile(division, RunId(run), path, FINANCE, NOW)

    def _answered(self, pick: Picks, file_name: str) -> Path:
        folder = self.scenario.division.settings.files_folder
        sent, path = folder / file_name, folder / f"return-{next(self.count)}.csv"
        if not file_name or not sent.exists():
            raise NothingThere
        simulate_bank(CSV, sent, path, every=1 << 62)
        header, *lines, total = list(csv.reader(path.read_text(encoding="gb18030").splitlines()))
        rows: list[list[str]] = []
        for line in lines:
            row = dict(zip(header, line, strict=True))
            back = row | {"状态": "失败", "失败原因": "销户"}
            said = pick.of((
                [row], [back], [row], [back], [row | {"金额": "0.01"}], [], [row, row], [row, back],
                [row | {"状态": "处理中"}], [row, row | {"流水号": "unknown"}],
            ))  # fmt: skip
            rows += [[one[name] for name in header] for one in said]
        with path.open("w", encoding="gb18030", newline="") as file:
            csv.writer(file).writerows([header, *rows, *([total] if pick.of((1, 1, 0)) else [])])
        return path

    def reissue(self, pick: Picks) -> Asked:
        back = {line.run_id for p, line in self.books.lines.items() if self.books.status.get(p) == "returned"}
        run, command = RunId(pick.of(sorted(back))), CommandId(self.scenario.command_id())
        funds = (FundId(pick.of(self.books.funds)), FundId(pick.of(reversed(self.books.funds))))
        actor = pick.of((REVIEWER, CLERK, BOTH[0]))
        return lambda division: reissue(division, command, run, funds, actor, NOW)


def in_turn(asked: Sequence[Asked]) -> Asked:
    """Several asked one after the other; the first that is refused ends it."""

    def ask(division: Division) -> object:
        answer: object = None
        for one in asked:
            answer = one(division)
        return answer

    return ask
