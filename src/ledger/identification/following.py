"""After a split or merger: an entitlement all of whose people live elsewhere goes along with them [57 art. 7, 31]."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.identification.changes import EntitlementCommand
from ledger.identification.following_events import EntitlementFollowed
from ledger.identification.refusals import AlreadyCovered, NothingChanges
from ledger.identification.states import Entitlement
from ledger.kernel import (
    Basis,
    Context,
    Event,
    Facts,
    HouseholdId,
    Known,
    Named,
    OrganisationId,
    add_months,
    month_of,
    tag,
)
from ledger.organisation.states import Organisation, require_open
from ledger.programmes.book import Categories, category_facts
from ledger.programmes.events import CoverLevel
from ledger.registry.commands import known_household
from ledger.registry.refusals import NobodyThere, NotMember
from ledger.registry.states import Household


class CarryEntitlement(EntitlementCommand, frozen=True, kw_only=True):
    """Moves an entitlement to the household where everyone it covers lives now, after a split or merger; the amount is then adjusted there [57 art. 7, 31]."""

    household_id: HouseholdId
    document: str

    def more(self, entitlement: Entitlement, known: Known, context: Context) -> list[Facts]:
        target = known.state(Household, self.household_id)
        facts = [
            Household.facts(self.household_id),
            Facts(types=Entitlement.FOLDS, tags=(tag(HouseholdId, self.household_id),)),
            category_facts(entitlement.category),
        ]
        # What followed people here earlier was confirmed for another household: it is read by itself, from its start.
        there = {getattr(e, "entitlement_id", "") for e in known.events(*Entitlement.FOLDS)} - {""}
        facts += [Entitlement.facts(key) for key in sorted(there)]
        return [*facts, Organisation.facts(target.organisation_id)] if target.exists else facts

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        entitlement = self.entitlement(known, context)
        target, before = known_household(known, self.household_id), entitlement.household_id
        if self.household_id == before:
            raise NothingChanges
        require_open(known, target.organisation_id, context.today)
        self._all_there(entitlement, known, target, context)
        self._alone_there(entitlement, known, context)
        here, there = OrganisationId(self.place(entitlement)), OrganisationId(target.organisation_id)
        yield EntitlementFollowed(
            entitlement_id=self.entitlement_id, household_id=self.household_id,
            household_ids=(HouseholdId(before), self.household_id), organisation_ids=(here, there), to_id=there,
            category=entitlement.category, from_month=add_months(month_of(context.today), 1),
            basis=Basis(document=self.document, rule="57 art. 31"),
            note=Named(zh="保障对象均在该户", en="everyone covered lives there"),
        )  # fmt: skip

    @staticmethod
    def _all_there(entitlement: Entitlement, known: Known, target: Household, context: Context) -> None:
        """Raises ``NotMember`` for one who is alive and lives elsewhere, ``NobodyThere`` when nobody is left."""
        dead = {
            m.person_id
            for household in (target, known.state(Household, entitlement.household_id))
            for m in household.members
            if m.died_on is not None
        }
        alive = [person for person in entitlement.file.counted if person not in dead]
        if not alive:
            raise NobodyThere(household=target.id)
        for person in alive:
            if target.member(person) is None:
                raise NotMember(person=person, day=context.today)

    def _alone_there(self, entitlement: Entitlement, known: Known, context: Context) -> None:
        """Raises ``AlreadyCovered`` when the household has cover of the same household-level category [83]."""
        definition = Categories.of(known).find(entitlement.category, context.today)
        if definition is not None and definition.cover_level is CoverLevel.PERSON:
            return
        ids = {getattr(e, "entitlement_id", "") for e in known.events(*Entitlement.FOLDS)} - {
            self.entitlement_id,
            "",
        }
        for other in (known.state(Entitlement, key) for key in sorted(ids)):
            same = other.exists and other.category == entitlement.category
            if same and other.household_id == self.household_id and other.file.last_month is None:
                raise AlreadyCovered(person=other.file.counted[0], category=other.category)
