"""Households split, merge and part again, go to another company; what is known of people changes, often late."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ledger.identification.following import CarryEntitlement
from ledger.identification.states import Entitlement
from ledger.kernel import HouseholdNumber, Role
from ledger.registry.circumstances import ChangeAttributes, ChangeCompany
from ledger.registry.events import Area, Attributes, Relation
from ledger.registry.lineage import MergeHouseholds, Relative, WithdrawMerge
from ledger.registry.lineage_events import HouseholdsMerged
from ledger.registry.lineage_split import SplitHousehold

if TYPE_CHECKING:
    from tests.projections.histories import Life


def steps(life: Life) -> list[Callable[[], object]]:
    """A split, a merger, its withdrawal, a change of company and of a person's attributes."""
    rng = life.rng

    def split() -> None:
        household = life.household()
        if household is None or len(people := household.current()) < 2:
            return
        life._count += 1
        leaving = rng.sample(people, rng.randint(1, len(people) - 1))
        stays = next(m for m in people if m not in leaving)
        life.do(SplitHousehold, Role.CLERK, household_id=household.id, number=HouseholdNumber(f"{life.label}-S{life._count}"),
                leaving=tuple(Relative(person_id=m.person_id, relation=Relation.OTHER if n else Relation.HEAD)
                              for n, m in enumerate(leaving)),
                new_head=stays.person_id, area=rng.choice(list(Area)), address=rng.choice((None, "分户路3号")),
                organisation_id=rng.choice((None, *life.units)), document="户口簿",
                split_on=max(life.day(), *(m.joined_on for m in leaving), *household.moved_on[-1:]))  # fmt: skip

    def merge() -> None:
        one, other = life.household(), life.household()
        if one is None or other is None:
            return
        day = max(
            [
                life.day(),
                *(m.joined_on for m in (*one.current(), *other.current())),
                *one.moved_on,
                *other.moved_on,
            ]
        )
        life.do(
            MergeHouseholds,
            Role.CLERK,
            household_id=one.id,
            absorbed_id=other.id,
            merged_on=day,
            document="户口簿",
        )

    def withdraw() -> None:
        merge = life.any(life.events(HouseholdsMerged))
        if merge is None:
            return
        household = life.household()
        head = life.any(household.current()) if household is not None else None
        life.do(WithdrawMerge, Role.CLERK, household_id=merge.survivor_id, absorbed_id=merge.absorbed_id, reason="误并",
                document="更正单", absorbed_head=rng.choice((None, *merge.person_ids)),
                new_head=rng.choice((None, head.person_id if head else None)))  # fmt: skip

    def company() -> None:
        if (household := life.household()) is not None:
            life.do(ChangeCompany, Role.CLERK, household_id=household.id, company_id=f"{life.label}-c{rng.randrange(4)}",
                    changed_on=life.today)  # fmt: skip

    def attributes() -> None:
        household = life.household()
        if household is None or (member := life.any(household.current())) is None:
            return
        changed = Attributes(
            disability_level=rng.choice((None, 1, 2, 3)), illness=rng.choice((None, "major"))
        )
        life.do(ChangeAttributes, Role.CLERK, household_id=household.id, person_id=member.person_id, attributes=changed,
                changed_on=life.day(), document="残疾人证")  # fmt: skip

    def carry() -> None:
        """Cover of everyone who was taken into another household goes along."""
        merged = life.any(life.events(HouseholdsMerged))
        if merged is None:
            return
        ids = {
            e.entitlement_id for e in life.events(*Entitlement.FOLDS) if e.household_id == merged.absorbed_id
        }
        if (entitlement := life.any(sorted(ids))) is not None:
            life.do(
                CarryEntitlement,
                Role.REVIEWER,
                entitlement_id=entitlement,
                household_id=merged.survivor_id,
                document="户口簿",
            )

    return [carry, carry, split, merge, merge, withdraw, company, attributes, attributes]
