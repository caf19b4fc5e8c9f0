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
from ledger.kernel import EntitlementId, Event, Fen, Month, PersonId, State, add_months


class Term(msgspec.Struct, frozen=True):
    """Monthly amounts from a month on, until a decision recorded later reaches the month too."""

    from_month: Month
    amounts: tuple[Amount, ...]


class Suspension(msgspec.Struct):
    """Payment stopped from a month, until `resumed` (None: still), the months between paid later or not."""

    from_month: Month
    resumed: Month | None = None
    paid_later: bool = False


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
                file.places = [(event.from_month, event.organisation_id)]
                if not isinstance(event, PriorCoverRecorded):
                    file.category_kind = event.category_kind
                if isinstance(event, CategoryConfirmed):
                    file.single_person = event.single_person
            case AmountAdjusted():
                file.terms.append(Term(event.from_month, event.amounts))
                file.counted = event.counted
            case EntitlementTransferred():
                file.places.append((event.from_month, event.to_id))
            case EntitlementFollowed():
                file.household_id = event.household_id
                if event.to_id != file.places[-1][1]:
                    file.places.append((event.from_month, event.to_id))
            case EntitlementSuspended():
                file.suspensions.append(Suspension(event.from_month))
            case EntitlementResumed():
                if file.suspensions:
                    file.suspensions[-1].resumed = event.from_month
                    file.suspensions[-1].paid_later = event.pay_suspended
            case CategoryEnded():
                file.last_month, file.end_reason = event.last_month, event.reason

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

    def suspended_in(self, month: Month) -> bool:
        """Whether payment for a month is stopped, and not to be made up for."""
        return any(
            s.from_month <= month and (s.resumed is None or (month < s.resumed and not s.paid_later))
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
        """``active``, ``suspended`` or ``ended``, as last decided."""
        if self.file.last_month is not None:
            return "ended"
        return "suspended" if any(s.resumed is None for s in self.file.suspensions) else "active"

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
    FOLDS: ClassVar = (CategoryConfirmed, CategoryListed, PriorCoverRecorded, AmountAdjusted, CategoryEnded)

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
                self.covers[event.entitlement_id] = (event.category, event.from_month, None)
                if isinstance(event, CategoryConfirmed) and event.single_person is not None:
                    self.single.add(event.entitlement_id)
            case AmountAdjusted():
                known = self.covers.get(event.entitlement_id)
                self.covers[event.entitlement_id] = (
                    event.category,
                    known[1] if known else event.from_month,
                    add_months(event.from_month, -1) if self.id in event.released else None,
                )
            case CategoryEnded():
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
