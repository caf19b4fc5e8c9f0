"""What is known of a training, of a person's posts, and of a loan with the interest paid on it."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from ledger.ids import LoanId, PostId, TrainingId
from ledger.kernel import Event, PersonId, State
from ledger.support.development_events import (
    LoanInterestPaid,
    LoanRegistered,
    PostEnded,
    PostPlaced,
    TrainingCompleted,
    TrainingPlanned,
)


class Training(State):
    """One training of one person."""

    KIND = TrainingId
    FOLDS: ClassVar = (TrainingPlanned, TrainingCompleted)

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.begun: TrainingPlanned | None = None
        self.over = False

    def evolve(self, event: Event) -> None:
        match event:
            case TrainingPlanned():
                self.exists, self.begun = True, event
            case TrainingCompleted():
                self.over = True


class Post(State):
    """One post of one person."""

    KIND = PostId
    FOLDS: ClassVar = (PostPlaced, PostEnded)

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.begun: PostPlaced | None = None
        self.over = False

    def evolve(self, event: Event) -> None:
        match event:
            case PostPlaced():
                self.exists, self.begun = True, event
            case PostEnded():
                self.over = True


class PersonPosts(State):
    """All posts of a person, with the first day each is free of again."""

    KIND = PersonId
    FOLDS: ClassVar = (PostPlaced, PostEnded)

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.posts: dict[str, tuple[date, date | None]] = {}
        """post → (first day, last day)."""

    def evolve(self, event: Event) -> None:
        match event:
            case PostPlaced():
                self.exists = True
                self.posts[event.post_id] = (event.occurred_on or date.min, event.until_date)
            case PostEnded():
                self.posts[event.post_id] = (self.posts[event.post_id][0], event.occurred_on)

    def held(self, day: date) -> bool:
        """Whether a post is held on a day or a later one."""
        return any(last is None or last >= day for _, last in self.posts.values())


class Loan(State):
    """One loan, and the periods interest was paid for."""

    KIND = LoanId
    FOLDS: ClassVar = (LoanRegistered, LoanInterestPaid)

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.begun: LoanRegistered | None = None
        self.paid: list[LoanInterestPaid] = []

    def evolve(self, event: Event) -> None:
        match event:
            case LoanRegistered():
                self.exists, self.begun = True, event
            case LoanInterestPaid():
                self.paid.append(event)
