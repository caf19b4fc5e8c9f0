"""What can happen to a household that changes: it splits, is merged, goes to another company; its people's circumstances change."""

from __future__ import annotations

from typing import ClassVar

from ledger.kernel import Event, HouseholdId, Named, OrganisationId, PersonId
from ledger.registry.events import Attributes


class HouseholdSplit(Event, frozen=True, kw_only=True):
    """Some members became a household of their own 分户; the old household keeps the rest and its entitlements.

    The past of the old household up to here is the past of both. Who went is told again, person by person, by the
    ``MemberLeft`` and ``MemberJoined`` recorded with it.
    """

    TITLE: ClassVar = ("家庭分户", "Household split")

    household_ids: tuple[HouseholdId, ...]
    """(from, to)."""
    from_id: str
    to_id: str
    organisation_ids: tuple[OrganisationId, ...]
    """(of the old household, of the new one)."""
    person_ids: tuple[PersonId, ...]
    """Who makes up the new household."""
    note: Named | None = None


class HouseholdsMerged(Event, frozen=True, kw_only=True):
    """One household was taken into another 并户: its members live there from `occurred_on`, where money goes is the survivor's.

    Its own number, past and entitlements stay readable; it takes part in nothing new.
    """

    TITLE: ClassVar = ("家庭合并", "Households merged")

    household_ids: tuple[HouseholdId, ...]
    """(survivor, absorbed)."""
    survivor_id: str
    absorbed_id: str
    organisation_id: OrganisationId
    person_ids: tuple[PersonId, ...]
    """Who came with it."""
    note: Named | None = None


class HouseholdMergeWithdrawn(Event, frozen=True, kw_only=True):
    """A merge was wrong: the absorbed household is its own again, as if it had always been so."""

    TITLE: ClassVar = ("撤销家庭合并", "Household merge withdrawn")

    household_ids: tuple[HouseholdId, ...]
    """(survivor, absorbed)."""
    survivor_id: str
    absorbed_id: str
    organisation_id: OrganisationId
    person_ids: tuple[PersonId, ...]
    """Who went back."""
    withdraws: str
    """Event id of the merge."""
    reason: str
    note: Named | None = None


class CompanyChanged(Event, frozen=True, kw_only=True):
    """The household belongs to another company 连队 or community 社区 of the same regiment or street."""

    TITLE: ClassVar = ("所属连队（社区）变更", "Company changed")

    household_id: HouseholdId
    organisation_id: OrganisationId
    company_id: str | None = None
    previous: str | None = None


class AttributesChanged(Event, frozen=True, kw_only=True):
    """What rules need to know of a person is this from `occurred_on`: a certificate, an illness, school, work, self-care.

    All of it, not only what changed; a change that is known late leaves later ones in force.
    """

    TITLE: ClassVar = ("人员情况变更", "Attributes changed")

    household_id: HouseholdId
    organisation_id: OrganisationId
    person_id: PersonId
    attributes: Attributes
    document: str
    """The certificate, record or report it rests on."""
