"""Smaller changes: another company of the same regiment, and what becomes known of a person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ledger.kernel import Basis, Boundary, Context, Event, Known, OrganisationId, PersonId
from ledger.organisation.states import Organisation
from ledger.registry.commands import (
    HouseholdCommand,
    not_before_registration,
    not_in_future,
    require_company,
)
from ledger.registry.events import Attributes
from ledger.registry.lineage_events import AttributesChanged, CompanyChanged
from ledger.registry.refusals import BadAttributes, BadDate, DocumentNeeded, NothingDiffers, NotMember

ITEMS = 6
"""Items of the self-care assessment [43 art. 21]."""


class ChangeCompany(HouseholdCommand, frozen=True, kw_only=True):
    """The household goes to another company or community of its own regiment or street 连队（社区）变更."""

    company_id: str
    changed_on: date

    def more(self, known: Known, context: Context) -> Boundary:
        return (Organisation.facts(self.company_id),)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        household = self.household(known, context)
        not_in_future(self.changed_on, context.today, "change on", "变更日期")
        not_before_registration(household, self.changed_on, "change on", "变更日期")
        require_company(known, self.company_id, household.organisation_id, self.changed_on)
        if self.company_id == household.company_id:
            raise NothingDiffers
        yield CompanyChanged(
            household_id=self.household_id,
            organisation_id=OrganisationId(household.organisation_id),
            company_id=self.company_id,
            previous=household.company_id,
            occurred_on=self.changed_on,
        )


class ChangeAttributes(HouseholdCommand, frozen=True, kw_only=True):
    """What rules need to know of a member is this from a day on: certificate, illness, schooling, work, self-care; all of it, on a document [57 art. 27, 30]."""

    person_id: PersonId
    attributes: Attributes
    changed_on: date
    document: str

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        household = self.household(known, context)
        not_in_future(self.changed_on, context.today, "change on", "变更日期")
        member = household.member(self.person_id)
        if member is None:
            raise NotMember(person=self.person_id, day=self.changed_on)
        if self.changed_on < member.birth_date:
            raise BadDate(
                what="change on",
                what_zh="变更日期",
                day=self.changed_on,
                why="before birth",
                why_zh="早于出生",
            )
        if not self.document.strip():
            raise DocumentNeeded
        check_attributes(self.attributes)
        if self.attributes == member.attributes_on(self.changed_on):
            raise NothingDiffers
        yield AttributesChanged(
            household_id=self.household_id,
            organisation_id=OrganisationId(household.organisation_id),
            person_id=self.person_id,
            attributes=self.attributes,
            document=self.document,
            occurred_on=self.changed_on,
            basis=Basis(document=self.document),
        )


CUSTODY = (None, "prison", "compulsory_treatment", "detention")
"""Where somebody is held [57 art. 7]."""


def check_attributes(attributes: Attributes) -> None:
    """Raises ``BadAttributes`` for a level that no certificate has, or more self-care items than there are [43 art. 21]."""
    level, failed = attributes.disability_level, attributes.self_care_failed
    if level is not None and not 1 <= level <= 4:
        raise BadAttributes(what="disability level", what_zh="残疾等级", value=level)
    if failed is not None and not 0 <= failed <= ITEMS:
        raise BadAttributes(what="failed self-care items", what_zh="不达标自理项数", value=failed)
    if attributes.custody not in CUSTODY:
        raise BadAttributes(what="custody", what_zh="羁押状态", value=attributes.custody)
