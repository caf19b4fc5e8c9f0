"""What is known of an entitlement, and of who is covered; of a case, see ``case``."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

import msgspec

from ledger.identification.case import CASE_EVENTS as CASE_EVENTS
from ledger.identification.case import Case as Case
from ledger.identification.case_events import CategoryListed
from ledger.identification.events import (
    Amount,
    AmountAdjusted,
    Category,
    CategoryCode,
    CategoryConfirmed,
    CategoryEnded,
    Component,
    EntitlementResumed,
    EntitlementSuspended,
    EntitlementTransferred,
    PriorCoverRecorded,
)
from ledger.identification.following_events import EntitlementFollowed
from ledger.identification.life_events import (
    OwnShareReduced,
    OwnShareRestored,
    ReviewCompleted,
    ReviewCycleExtended,
    TaperStarted,
)
from ledger.kernel import EntitlementId, Event, Fen, Month, PersonId, State, add_months, first_day
from ledger.months import day_after_months
from ledger.programmes.events import Procedure


def first_review(decided_on: date) -> date:
    """When a first review is due where the decision did not say: cover from a roster or a list [57 art. 31]."""
    return day_after_months(decided_on, Procedure().review_months)


class Term(msgspec.Struct, frozen=True):
    """Monthly amounts from a month on, until a decision recorded later reaches the month too."""

    from_month: Month
    amounts: tuple[Amount, ...]


class Suspension(msgspec.Struct):
    """Payment stopped from a month, until `resumed` (None: still), the months between paid later or not."""

    from_month: Month
    resumed: Month | None = None
    paid_later: bool = False
    reason: str = ""
    article: str = ""
    paid_months: tuple[Month, ...] = ()
    """Of the months between, those paid later where not all are."""


class EntitlementFile(msgspec.Struct):
    """All dated facts of one entitlement, in the form a view stores."""

    entitlement_id: str
    household_id: str = ""
    category: CategoryCode = Category.DIBAO
    case_id: str | None = None
    counted: tuple[str, ...] = ()
    decided_on: date | None = None
    prior: bool = False
    terms: list[Term] = []
    places: list[tuple[Month, str]] = []
    """(from month, organisation that pays)."""
    suspensions: list[Suspension] = []
    last_month: Month | None = None
    end_reason: str | None = None
    listed: bool = False
    """Taken from another department's list, without a procedure here."""
    category_kind: str | None = None
    single_person: str | None = None
    counted_from: list[tuple[Month, tuple[str, ...]]] = []
    """(from month, whom it counts)."""
    closed: bool = False
    """A decision ended it; a last month alone may be that of an expiry or of tapering."""
    tapering: bool = False
    review_by: date | None = None
    """By when it is reviewed next [57 art. 31]."""
    reviewed_on: date | None = None
    withheld: dict[str, list[tuple[Month, int]]] = {}
    """Person → (from month, permille of the own share that is not paid), for refused work [57 art. 34]."""


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(EntitlementFile)


class Entitlement(State):
    """One entitlement: what is due in each month, by the decisions in force."""

    KIND = EntitlementId
    FOLDS: ClassVar = (
        CategoryConfirmed,
        CategoryListed,
        PriorCoverRecorded,
        AmountAdjusted,
        EntitlementTransferred,
        EntitlementFollowed,
        EntitlementSuspended,
        EntitlementResumed,
        CategoryEnded,
        TaperStarted,
        ReviewCompleted,
        ReviewCycleExtended,
        OwnShareReduced,
        OwnShareRestored,
    )

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.file = EntitlementFile(subject_id)

    def to_json(self) -> bytes:
        """The whole state, to be stored by a view."""
        return _encoder.encode(self.file)

    @classmethod
    def from_json(cls, data: bytes | str) -> Entitlement:
        """The state a view stored."""
        file = _decoder.decode(data)
        found = cls(file.entitlement_id)
        found.file, found.exists = file, bool(file.terms)
        return found

    def evolve(self, event: Event) -> None:
        file = self.file
        match event:
            case CategoryConfirmed() | PriorCoverRecorded() | CategoryListed():
                self.exists = True
                file.household_id, file.category, file.counted = (
                    event.household_id,
                    event.category,
                    event.counted,
                )
                file.prior = isinstance(event, PriorCoverRecorded)
                file.case_id = event.case_id if isinstance(event, CategoryConfirmed) else None
                file.decided_on = (
                    event.decided_on if isinstance(event, PriorCoverRecorded) else event.occurred_on
                )
                file.listed = isinstance(event, CategoryListed)
                # A status without money has a term all the same: months, expiry and review work alike.
                amounts = () if isinstance(event, CategoryListed) else event.amounts
                file.terms = [Term(event.from_month, amounts)]
                file.counted_from = [(event.from_month, event.counted)]
                file.places = [(event.from_month, event.organisation_id)]
                if not isinstance(event, PriorCoverRecorded):
                    file.category_kind = event.category_kind
                if isinstance(event, CategoryConfirmed):
                    file.single_person, file.last_month = event.single_person, event.last_month
                    file.review_by = event.review_by
                file.review_by = file.review_by or first_review(
                    file.decided_on or first_day(event.from_month)
                )
            case AmountAdjusted():
                file.terms.append(Term(event.from_month, event.amounts))
                file.counted = event.counted
                file.counted_from.append((event.from_month, event.counted))
            case EntitlementTransferred():
                file.places.append((event.from_month, event.to_id))
            case EntitlementFollowed():
                file.household_id = event.household_id
                if event.to_id != file.places[-1][1]:
                    file.places.append((event.from_month, event.to_id))
            case EntitlementSuspended():
                file.suspensions.append(
                    Suspension(event.from_month, reason=event.reason, article=event.article)
                )
            case EntitlementResumed():
                if file.suspensions:
                    file.suspensions[-1].resumed = event.from_month
                    file.suspensions[-1].paid_later = event.pay_suspended
                    file.suspensions[-1].paid_months = event.paid_months
            case CategoryEnded():
                file.last_month, file.end_reason, file.closed = event.last_month, event.reason, True
            case TaperStarted():
                file.terms += [Term(m.month, m.amounts) for m in event.months]
                file.last_month, file.end_reason, file.tapering = event.last_month, event.reason, True
            case ReviewCompleted():
                file.review_by, file.reviewed_on = event.review_by, event.occurred_on
            case ReviewCycleExtended():
                file.review_by = event.review_by
            case OwnShareReduced():
                file.withheld.setdefault(event.person_id, []).append(
                    (event.from_month, event.withheld_permille)
                )
            case OwnShareRestored():
                file.withheld.setdefault(event.person_id, []).append((event.from_month, 0))

    # --- what follows from it ---

    @property
    def household_id(self) -> str:
        return self.file.household_id

    @property
    def category(self) -> CategoryCode:
        return self.file.category

    @property
    def first_month(self) -> Month:
        """The first month this ledger pays."""
        return min(term.from_month for term in self.file.terms)

    def amounts_in(self, month: Month) -> tuple[Amount, ...]:
        """The monthly amounts decided for a month, whether payable or not: the latest decision that reaches it."""
        reaching = [term for term in self.file.terms if term.from_month <= month]
        return reaching[-1].amounts if reaching else ()

    def counted_in(self, month: Month) -> tuple[str, ...]:
        """Whom it counts in a month: the latest decision that reaches it."""
        reaching = [counted for start, counted in self.file.counted_from if start <= month]
        return reaching[-1] if reaching else self.file.counted

    def withheld_in(self, month: Month) -> dict[str, int]:
        """Permille of the own share that is not paid in a month, by person: the latest decision that reaches it."""
        reaching = {
            p: [part for start, part in dated if start <= month] for p, dated in self.file.withheld.items()
        }
        return {person: parts[-1] for person, parts in reaching.items() if parts and parts[-1]}

    def suspended_in(self, month: Month) -> bool:
        """Whether payment for a month is stopped, and not to be made up for."""
        return any(
            s.from_month <= month
            and (s.resumed is None or (month < s.resumed and not s.paid_later and month not in s.paid_months))
            for s in self.file.suspensions
        )

    def payable_in(self, month: Month) -> bool:
        """Whether anything is due for a month: begun, not ended, not suspended."""
        return (
            self.exists
            and month >= self.first_month
            and (self.file.last_month is None or month <= self.file.last_month)
            and not self.suspended_in(month)
        )

    def due(self, month: Month) -> dict[Component, Fen]:
        """What the decisions now in force make due for a month, by component, in fen."""
        if not self.payable_in(month):
            return {}
        due: dict[Component, Fen] = {}
        for amount in self.amounts_in(month):
            if amount.amount_fen > 0:
                due[amount.component] = Fen(due.get(amount.component, 0) + amount.amount_fen)
        return due

    def organisation_for(self, month: Month) -> str:
        """The organisation that pays a month: the one last decided that reaches it."""
        reaching = [place for start, place in self.file.places if start <= month]
        return reaching[-1] if reaching else self.file.places[0][1]

    @property
    def status(self) -> str:
        """``active``, ``suspended``, ``tapering`` or ``ended``, as last decided; the last month of an expiry or of tapering
        says when it ends by itself."""
        if self.file.closed:
            return "ended"
        if any(s.resumed is None for s in self.file.suspensions):
            return "suspended"
        return "tapering" if self.file.tapering else "active"

    def over_by(self, month: Month) -> bool:
        """Whether nothing can be due in `month` or later: it was ended, or ended by itself before."""
        return self.file.closed or (self.file.last_month is not None and self.file.last_month < month)

    @property
    def origin(self) -> str:
        """``procedure``; ``prior``: taken over from a roster; ``listed``: from another department's list."""
        if self.file.listed:
            return "listed"
        return "prior" if self.file.prior else "procedure"

    @property
    def latest(self) -> dict[Component, Fen]:
        """What the decision recorded last gives a month, every component named."""
        amounts = dict.fromkeys(Component, Fen(0))
        for amount in self.file.terms[-1].amounts:
            amounts[amount.component] = Fen(amounts[amount.component] + amount.amount_fen)
        return amounts


class Cover(State):
    """Which categories a person is in: by which entitlement, from when, and until when."""

    KIND = PersonId
    FOLDS: ClassVar = (
        CategoryConfirmed,
        CategoryListed,
        PriorCoverRecorded,
        AmountAdjusted,
        CategoryEnded,
        TaperStarted,
    )

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.covers: dict[str, tuple[CategoryCode, Month, Month | None]] = {}
        """entitlement → (category, first month, last month)."""
        self.single: set[str] = set()
        """Entitlements the person has alone, beside the household 单人保 [57 art. 8]."""

    def evolve(self, event: Event) -> None:
        self.exists = True
        match event:
            case CategoryConfirmed() | PriorCoverRecorded() | CategoryListed():
                last = event.last_month if isinstance(event, CategoryConfirmed) else None
                self.covers[event.entitlement_id] = (event.category, event.from_month, last)
                if isinstance(event, CategoryConfirmed) and event.single_person is not None:
                    self.single.add(event.entitlement_id)
            case AmountAdjusted():
                known = self.covers.get(event.entitlement_id)
                self.covers[event.entitlement_id] = (
                    event.category,
                    known[1] if known else event.from_month,
                    add_months(event.from_month, -1) if self.id in event.released else None,
                )
            case CategoryEnded() | TaperStarted():
                known = self.covers.get(event.entitlement_id)
                first = known[1] if known else event.last_month
                self.covers[event.entitlement_id] = (event.category, first, event.last_month)

    def all_from(self, month: Month, *, but: str = "") -> list[tuple[str, CategoryCode]]:
        """The entitlements, other than `but`, that still cover the person in `month` or later."""
        return [
            (entitlement, category)
            for entitlement, (category, _, last) in self.covers.items()
            if entitlement != but and (last is None or last >= month)
        ]

    def active_from(self, month: Month, *, but: str = "") -> tuple[str, CategoryCode] | None:
        """One of them, or None."""
        return next(iter(self.all_from(month, but=but)), None)
