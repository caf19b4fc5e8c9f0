"""Entitlements are reviewed, taper, are told of, are posted before they end; people refuse work; standards rise; subsidies are granted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from ledger.assistance.bulk import Subsidy, award_of, header_of, lines_of
from ledger.assistance.bulk_events import SubsidyKind, SubsidyUnit
from ledger.identification import (
    changes_care,
    changes_ending,
    changes_review,
    changes_work,
    cut_off,
    raising,
)
from ledger.identification import life_events as e
from ledger.identification import raise_events as r
from ledger.identification.events import AmountAdjusted, FrozenFacts
from ledger.ids import RaiseId, RosterId
from ledger.kernel import (
    CaseId,
    EntitlementId,
    Event,
    Fen,
    HouseholdId,
    Month,
    Named,
    OrganisationId,
    PersonId,
    Role,
)
from ledger.registry.circumstances import ChangeAttributes
from ledger.registry.events import Attributes

if TYPE_CHECKING:
    from tests.projections.histories import Life


class Lasting:
    """What may happen to cover while it lasts, one step a method."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.count = 0

    def review(self) -> None:
        life = self.life
        if (found := life.entitlement()) is None:
            return
        of = {"entitlement_id": found.id}
        life.do(changes_review.CompleteReview, Role.CLERK, **of, outcome=life.rng.choice(list(e.ReviewOutcome)),
                reviewed_on=life.day(), findings=life.rng.choice((None, "属实")), unsteady=life.rng.random() < 0.3)  # fmt: skip
        if life.rng.random() < 0.3:
            by = life.today + timedelta(days=life.rng.randrange(1000))
            life.do(
                changes_review.ExtendReviewCycle,
                Role.REVIEWER,
                **of,
                review_by=by,
                reason="疫情",
                article="57 art. 31",
            )

    def notice(self) -> None:
        made = self.life.any(self.life.events(*changes_review.DECISIONS))
        if made is not None:
            self.life.do(changes_review.ServeNotice, Role.CLERK, entitlement_id=made.entitlement_id, decision_event=made.event_id,
                         served_how=self.life.rng.choice(list(e.NoticeMeans)), document="告知1号", served_on=self.life.today,
                         taken_by=self.life.rng.choice((None, "某人")))  # fmt: skip

    def taper(self) -> None:
        if (found := self.life.entitlement()) is not None and self.life.rng.random() < 0.4:
            self.life.do(changes_ending.StartTaper, Role.REVIEWER, entitlement_id=found.id, from_month=Month("2026-12"),
                         shares=(1000, 500)[: self.life.rng.randint(1, 2)], reason="就业", article="57 art. 33")  # fmt: skip

    def ending(self) -> None:
        life = self.life
        if (found := life.entitlement()) is None:
            return
        of = {"entitlement_id": found.id}
        start = life.today - timedelta(days=20)
        for _ in range(life.rng.randint(1, 2)):
            life.do(changes_ending.PostEnding, Role.CLERK, **of, posted_at="公示栏", end_cause=life.rng.choice(list(e.EndCause)),
                    reason="不再符合", article="43 art. 24", started_on=start)  # fmt: skip
            if life.rng.random() < 0.5:
                life.do(changes_ending.ObjectToEnding, Role.CLERK, **of, text="异议", raised_on=start)
            if life.rng.random() < 0.5:
                life.do(changes_ending.InvestigateEnding, Role.REVIEWER, **of, stands=life.rng.random() < 0.7,
                        findings="已核", investigated_on=start)  # fmt: skip
            life.do(changes_ending.CloseEndingPublicity, Role.CLERK, **of, ended_on=start + timedelta(days=8))
        if life.rng.random() < 0.8:
            life.do(
                changes_ending.EndCategory,
                Role.REVIEWER,
                **of,
                last_month=Month("2026-12"),
                reason="不再符合",
                article="43 art. 24",
            )
        if found.file.counted:
            life.do(changes_ending.OfferOtherAid, Role.CLERK, **of, person_id=PersonId(found.file.counted[0]),
                    offered=("dibao",), wanted=True)  # fmt: skip

    def work(self) -> None:
        life = self.life
        household = life.household()
        if (
            household is None
            or (member := life.any([m for m in household.current() if 1967 <= m.birth_date.year <= 2007]))
            is None
        ):
            return
        person = {"person_id": member.person_id}
        life.do(ChangeAttributes, Role.CLERK, household_id=household.id, attributes=Attributes(labour_ability="full"),
                changed_on=life.today - timedelta(days=30), document="证明", **person)  # fmt: skip
        for _ in range(5):
            made = life.do(changes_work.OfferJob, Role.CLERK, introduced_by="人社局", work="保洁", suitable=life.rng.random() < 0.95,
                           offered_on=life.today, **person)  # fmt: skip
            if not made:
                return
            offer = {"job_offer_id": made[0].job_offer_id, **person}  # type: ignore[attr-defined]
            if life.rng.random() < 0.8:
                life.do(changes_work.RefuseJob, Role.CLERK, just_cause=life.rng.random() < 0.1, refused_on=life.today,
                        reason_given=life.rng.choice((None, "太远")), **offer)  # fmt: skip
            else:
                life.do(changes_work.AcceptJob, Role.CLERK, accepted_on=life.today, **offer)
        for made_cover in life.events(*changes_work.Entitlement.FOLDS[:3]):
            if made_cover.household_id == household.id:
                of = {
                    "entitlement_id": made_cover.entitlement_id,
                    "from_month": Month("2026-12"),
                    "reason": "拒绝就业",
                }
                life.do(
                    changes_work.ReduceOwnShare,
                    Role.REVIEWER,
                    withheld_permille=life.rng.choice((500, 1000)),
                    **of,
                    **person,
                )
                if life.rng.random() < 0.5:
                    life.do(changes_work.RestoreOwnShare, Role.REVIEWER, **of, **person)

    def care(self) -> None:
        life = self.life
        if (found := life.entitlement()) is None or not found.file.counted:
            return
        of = {"entitlement_id": found.id, "person_id": PersonId(found.file.counted[0])}
        if life.rng.random() < 0.7:
            life.do(changes_care.ReportSelfCare, Role.CLERK, reported_by="carer", told_on=life.day(), **of)
        if life.rng.random() < 0.7:
            failed = tuple(life.rng.sample(list(e.SelfCareItem), life.rng.randrange(7)))
            life.do(changes_care.AssessSelfCare, Role.REVIEWER, failed=failed, care_assessors=("甲", "乙"), care_assessed_on=life.today,
                    document="评估表", **of)  # fmt: skip

    def close(self) -> None:
        life = self.life
        of = {
            "organisation_id": life.rng.choice(life.units),
            "month": Month(f"2026-{life.rng.randint(9, 11):02d}"),
        }
        life.do(cut_off.DeclareCutOff, Role.CLERK, **of, changes=life.rng.randrange(3))
        if life.rng.random() < 0.4:
            life.do(cut_off.ReopenCutOff, Role.REVIEWER, **of, reason="漏报")

    def rise(self) -> None:
        """A rise, as the bulk step records it: its list, header, review, approval, and what was carried out."""
        life = self.life
        found = life.entitlement()
        if found is None or not found.exists:
            return
        self.count += 1
        raise_id = RaiseId(f"{life.label}-r{self.count}")
        of = {
            "raise_id": raise_id, "entitlement_id": EntitlementId(found.id), "household_id": HouseholdId(found.household_id),
            "organisation_id": OrganisationId(found.file.places[-1][1]), "category": found.category,
        }  # fmt: skip
        now = found.file.terms[-1].amounts
        line = r.StandardRaised(**of, from_month=Month("2026-12"), amounts=now, previous=now)
        left = r.RaiseLeftOut(**of, note=Named(zh="情况有变", en="changed"))
        again = r.RefusalRescreened(
            raise_id=raise_id, case_id=CaseId(f"{life.label}-c"), household_id=HouseholdId(found.household_id),
            organisation_id=OrganisationId(found.file.places[-1][1]), category=found.category, amounts=now,
        )  # fmt: skip
        life.append(line, *[left, again][: life.rng.randrange(3)], role=Role.REVIEWER)
        if life.rng.random() < 0.2:
            return
        head = r.RaiseProposed(
            raise_id=raise_id, organisation_id=life.division, programme=found.category, from_month=Month("2026-12"),
            reason="提标", article="文1号", households=1, previous_fen=Fen(1), raised_fen=Fen(2), left_out=0, rescreened=0,
            roster_hash=raising.rise_hash([line]), read_at_position=1,
        )  # fmt: skip
        life.append(head, role=Role.REVIEWER)
        life.do(raising.ReviewRaise, Role.FINANCE, raise_id=raise_id, roster_hash=head.roster_hash)
        life.do(raising.ApproveRaise, Role.FINANCE, raise_id=raise_id, roster_hash=head.roster_hash)
        if life.rng.random() < 0.5:
            whole = {"raise_id": raise_id, "organisation_id": life.division, "roster_hash": head.roster_hash}
            life.append(r.RaiseReviewed(**whole), role=Role.FINANCE)
            life.append(r.RaiseApproved(**whole), role=Role.FINANCE)
            adjusted: list[Event] = [
                AmountAdjusted(**of, counted=tuple(PersonId(p) for p in found.file.counted), from_month=Month("2026-12"),
                               amounts=now, previous=now, reason="提标", article="文1号",
                               frozen=FrozenFacts(members=len(found.file.counted)))
            ]  # fmt: skip
            closing = r.RaiseCarriedOut(
                raise_id=raise_id, organisation_id=life.division, adjusted=1, left_out=0
            )
            life.append(*adjusted, closing, role=Role.REVIEWER)

    def subsidy(self) -> None:
        life = self.life
        found = life.entitlement()
        if found is None:
            return
        self.count += 1
        asked = Subsidy(life.division, life.rng.choice(list(SubsidyKind)), life.today, Month("2026-11"),
                        life.rng.choice(list(SubsidyUnit)), Fen(100), (found.category,), "文2号")  # fmt: skip
        roster_id = RosterId(f"{life.label}-l{self.count}")
        lines = lines_of(asked, roster_id, [found], {})
        if not lines:
            return
        life.append(*lines, role=Role.REVIEWER)
        if life.rng.random() < 0.8:
            header = header_of(asked, roster_id, lines, 1)
            life.append(header, role=Role.REVIEWER)
            if life.rng.random() < 0.8:
                life.append(*[award_of(line, header) for line in lines], role=Role.REVIEWER)


def steps(life: Life) -> list[Callable[[], object]]:
    """Two steps, each any of what may happen."""
    lasting = Lasting(life)
    ways = (
        lasting.review, lasting.notice, lasting.notice, lasting.taper, lasting.ending, lasting.work, lasting.care,
        lasting.close, lasting.rise, lasting.subsidy,
    )  # fmt: skip

    def something() -> None:
        """One of them: each records several events, so that all together are as likely as one step of another area."""
        life.rng.choice(ways)()

    return [something, something]
