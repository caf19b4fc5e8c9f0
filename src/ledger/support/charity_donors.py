"""What may be done about donors and their offers [S 三(六), 649 art. 52–53]."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from stdnum.cn import uscc

from ledger.complaints.words import open_words, words
from ledger.ids import DonorId, OfferId
from ledger.kernel import (
    Boundary,
    Command,
    Context,
    Event,
    Fen,
    Known,
    OrganisationId,
    PersonId,
    Private,
    Role,
    derived_id,
    tag,
)
from ledger.organisation.states import Organisation, require_open, require_scope
from ledger.registry.commands import STAFF
from ledger.registry.identity import check_id_number
from ledger.registry.refusals import BadDate
from ledger.support.charity_events import (
    DonationForm,
    DonorClass,
    DonorCommended,
    DonorRegistered,
    NeedKind,
    OfferMade,
    OfferWithdrawn,
)
from ledger.support.charity_needs import check_measure
from ledger.support.charity_refusals import BadDonor, DonorExists, DonorUnknown, OfferClosed, OfferUnknown
from ledger.support.charity_states import Donor, Offer


class RegisterDonor(Command, frozen=True, kw_only=True):
    """Registers an organisation, a trust or a person that gives; each once.

    An organisation has a name and a 统一社会信用代码, a trust its 备案编号 as well; a person a name, and for tax relief an ID
    number, both sealed under the person's own key.
    """

    ROLES: ClassVar = STAFF
    organisation_id: OrganisationId
    donor_class: DonorClass
    title: str | None = None
    credit_code: str | None = None
    filing_number: str | None = None
    donor_name: str | None = None
    id_number: str | None = None
    contact: str | None = None

    def id_numbers(self) -> tuple[str, ...]:
        return (self.id_number,) if self.id_number else ()

    def boundary(self, known: Known, context: Context) -> Boundary:
        return (Organisation.facts(self.organisation_id), Donor.facts(self._donor_id(context)))

    def _donor_id(self, context: Context) -> DonorId:
        """The same donor always gets the same id: by credit code, filing number or person; else one of its own."""
        if self.donor_class is DonorClass.INDIVIDUAL:
            person = context.people.get(self.id_number or "")
            return DonorId(derived_id(person, "donor")) if person else context.new_id(DonorId)
        return DonorId(f"{self.donor_class.value}-{self.filing_number or self.credit_code or '-'}")

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        require_scope(context.actor, require_open(known, self.organisation_id, context.today))
        person = self.donor_class is DonorClass.INDIVIDUAL
        if person:
            self._check_person()
        else:
            self._check_organisation()
        donor = self._donor_id(context)
        if known.state(Donor, donor).exists:
            raise DonorExists(donor=donor)
        found = context.people.get(self.id_number or "")
        key = tag(PersonId, found) if found else f"person:{donor}"
        contact = (self.contact or "").strip()
        yield DonorRegistered(
            donor_id=donor, organisation_id=self.organisation_id, donor_class=self.donor_class,
            title=None if person else (self.title or "").strip(), credit_code=self.credit_code or None,
            filing_number=self.filing_number or None, name=Private(key, (self.donor_name or "").strip()) if person else None,
            id_number=Private(key, self.id_number) if self.id_number else None, contact=Private(key, contact) if contact else None,
        )  # fmt: skip

    def _check_person(self) -> None:
        if self.title or self.credit_code or self.filing_number:
            raise BadDonor(
                why="a person has neither title, credit code nor filing number",
                why_zh="个人无单位名称、信用代码或备案编号",
            )
        if not (self.donor_name or "").strip():
            raise BadDonor(why="a person has a name", why_zh="个人须有姓名")
        if self.id_number:
            check_id_number(self.id_number)

    def _check_organisation(self) -> None:
        if self.donor_name or self.id_number:
            raise BadDonor(
                why="an organisation has no personal name or ID number",
                why_zh="单位不得填写个人姓名或身份证号",
            )
        if not (self.title or "").strip():
            raise BadDonor(why="an organisation has a name", why_zh="单位须有名称")
        if not self.credit_code or not uscc.is_valid(self.credit_code):
            raise BadDonor(
                why="its credit code (18 characters) is missing or wrong",
                why_zh="统一社会信用代码缺失或校验错误",
            )
        if (self.donor_class is DonorClass.TRUST) != bool((self.filing_number or "").strip()):
            raise BadDonor(
                why="a trust, and nobody else, has a filing number", why_zh="仅慈善信托填写备案编号且必填"
            )


class DonorCommand(Command, frozen=True, kw_only=True):
    """Base of what a donor does or is told, recorded where it was registered or above."""

    ROLES: ClassVar = STAFF
    donor_id: DonorId

    def boundary(self, known: Known, context: Context) -> Boundary:
        """The donor and the organisation it was registered at."""
        registered = known.state(Donor, self.donor_id).registered
        place = (Organisation.facts(registered.organisation_id),) if registered else ()
        return (Donor.facts(self.donor_id), *place)

    def donor(self, known: Known, context: Context) -> DonorRegistered:
        """The donor, which must be in scope."""
        registered = known.state(Donor, self.donor_id).registered
        if registered is None:
            raise DonorUnknown(donor=self.donor_id)
        require_scope(context.actor, known.state(Organisation, registered.organisation_id))
        return registered


class MakeOffer(DonorCommand, frozen=True, kw_only=True):
    """Records what a donor offers: money, goods by their value, or hours, for some needs or any, on an agreement."""

    donation_form: DonationForm
    value_fen: Fen | None = None
    volunteer_hours: int | None = None
    goods: str | None = None
    need_kinds: tuple[NeedKind, ...] = ()
    until: date | None = None
    gift_agreement: str

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        donor = self.donor(known, context)
        goods = check_measure(self.donation_form, self.value_fen, self.volunteer_hours, self.goods)
        if self.until is not None and self.until < context.today:
            raise BadDate(
                what="the end of the offer",
                what_zh="意向截止日期",
                day=self.until,
                why="it is past",
                why_zh="已过",
            )
        yield OfferMade(
            offer_id=context.new_id(OfferId), donor_id=donor.donor_id, donor_class=donor.donor_class,
            organisation_id=donor.organisation_id, form=self.donation_form, value_fen=self.value_fen, hours=self.volunteer_hours, goods=goods,
            need_kinds=self.need_kinds, until=self.until, agreement=words(self.gift_agreement, "the agreement", "捐赠协议"),
        )  # fmt: skip


class WithdrawOffer(Command, frozen=True, kw_only=True):
    """Takes back what is not matched yet of an offer; what was agreed stands."""

    ROLES: ClassVar = STAFF
    offer_id: OfferId
    reason: str

    def boundary(self, known: Known, context: Context) -> Boundary:
        made = known.state(Offer, self.offer_id).made
        place = (Organisation.facts(made.organisation_id),) if made else ()
        return (Offer.facts(self.offer_id), *place)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        offer = known.state(Offer, self.offer_id)
        if offer.made is None:
            raise OfferUnknown(offer=self.offer_id)
        require_scope(context.actor, known.state(Organisation, offer.made.organisation_id))
        if offer.withdrawn:
            raise OfferClosed
        yield OfferWithdrawn(
            offer_id=self.offer_id, donor_id=offer.made.donor_id, organisation_id=offer.made.organisation_id,
            reason=open_words(self.reason, "the reason", "理由"),
        )  # fmt: skip


class CommendDonor(DonorCommand, frozen=True, kw_only=True):
    """Records that a donor was commended for what it gave in a year, on a document [S 三(六)]."""

    ROLES: ClassVar = frozenset({Role.REVIEWER})
    honour: str
    year: int
    document: str

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        donor = self.donor(known, context)
        if not 1978 <= self.year <= context.today.year:
            raise BadDonor(why=f"nothing was given in {self.year}", why_zh=f"{self.year}年无捐赠")
        yield DonorCommended(
            donor_id=donor.donor_id, organisation_id=donor.organisation_id, honour=words(self.honour, "the honour", "褒扬名称"),
            year=self.year, document=words(self.document, "the document", "文件"),
        )  # fmt: skip
