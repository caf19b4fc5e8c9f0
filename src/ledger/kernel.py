"""The kernel: what an event, a command, a decision and a refusal are.

Everything here is pure: no clock, no input or output, no randomness. The time, the actor
and the ids arrive with the command's :class:`Context`, so that a decision can be replayed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, NewType, Self, TypeVar, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

import msgspec
from eventsourcing.dcb import msgpack as library

from ledger.ids import TAG_KINDS as TAG_KINDS
from ledger.ids import TAGS_BESIDE as TAGS_BESIDE
from ledger.ids import CaseId as CaseId
from ledger.ids import CommandId as CommandId
from ledger.ids import EntitlementId as EntitlementId
from ledger.ids import Fen as Fen
from ledger.ids import FileHash as FileHash
from ledger.ids import FundId as FundId
from ledger.ids import HouseholdId as HouseholdId
from ledger.ids import HouseholdNumber as HouseholdNumber
from ledger.ids import ImportId as ImportId
from ledger.ids import OrganisationId as OrganisationId
from ledger.ids import ParameterId as ParameterId
from ledger.ids import PaymentId as PaymentId
from ledger.ids import PersonId as PersonId
from ledger.ids import RollId as RollId
from ledger.ids import RunId as RunId
from ledger.ids import UnitId as UnitId
from ledger.months import Month as Month
from ledger.months import add_months as add_months
from ledger.months import first_day as first_day
from ledger.months import month as month
from ledger.months import month_of as month_of
from ledger.months import months_between as months_between
from ledger.refusing import CommandIdReused as CommandIdReused
from ledger.refusing import NotAllowed as NotAllowed
from ledger.refusing import OutOfScope as OutOfScope
from ledger.refusing import Refused as Refused
from ledger.refusing import UnusableValue as UnusableValue
from ledger.refusing import check_values as check_values

CHINA = ZoneInfo("Asia/Shanghai")

# --- Who acts, on what basis ---


class Role(StrEnum):
    """What an operator may do 经办 审核 财政 部门 服务机构 审计 管理."""

    CLERK = "clerk"
    REVIEWER = "reviewer"
    FINANCE = "finance"
    DEPARTMENT = "department"
    PROVIDER = "provider"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """The operator who gave a command 经办人: never a beneficiary."""

    operator_id: str
    organisation_id: str
    role: Role


class Basis(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why it may be done: a document (number or hash) and the rule (article) it rests on."""

    document: str | None = None
    rule: str | None = None


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A name, or a short remark, in both languages; never personal data."""

    zh: str
    en: str


NOBODY = Actor(operator_id="", organisation_id="", role=Role.ADMIN)


# --- Private text: sealed before it is stored ---


class Private:
    """Text that identifies a person directly. Top-level fields of events only.

    `subject` is the tag of whoever it identifies (``person:…`` or ``household:…``); its key
    seals the text. In memory a decision holds `text`; what is stored and read back holds
    `sealed` only, and the text is seen again at the edge, by the vault. Two are equal when
    subject, text and sealed are; the text never shows in a representation or a log.
    """

    __slots__ = ("sealed", "subject", "text")

    def __init__(self, subject: str, text: str | None = None, sealed: str | None = None) -> None:
        self.subject = subject
        self.text = text
        self.sealed = sealed

    @classmethod
    def stored(cls, sealed: str) -> Private:
        """From its stored string, whose second part is the subject."""
        return cls(sealed.split("|", 2)[1], sealed=sealed)

    def _key(self) -> tuple[str, str | None, str | None]:
        return (self.subject, self.text, self.sealed)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Private) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        return f"Private({self.subject!r}, …)"


# --- Events ---


if TYPE_CHECKING:
    # The library's base is not declared frozen, which type checkers hold against frozen events.
    class _LibraryEvent(msgspec.Struct, frozen=True): ...

else:
    _LibraryEvent = library.Decision


class Event(_LibraryEvent, frozen=True, kw_only=True, omit_defaults=True):
    """A fact, past tense, named once and never renamed: the stored type is the class name.

    The envelope (the fields below) is stamped when the event is recorded and sealed with it.
    A stored shape only ever gains optional fields.
    """

    TOPIC: ClassVar[str]
    TITLE: ClassVar[tuple[str, str]] = ("", "")
    """Short name in 中文 and English, for people."""
    CHAIN: ClassVar[bool] = True
    """Whether it becomes an entry of the chain of the household it names."""

    event_id: str = ""
    occurred_on: date | None = None
    actor: Actor = NOBODY
    command_id: CommandId = CommandId("")
    command_digest: str = ""
    correlation_id: str = ""
    basis: Basis | None = None

    def __init_subclass__(cls, **_: object) -> None:
        super().__init_subclass__()
        # The library's selectors ask for `module:qualname` unless a TOPIC is set; a condition
        # asking for that would match nothing stored here and would always pass.
        cls.TOPIC = cls.__name__
        if "TITLE" not in cls.__dict__:
            return  # a base for several events: never stored itself
        known = EVENT_TYPES.setdefault(cls.__name__, cls)
        if (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
            raise TypeError(f"an event named {cls.__name__} exists already in {known.__module__}")
        EVENT_TYPES[cls.__name__] = cls


EVENT_TYPES: dict[str, type[Event]] = {}
"""Every event type that may be stored, by its name."""

E = TypeVar("E", bound=Event)


class TagField(msgspec.Struct, frozen=True):
    """One field of an event class that yields tags, and the kind of tag it yields."""

    name: str
    kind: str
    many: bool


_tag_fields: dict[type[Event], tuple[TagField, ...]] = {}


def tag_fields(event_type: type[Event]) -> tuple[TagField, ...]:
    """The top-level id fields of an event class, in field order."""
    found = _tag_fields.get(event_type)
    if found is None:
        hints = get_type_hints(event_type)
        fields = []
        for name in event_type.__struct_fields__:
            hint = hints[name]
            arguments = [hint, *get_args(hint)]
            for argument in arguments:
                kinds = (TAG_KINDS, TAGS_BESIDE) if isinstance(argument, NewType) else ()
                fields += [
                    TagField(name, k[argument], get_origin(hint) is tuple) for k in kinds if argument in k
                ]
        found = _tag_fields[event_type] = tuple(fields)
    return found


def tag(kind_of: Any, value: str) -> str:
    """The tag of an id: ``tag(HouseholdId, h)`` is ``household:<h>``."""
    return f"{TAG_KINDS[kind_of]}:{value}"


def tags_of(event: Event) -> list[str]:
    """The tags of an event, from its top-level id fields, each once, in field order."""
    tags: dict[str, None] = {}
    for field in tag_fields(type(event)):
        value = getattr(event, field.name)
        if field.many:
            for item in value:
                tags[f"{field.kind}:{item}"] = None
        elif value:
            tags[f"{field.kind}:{value}"] = None
    return list(tags)


class Recorded(msgspec.Struct, frozen=True):
    """An event as the log holds it: `position` 1, 2, 3… and the UTC instant it was recorded."""

    position: int
    recorded_at: datetime
    event: Event


# --- What a decision reads ---


class Facts(msgspec.Struct, frozen=True):
    """Events of any of `types` (all types when empty) that carry every one of `tags`."""

    types: tuple[type[Event], ...] = ()
    tags: tuple[str, ...] = ()


Boundary = tuple[Facts, ...]
"""A dynamic consistency boundary: the union of its facts must not have grown when we append."""


class State:
    """What is known of one subject, folded from its events. One subclass per kind of subject.

    State holds dated facts, never just the latest, so that late facts can be placed.
    """

    KIND: ClassVar[Any]
    """The id type of the subject, for instance ``HouseholdId``."""
    FOLDS: ClassVar[tuple[type[Event], ...]]
    """The event types that change this state."""

    def __init__(self, subject_id: str) -> None:
        self.id = subject_id
        self.exists = False

    def evolve(self, event: Event) -> None:
        """Changes this state by one event. Never looks at anything else."""
        raise NotImplementedError

    @classmethod
    def facts(cls, subject_id: str) -> Facts:
        """What must be read to know this subject."""
        return Facts(types=cls.FOLDS, tags=(tag(cls.KIND, subject_id),))

    @classmethod
    def fold(cls, subject_id: str, events: Iterable[Event]) -> Self:
        """The state after the subject's own events among `events`, in order."""
        state = cls(subject_id)
        mine = tag(cls.KIND, subject_id)
        for event in events:
            if isinstance(event, cls.FOLDS) and mine in tags_of(event):
                state.evolve(event)
        return state


S = TypeVar("S", bound=State)


class Known:
    """The events a decision has read so far, in log order, and the states folded from them."""

    def __init__(self, recorded: Iterable[Recorded] = ()) -> None:
        self.recorded = list(recorded)
        self._states: dict[tuple[type[State], str], State] = {}

    def with_more(self, other: Known) -> Known:
        """These events and another read's, each once, in log order."""
        both = {r.position: r for r in (*self.recorded, *other.recorded)}
        return Known(both[position] for position in sorted(both))

    def state(self, cls: type[S], subject_id: str) -> S:
        """The state of one subject, folded from what was read; ``exists`` is false when unknown."""
        key = (cls, subject_id)
        found = self._states.get(key)
        if found is None:
            found = self._states[key] = cls.fold(subject_id, (r.event for r in self.recorded))
        return found  # type: ignore[return-value]

    def events(self, *types: type[E]) -> Iterator[E]:
        """The events read that are of one of `types` (all when none is named), in log order."""
        for item in self.recorded:
            if not types or isinstance(item.event, types):
                yield item.event  # type: ignore[misc]


# --- Commands ---


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What a decision may know beside the facts: who asks, when, and who an ID number is.

    `people` maps each ID number the command names to its person id (found, or new and derived
    from the command); `today` is the local date of `now` in Asia/Shanghai.
    """

    actor: Actor
    now: datetime
    command_id: CommandId
    people: Mapping[str, PersonId] = {}

    @property
    def today(self) -> date:
        return self.now.astimezone(CHINA).date()

    def new_id(self, kind_of: Callable[[str], Any], label: str = "") -> Any:
        """An id made by this command: the same command always makes the same id."""
        return kind_of(derived_id(self.command_id, f"{TAG_KINDS[kind_of]}/{label}"))


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """Something an operator asks for. Imperative. Decided purely from facts."""

    ROLES: ClassVar[frozenset[Role]] = frozenset()
    """Which roles may give it; admin is not implied."""

    command_id: CommandId

    def id_numbers(self) -> tuple[str, ...]:
        """The resident ID numbers this command names, to be resolved to people before deciding."""
        return ()

    def boundary(self, known: Known, context: Context) -> Boundary:
        """The facts this decision needs. Called again with what was read until it asks for nothing new."""
        raise NotImplementedError

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        """The events that follow, or raises a :class:`Refused`. Pure."""
        raise NotImplementedError


def derived_id(command_id: str, label: str) -> str:
    """A UUID (version 8) that keeps the time of a UUIDv7 command id and is fixed by it and `label`.

    Keeping the time keeps new ids close together in every index; a command id that is no
    UUIDv7 still gives a valid, stable id.
    """
    digest = hashlib.sha256(f"{command_id}/{label}".encode()).hexdigest()
    head = command_id.replace("-", "")[:12]
    if not re.fullmatch(r"[0-9a-f]{12}", head):
        head = digest[32:44]
    variant = "89ab"[int(digest[15], 16) & 3]
    return f"{head[:8]}-{head[8:12]}-8{digest[:3]}-{variant}{digest[3:6]}-{digest[16:28]}"


def stamp(event: Event, context: Context, index: int, digest: str) -> Event:
    """The event with its envelope: the `index`-th of its command, occurring today unless it says when."""
    return msgspec.structs.replace(
        event,
        event_id=event.event_id or derived_id(context.command_id, f"event/{index}"),
        occurred_on=event.occurred_on or context.today,
        actor=context.actor,
        command_id=context.command_id,
        command_digest=digest,
        correlation_id=event.correlation_id or context.command_id,
    )
