"""Charity 慈善帮扶: needs published masked, offers, matches, deliveries, trusts and volunteering [S 三(六), 649 art. 52–56]."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar

from ledger.ids import DocumentId, DonorId, HouseholdId, MatchId, NeedId, OfferId, OrganisationId, PersonId
from ledger.kernel import Event, Fen, Named, Private

PROGRAMME = "cishan_bangfu"
NAMED = Named(zh="慈善帮扶", en="charity")
DEPARTMENT = "慈善"


class NeedKind(StrEnum):
    """What a household needs: living 生活, medical 医疗, schooling 教育, housing 住房, work 就业, care 照料, device 辅助器具, other."""

    LIVING = "living"
    MEDICAL = "medical"
    SCHOOL = "school"
    HOME = "home"
    WORK = "work"
    NURSING = "nursing"
    DEVICE = "device"
    OTHER = "other"


class DonationForm(StrEnum):
    """What is given: money 资金, goods 物资 (by their value), or hours of volunteering 志愿服务."""

    MONEY = "money"
    GOODS = "goods"
    HOURS = "hours"


class DonorClass(StrEnum):
    """Who gives: 企业, 社会组织, 慈善组织, 慈善信托, 个人."""

    ENTERPRISE = "enterprise"
    SOCIAL_ORGANISATION = "social_organisation"
    CHARITY = "charity"
    TRUST = "trust"
    INDIVIDUAL = "individual"


class CancelledBy(StrEnum):
    """Who wanted a match no longer: the household it was for, the donor, or the office."""

    RECIPIENT = "recipient"
    DONOR = "donor"
    CIVIL_AFFAIRS = "civil_affairs"


# --- consent and needs ---


class CharityConsentGiven(Event, frozen=True, kw_only=True):
    """The household agreed, on a document, that its needs are published masked and passed to donors 同意公开求助."""

    TITLE: ClassVar = ("同意慈善帮扶", "Consent to charity given")

    household_id: HouseholdId
    organisation_id: OrganisationId
    person_id: PersonId
    """The member who signed."""
    document: str
    until: date | None = None


class CharityConsentWithdrawn(Event, frozen=True, kw_only=True):
    """The household agrees no longer; its needs are shown to nobody from then on."""

    TITLE: ClassVar = ("撤回慈善帮扶同意", "Consent to charity withdrawn")

    household_id: HouseholdId
    organisation_id: OrganisationId
    person_id: PersonId
    document: str


class NeedEvent(Event, frozen=True, kw_only=True):
    """Base of everything about one need; never stored itself."""

    need_id: NeedId
    household_id: HouseholdId
    organisation_id: OrganisationId
    """The regiment or street: what is published says no more of the place."""


class NeedPublished(NeedEvent, frozen=True, kw_only=True):
    """A need is published 发布救助需求: its kind, what it costs, the regiment; nothing that identifies anyone."""

    TITLE: ClassVar = ("发布慈善需求", "Need published")

    need_kind: NeedKind
    form: DonationForm
    cost_fen: Fen | None = None
    """What it costs: money, or the value of goods."""
    hours: int | None = None
    goods: str | None = None
    """What goods or help, in a few words."""
    need_reference: str
    """What it is for (a bill, a case): public aid granted for the same reference lowers it."""
    until: date | None = None
    note: Named | None = None


class NeedLowered(NeedEvent, frozen=True, kw_only=True):
    """Public aid for the same need, on a document, leaves less of it to be given [check 37]."""

    TITLE: ClassVar = ("核减慈善需求", "Need lowered")

    lowered_fen: Fen
    document: str


class NeedWithdrawn(NeedEvent, frozen=True, kw_only=True):
    """The need is published no longer."""

    TITLE: ClassVar = ("撤回慈善需求", "Need withdrawn")

    reason: str


# --- donors and offers ---


class DonorRegistered(Event, frozen=True, kw_only=True):
    """An organisation, a trust or a person gives. A person's name is sealed; an organisation's is no personal data."""

    TITLE: ClassVar = ("捐赠人登记", "Donor registered")

    donor_id: DonorId
    organisation_id: OrganisationId
    """Where it was registered: its offers serve households there and below."""
    donor_class: DonorClass
    title: str | None = None
    """Name of an organisation, or of a trust 慈善信托."""
    credit_code: str | None = None
    """统一社会信用代码 of an organisation, or of a trust's trustee."""
    filing_number: str | None = None
    """备案编号 of a trust."""
    name: Private | None = None
    id_number: Private | None = None
    contact: Private | None = None


class DonorCommended(Event, frozen=True, kw_only=True):
    """A donor was commended 褒扬, on a document [S 三(六)]."""

    TITLE: ClassVar = ("褒扬捐赠人", "Donor commended")

    donor_id: DonorId
    organisation_id: OrganisationId
    honour: str
    year: int
    document: str


class OfferMade(Event, frozen=True, kw_only=True):
    """A donor offers money, goods or hours 捐赠意向, from a donation, a trust or a project."""

    TITLE: ClassVar = ("捐赠意向", "Offer made")

    offer_id: OfferId
    donor_id: DonorId
    donor_class: DonorClass
    organisation_id: OrganisationId
    form: DonationForm
    value_fen: Fen | None = None
    hours: int | None = None
    goods: str | None = None
    need_kinds: tuple[NeedKind, ...] = ()
    """For which needs alone; for any when none is named."""
    until: date | None = None
    agreement: str
    """捐赠协议 or 信托文件."""


class OfferWithdrawn(Event, frozen=True, kw_only=True):
    """What is not matched yet of an offer is offered no longer."""

    TITLE: ClassVar = ("撤回捐赠意向", "Offer withdrawn")

    offer_id: OfferId
    donor_id: DonorId
    organisation_id: OrganisationId
    reason: str


# --- matches ---


class MatchEvent(Event, frozen=True, kw_only=True):
    """Base of everything about one match of a need and an offer; never stored itself."""

    match_id: MatchId
    need_id: NeedId
    offer_id: OfferId
    donor_id: DonorId
    household_id: HouseholdId
    organisation_id: OrganisationId
    form: DonationForm
    programme: str = PROGRAMME
    named: Named = NAMED
    department: str = DEPARTMENT


class MatchAgreed(MatchEvent, frozen=True, kw_only=True):
    """So much of an offer goes to a need 供需对接: never more than is left of either."""

    TITLE: ClassVar = ("慈善供需对接", "Match agreed")

    agreed_fen: Fen | None = None
    hours: int | None = None
    public_aid_fen: Fen = Fen(0)
    """What public aid was known for the same need then."""
    note: Named


class MatchCancelled(MatchEvent, frozen=True, kw_only=True):
    """What was not delivered yet of a match will not be: it is free again on both sides."""

    TITLE: ClassVar = ("取消慈善对接", "Match cancelled")

    released_fen: Fen | None = None
    hours: int | None = None
    cancelled_by: CancelledBy
    reason: str


class DonationDelivered(MatchEvent, frozen=True, kw_only=True):
    """A donation reached the household, which accepted it 捐赠到户; the receipt counts for the donor's tax relief."""

    TITLE: ClassVar = ("慈善捐赠到户", "Donation delivered")

    donor_class: DonorClass
    person_id: PersonId
    """The member who accepted it."""
    amount_fen: Fen | None = None
    """Money, or the value of goods."""
    hours: int | None = None
    goods: str | None = None
    receipt_id: DocumentId | None = None
    """公益事业捐赠票据; none for hours."""
    acceptance: str
    """The document the household signed."""
    note: Named
