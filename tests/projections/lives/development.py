"""Development assistance in a random history: a programme for anybody in dibao, trainings, posts, loans and their interest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from ledger.kernel import Fen, Named, Role
from ledger.programmes.events import CoverLevel
from ledger.programmes.programme_commands import DefineProgramme
from ledger.programmes.programme_events import Offer, ProgrammeDefined, Recurrence, Who
from ledger.support.development import INTEREST as LOAN
from ledger.support.development import (
    POST,
    TRAINING,
    CompleteTraining,
    EndPost,
    PayLoanInterest,
    PlacePost,
    PlanTraining,
    RegisterLoan,
)
from ledger.support.development_events import LoanRegistered, PostKind, PostPlaced, TrainingPlanned

if TYPE_CHECKING:
    from tests.projections.histories import Life


class Earning:
    """What is done for people's own earning: here civil affairs owns it, and whoever is covered may have it."""

    def __init__(self, life: Life) -> None:
        self.life, self.rng = life, life.rng

    def begin(self) -> None:
        life = self.life
        if not any(d.code == TRAINING for d in life.events(ProgrammeDefined)):
            for code, form in ((TRAINING, "training"), (POST, "post"), (LOAN, "loan_interest")):
                life.do(DefineProgramme, Role.ADMIN, code=code, named=Named(zh="开发式帮扶", en="development"), owners=("mz",),
                        offers=(Offer(form=form),), who=(Who(),), cover_level=CoverLevel.PERSON,
                        recurrence=Recurrence.PER_EVENT, from_date=date(2026, 7, 1), document="示范文件")  # fmt: skip
        household = life.household()
        if household is None or (member := life.any(household.current())) is None:
            return
        of: dict[str, Any] = {"household_id": household.id, "person_id": member.person_id}
        start = life.day()
        match self.rng.randrange(3):
            case 0:
                life.do(
                    PlanTraining,
                    Role.CLERK,
                    course="电焊",
                    trainer="技校",
                    from_date=start,
                    until_date=start,
                    **of,
                )
            case 1:
                life.do(PlacePost, Role.CLERK, post_kind=self.rng.choice(list(PostKind)), employer="一连", paid_by="财政",
                        contract="岗1号", wage_fen=Fen(900), placed_on=start, **of)  # fmt: skip
            case _:
                life.do(RegisterLoan, Role.CLERK, lender="农信社", contract="贷1号", principal_fen=Fen(1_000_000), rate_bp=400,
                        used_for="养羊", from_date=start, until_date=start + timedelta(days=365), **of)  # fmt: skip

    def go_on(self) -> None:
        life, day = self.life, self.life.day()
        if (training := life.any(life.events(TrainingPlanned))) is not None:
            life.do(CompleteTraining, Role.CLERK, training_id=training.training_id, completed_on=life.today, hours=40,
                    passed=self.rng.random() < 0.8)  # fmt: skip
        if (post := life.any(life.events(PostPlaced))) is not None and self.rng.random() < 0.5:
            life.do(EndPost, Role.CLERK, post_id=post.post_id, ended_on=life.today, reason="离岗")
        if (loan := life.any(life.events(LoanRegistered))) is not None:
            start = max(day, loan.from_date)
            life.do(
                PayLoanInterest,
                Role.CLERK,
                loan_id=loan.loan_id,
                from_date=start,
                until_date=start,
                amount_fen=Fen(100),
            )


def steps(life: Life) -> list[Callable[[], object]]:
    """Begun often enough for all of it to happen."""
    earning = Earning(life)
    return [earning.begin, earning.begin, earning.begin, earning.go_on, earning.go_on]
