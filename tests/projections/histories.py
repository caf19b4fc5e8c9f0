"""Random histories of a division: people join, leave, return, die and move; cover is decided and changed; runs are
drawn, abandoned, reviewed, sent, reconciled in parts, returned and paid again. Whatever a rule refuses does not happen."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

from stdnum import luhn
from stdnum.cn import ric

from ledger.funds.commands import AllocateFund, ReceiveFund
from ledger.funds.events import FundReceived, Source
from ledger.identification import changes, decisions, procedure
from ledger.identification.events import (
    DECIDED,
    Amount,
    ApplicationSubmitted,
    Category,
)
from ledger.identification.states import Case, Entitlement
from ledger.kernel import (
    EntitlementId,
    Event,
    Fen,
    FileHash,
    FundId,
    HouseholdId,
    HouseholdNumber,
    ImportId,
    Month,
    OrganisationId,
    PersonId,
    Role,
    add_months,
)
from ledger.organisation.commands import CloseOrganisation, OpenOrganisation, RenameOrganisation
from ledger.organisation.events import Level, OrganisationOpened
from ledger.registry.changes import (
    ChangeHead,
    DeclareCircumstances,
    MoveHousehold,
    NominateAccount,
    RecordDeath,
)
from ledger.registry.commands import JoinMember, LeaveMember, NewMember, RegisterHousehold
from ledger.registry.events import (
    Area,
    Attributes,
    HouseholdRegistered,
    IncomeLine,
    Origin,
    PropertyLine,
    Relation,
    RosterImported,
)
from ledger.registry.states import Household
from tests.projections import lives
from tests.projections.runs import Runs
from tests.projections.world import World

T = TypeVar("T")


def id_number(n: int, birth: date) -> str:
    body = f"650103{birth:%Y%m%d}{n % 1000:03d}"
    return body + ric.calc_check_digit(body + "0")


def account_number(n: int) -> str:
    body = f"621700{n:012d}"
    return body + luhn.calc_check_digit(body)


class Life(World):
    """A world with a past: every call of `step` lets something happen, or be refused."""

    def __init__(self, rng: random.Random, label: str, *, crowd: int = 3, whole: bool = False) -> None:
        super().__init__(rng, label)
        self.crowd = crowd
        self._count = 0
        self.numbers = [id_number(n, date(1950 + 7 * n, 5, 17)) for n in range(3 * crowd)]
        self.runs = Runs(self)
        self.steps: Sequence[Callable[[], object]] = (
            self.register, self.join, self.join, self.leave, self.leave, self.die, self.head, self.move,
            self.move, self.declare, self.declare, self.account, self.organisation, self.take_over, self.take_over,
            self.apply, self.procedure, self.procedure, self.procedure, self.decide, self.change, self.change, self.fund,
            *[self.runs.step] * 12, *(lives.steps(self, rng.choice(lives.AREAS)) if whole else ()),
        )  # fmt: skip
        for _ in range(2):
            self.register()
            self.fund()
            self.take_over()

    def step(self) -> None:
        """One thing happens."""
        self.rng.choice(self.steps)()

    def live(self, events: int) -> World:
        """Goes on until about so many events were recorded."""
        for _ in range(events * 10):
            if len(self.recorded) >= events:
                break
            self.step()
        return self

    # --- what there is ---

    def events(self, *types: type[Event]) -> list[Any]:
        return [r.event for r in self.recorded if isinstance(r.event, types)]

    def any(self, found: Sequence[T]) -> T | None:
        return self.rng.choice(found) if found else None

    def household(self) -> Household | None:
        made = self.any(self.events(HouseholdRegistered))
        return (
            None
            if made is None
            else self.read((Household.facts(made.household_id),)).state(Household, made.household_id)
        )

    def entitlement(self) -> Entitlement | None:
        ids = sorted({e.entitlement_id for e in self.events(*Entitlement.FOLDS)})
        found = self.any(ids)
        return None if found is None else self.read((Entitlement.facts(found),)).state(Entitlement, found)

    # --- households ---

    def register(self) -> None:
        self._count += 1
        chosen = self.rng.sample(self.numbers, self.rng.randint(1, 3))
        members = tuple(
            NewMember(id_number=number, name=f"测试{number[-4:]}", relation=Relation.CHILD if n else Relation.HEAD,
                      attributes=Attributes(disability_level=self.rng.choice((None, 1, 3))))
            for n, number in enumerate(chosen)
        )  # fmt: skip
        self.do(RegisterHousehold, Role.CLERK, number=HouseholdNumber(f"{self.label}-H{self._count}"),
                organisation_id=self.rng.choice(self.units), area=self.rng.choice(list(Area)),
                address=self.rng.choice((None, "某路1号")), members=members, registered_on=self.day())  # fmt: skip

    def join(self) -> None:
        if (household := self.household()) is not None:
            member = NewMember(
                id_number=self.rng.choice(self.numbers), name="新成员", relation=Relation.OTHER
            )
            self.do(JoinMember, Role.CLERK, household_id=household.id, member=member, joined_on=self.day(),
                    reason=self.rng.choice(("birth", "return", "marriage")))  # fmt: skip

    def leave(self) -> None:
        household, new_head = self.household(), None
        if household is None or (member := self.any(household.current())) is None:
            return
        if (other := self.any([m for m in household.current() if m is not member])) is not None:
            new_head = other.person_id
        if self.rng.random() < 0.8:
            self.do(LeaveMember, Role.CLERK, household_id=household.id, person_id=member.person_id, reason="moved_out",
                    left_on=max(member.joined_on, self.day()), new_head=new_head)  # fmt: skip

    def die(self) -> None:
        household, new_head = self.household(), None
        if household is None or (member := self.any(household.current())) is None:
            return
        if (other := self.any([m for m in household.current() if m is not member])) is not None:
            new_head = other.person_id
        self.do(RecordDeath, Role.CLERK, household_id=household.id, person_id=member.person_id, died_on=self.day(),
                source="公安", new_head=new_head)  # fmt: skip

    def head(self) -> None:
        household = self.household()
        if household is not None and (member := self.any(household.current())) is not None:
            self.do(
                ChangeHead,
                Role.CLERK,
                household_id=household.id,
                person_id=member.person_id,
                changed_on=self.day(),
            )

    def move(self) -> None:
        if (household := self.household()) is not None:
            self.do(MoveHousehold, Role.CLERK, household_id=household.id, to_id=self.rng.choice(self.units),
                    company_id=self.rng.choice((None, f"{self.label}-c1")), area=self.rng.choice(list(Area)),
                    address=self.rng.choice((None, "新路2号")), moved_on=self.day(), transfer_letter="迁移函",
                    last_month_here=add_months(Month("2026-05"), len(household.moves)))  # fmt: skip

    def declare(self) -> None:
        if (household := self.household()) is None:
            return
        income = tuple(
            IncomeLine(
                kind=kind, annual_fen=Fen(self.rng.randrange(400_000)), excluded=self.rng.random() < 0.3
            )
            for kind in ("wage", "transfer")[: self.rng.randint(0, 2)]
        )
        owned = (
            (PropertyLine(kind="deposit", value_fen=Fen(self.rng.randrange(90_000))),)
            if self.rng.random() < 0.5
            else ()
        )
        self.do(DeclareCircumstances, Role.CLERK, household_id=household.id, declared_on=self.day(), income=income,
                property=owned, deductions_fen=Fen(self.rng.choice((0, 10_000))))  # fmt: skip

    def account(self) -> None:
        household = self.household()
        if household is not None and (member := self.any(household.current())) is not None:
            number = account_number(self.rng.randrange(50))
            self.do(NominateAccount, Role.CLERK, household_id=household.id, payee_id=member.person_id, account=number,
                    bank_code="102881002345", account_holder="某人", account_key=number[::-1],
                    nominated_on=self.day())  # fmt: skip

    def organisation(self) -> None:
        self._count += 1
        unit = self.rng.choice(self.units)
        company = OrganisationId(f"{self.label}-c{self.rng.randrange(4)}")
        match self.rng.randrange(4):
            case 0:
                self.do(OpenOrganisation, Role.ADMIN, organisation_id=company, name=f"连{self._count}",
                        level=Level.COMPANY, parent_id=unit)  # fmt: skip
            case 1:
                opened = [
                    e.organisation_id for e in self.events(OrganisationOpened) if e.level is Level.COMPANY
                ]
                self.do(
                    CloseOrganisation,
                    Role.ADMIN,
                    organisation_id=self.any(opened) or company,
                    successor_id=unit,
                )
            case _:
                named = self.rng.choice((unit, company))
                self.do(RenameOrganisation, Role.ADMIN, organisation_id=named, name=f"名{self._count}")

    # --- cover ---

    def take_over(self) -> None:
        """Cover from a roster, for a household without any."""
        household = self.household()
        if household is None or not household.current():
            return
        if any(e.household_id == household.id for e in self.events(*Entitlement.FOLDS)):
            return
        self._count += 1
        origin = Origin(
            file_name="名册.xlsx", file_hash="ab" * 32, sheet="低保", row=self._count, row_hash="cd" * 32
        )
        kinds = self.rng.sample(DECIDED, self.rng.randint(1, 3))
        cover = decisions.prior_cover(
            entitlement_id=EntitlementId(f"{self.label}-e{self._count}"), household_id=HouseholdId(household.id),
            organisation_id=OrganisationId(household.organisation_id), category=self.rng.choice(list(Category)),
            counted=tuple(m.person_id for m in household.current()), from_month=Month("2026-09"),
            amounts=tuple(Amount(component=kind, amount_fen=Fen(self.rng.randrange(1, 500))) for kind in kinds),
            decided_on=self.rng.choice((None, date(2025, 3, 1))), decision_document="审1号", origin=origin,
            today=date(2026, 9, 1), cut_over=date(2026, 10, 1),
        )  # fmt: skip
        closed = RosterImported(
            import_id=ImportId(f"{self.label}-i{self._count}"), file_hash=FileHash("ab" * 32), programme="dibao",
            organisation_ids=(OrganisationId(household.organisation_id),), file_name="名册.xlsx", rows=1, households=1,
            people=1, rejected=0, cut_over=date(2026, 10, 1),
        )  # fmt: skip
        self.append(cover, *[closed][: self.rng.randrange(2)])

    def apply(self) -> None:
        household = self.household()
        if household is not None and household.current():
            people = tuple(m.person_id for m in household.current())
            category = self.rng.choice(list(Category))
            covered = people if category is Category.DIBAO else people[:1]
            # Who joined late applies late: everyone covered must live there by then.
            day = max(date(2026, 9, 1), *(m.joined_on for m in household.current()))
            self.do(procedure.SubmitApplication, Role.CLERK, household_id=household.id, category=category,
                    applicant=people[0], covered=covered, submitted_on=day)  # fmt: skip
            if self.rng.random() < 0.7:
                self.procedure(0.02)
                self.decide()

    def case(self) -> Case | None:
        """One of the last applications."""
        submitted = self.any(self.events(ApplicationSubmitted)[-3:])
        if submitted is None:
            return None
        return self.read((Case.facts(submitted.case_id),)).state(Case, submitted.case_id)

    @staticmethod
    def submitted_on(case: Case) -> date:
        return next(e.occurred_on for e in case.events if e.occurred_on)

    def procedure(self, odd: float = 0.1) -> None:
        """Further steps of a case; an `odd` part of the steps that need not be."""
        case = self.case()
        if case is None or not case.open:
            return
        everyone = tuple(PersonId(p) for p in case.covered)
        day = [self.submitted_on(case) + timedelta(days=n) for n in range(13)]
        ways: dict[type[Any], dict[str, Any]] = {
            procedure.RequestSupplement: {"missing": ("户口簿",)},
            procedure.AcceptApplication: {"accepted_on": day[1]},
            procedure.AuthoriseCheck: {"authorised_by": everyone, "authorised_on": day[1]},
            procedure.RecordMeansCheck: {"source": "核对中心", "as_of": day[2], "received_on": day[2]},
            procedure.RecordHomeVisit: {
                "visitors": ("甲", "乙"), "signed": True, "visited_on": day[3], "findings": "属实",
            },
            procedure.HoldAppraisal: {"present": 9, "in_favour": 8, "against": 1, "held_on": day[3]},
            procedure.GiveOpinion: {"approve": True, "reason": "符合", "given_on": day[4]},
            procedure.StartPublicity: {"place": "公示栏", "started_on": day[4]},
            procedure.RaiseObjection: {"text": "异议", "raised_on": day[5]},
            procedure.EndPublicity: {"ended_on": day[12]},
            procedure.ReportToCounty: {"reported_on": day[12]},
            procedure.AbortCase: {"reason": "撤回"},
        }  # fmt: skip
        rare = (
            procedure.AbortCase,
            procedure.RaiseObjection,
            procedure.HoldAppraisal,
            procedure.RequestSupplement,
        )
        for step, fields in ways.items():
            if step not in rare or self.rng.random() < odd:
                self.do(step, Role.CLERK, case_id=case.id, **fields)

    def decide(self) -> None:
        if (case := self.case()) is None:
            return
        day = self.submitted_on(case) + timedelta(days=14)
        if self.rng.random() < 0.7:
            self.do(
                decisions.ConfirmCategory, Role.REVIEWER, case_id=case.id, decided_on=day, obligors="none"
            )
        else:
            self.do(
                decisions.RefuseCategory,
                Role.REVIEWER,
                case_id=case.id,
                decided_on=day,
                reason="超标",
                article="57",
            )
        if self.rng.random() < 0.3:
            self.do(
                decisions.NotifyRefusal, Role.REVIEWER, case_id=case.id, served_by="民政办", notified_on=day
            )

    def change(self) -> None:
        """A later decision on an entitlement."""
        if (entitlement := self.entitlement()) is None:
            return
        why = {"entitlement_id": entitlement.id, "reason": "情况变化", "article": "57 art. 31"}
        from_month = Month(f"2026-{self.rng.randint(9, 11):02d}")
        match self.rng.randrange(12):
            case 0 | 1 | 2:
                self.do(changes.AdjustAmount, Role.REVIEWER, from_month=from_month, **why)
            case 3 | 4:
                self.do(changes.TransferEntitlement, Role.REVIEWER, entitlement_id=entitlement.id)
            case 5 | 6 | 7:
                self.do(changes.SuspendEntitlement, Role.REVIEWER, from_month=from_month, **why)
            case 8 | 9 | 10:
                self.do(changes.ResumeEntitlement, Role.REVIEWER, entitlement_id=entitlement.id, reason="核实",
                        from_month=from_month, pay_suspended=self.rng.random() < 0.5)  # fmt: skip
            case _:
                self.do(changes.EndCategory, Role.REVIEWER, last_month=from_month, **why)

    # --- money ---

    def fund(self) -> None:
        if self.rng.random() < 0.4 or not self.events(FundReceived):
            self.do(ReceiveFund, Role.FINANCE, name="补助", source=self.rng.choice(list(Source)), year=2026,
                    uses=("dibao", "tekun")[: self.rng.randint(1, 2)], amount_fen=Fen(10_000), document="财1号",
                    received_on=self.day())  # fmt: skip
        fund = self.rng.choice(self.events(FundReceived))
        self.do(AllocateFund, Role.FINANCE, fund_id=FundId(fund.fund_id), organisation_id=self.rng.choice(self.units),
                amount_fen=Fen(self.rng.randrange(1, 4000)), document="分1号")  # fmt: skip


def history(seed: int, events: int, *, whole: bool = False) -> World:
    """The same random past for the same seed; a longer one begins with the shorter one. A `whole` one has all areas in it."""
    return Life(random.Random(seed), f"w{seed}", whole=whole).live(events)
