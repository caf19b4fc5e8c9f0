"""What else can happen in a case: every step of the full procedure beside those of ``events``, and its file documents."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar

import msgspec

from ledger.identification.events import CaseEvent, EntitlementEvent, FrozenFacts, StandardUsed
from ledger.ids import CoVerificationId, DocumentId, ObligorId, OperatorId, ProviderId, RecheckId
from ledger.kernel import (
    CaseId,
    EntitlementId,
    Event,
    Fen,
    FileHash,
    HouseholdId,
    Month,
    Named,
    OrganisationId,
    PersonId,
    Private,
)
from ledger.programmes.events import Step

# --- Application ---


class SupplementReceived(CaseEvent, frozen=True, kw_only=True):
    """What had been asked for came in 补正 [57 art. 10, 43 art. 12]."""

    TITLE: ClassVar = ("补正材料收讫", "Supplement received")

    received: tuple[str, ...]


class PromiseSigned(CaseEvent, frozen=True, kw_only=True):
    """A signed promise stands in place of these proofs 告知承诺 [83 一(二)]."""

    TITLE: ClassVar = ("签署告知承诺", "Promise signed")

    person_id: PersonId
    proofs: tuple[str, ...]
    document: str


class PromiseBroken(CaseEvent, frozen=True, kw_only=True):
    """A promise proved false: a breach, kept with what showed it 承诺不实 [83 五(五)]."""

    TITLE: ClassVar = ("承诺不实", "Promise broken")

    person_id: PersonId
    proofs: tuple[str, ...]
    article: str
    findings: Private | None = None


class ChildProgramme(StrEnum):
    """What a minor may choose instead of tekun [43 art. 9]."""

    ORPHAN = "orphan"
    """孤儿."""
    DE_FACTO_UNSUPPORTED = "de_facto_unsupported"
    """事实无人抚养儿童."""


class ChildProgrammeChosen(Event, frozen=True, kw_only=True):
    """A minor is kept by the programme for orphans or de facto unsupported children, and is not tekun [43 art. 9]."""

    TITLE: ClassVar = ("选择儿童基本生活保障", "Child programme chosen")

    household_id: HouseholdId
    organisation_id: OrganisationId
    person_id: PersonId
    child_programme: ChildProgramme
    document: str


# --- Time limits ---


class Extension(StrEnum):
    """Why the time limit may be extended [57 art. 22, 83 四(一)]."""

    OBJECTION_RAISED = "objection_raised"
    LIVES_ELSEWHERE = "lives_elsewhere"
    APPLIED_ELSEWHERE = "applied_elsewhere"
    HARD_TO_INVESTIGATE = "hard_to_investigate"


class DeadlineExtended(CaseEvent, frozen=True, kw_only=True):
    """The decision is due later, for a reason the text names [57 art. 22, 83 四(一)]."""

    TITLE: ClassVar = ("延长办理期限", "Deadline extended")

    extension: Extension
    reason: str
    due_on: date


class Path(StrEnum):
    """A way other than the full procedure, declared before it is gone."""

    SIMPLIFIED_PATH = "simplified_path"
    """Steps left out, the decision due sooner 简化程序."""
    EMERGENCY_PATH = "emergency_path"
    """Steps taken afterwards, by a day of their own 急难程序."""


class PathDeclared(CaseEvent, frozen=True, kw_only=True):
    """The simplified or emergency path was declared: which steps are left out, why, and the clocks it starts."""

    TITLE: ClassVar = ("启动简化（急难）程序", "Path declared")

    path: Path
    skipped: tuple[Step, ...]
    reason: str
    article: str
    approver: str
    document: str
    due_on: date
    follow_up_on: date | None = None
    """By when an emergency's steps are made up."""


class StepMadeUp(CaseEvent, frozen=True, kw_only=True):
    """A step the emergency path had left out was taken afterwards."""

    TITLE: ClassVar = ("补办程序", "Step made up")

    step: Step
    document: str


# --- Investigation ---


class MeansCheckRequested(CaseEvent, frozen=True, kw_only=True):
    """The town asked for the check of means; it begins by `due_on` [57 art. 15, 17]."""

    TITLE: ClassVar = ("提请信息核对", "Means check requested")

    requested_of: str
    due_on: date


class MeansDisputed(CaseEvent, frozen=True, kw_only=True):
    """The applicant disagrees with the check and brings evidence: the town looks again [57 art. 18]."""

    TITLE: ClassVar = ("对核对结果提出异议", "Means disputed")

    evidence: tuple[str, ...]
    text: Private | None = None


class NeighboursAsked(CaseEvent, frozen=True, kw_only=True):
    """Two or more asked the neighbours 邻里访问 [57 art. 16(二)]."""

    TITLE: ClassVar = ("邻里访问", "Neighbours asked")

    visitors: tuple[str, ...]
    asked: int
    findings: Private | None = None
    contactless: str | None = None


class LetterSent(CaseEvent, frozen=True, kw_only=True):
    """A unit was asked for evidence by letter 信函索证 [57 art. 16(三)]."""

    TITLE: ClassVar = ("信函索证", "Letter sent")

    requested_of: str
    about: str


class LetterAnswered(CaseEvent, frozen=True, kw_only=True):
    """The unit answered."""

    TITLE: ClassVar = ("信函回复", "Letter answered")

    requested_of: str
    findings: Private | None = None


class CoVerificationRequested(CaseEvent, frozen=True, kw_only=True):
    """Where people live apart from their hukou, the organisation there is asked to help [57 art. 5, 15]."""

    TITLE: ClassVar = ("请求异地协查", "Co-verification requested")

    co_verification_id: CoVerificationId
    asked_id: OrganisationId
    matters: tuple[str, ...]
    due_on: date


class CoVerificationAnswered(CaseEvent, frozen=True, kw_only=True):
    """The organisation that was asked answered."""

    TITLE: ClassVar = ("答复异地协查", "Co-verification answered")

    co_verification_id: CoVerificationId
    asked_id: OrganisationId
    confirmed: bool
    findings: Private | None = None


class NearRelativeFiled(CaseEvent, frozen=True, kw_only=True):
    """A member is near kin of staff or of the village committee: filed apart 单独登记备案 [57 art. 11]."""

    TITLE: ClassVar = ("近亲属备案", "Near relative filed")

    person_id: PersonId
    kinship: str
    official: Private
    post: str
    operator_id: OperatorId | None = None


# --- Legal obligors ---


class ObligorMeans(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What decides whether a legal obligor is able to support [43 art. 8]; nothing that names a person."""

    birth_date: date | None = None
    tekun: bool = False
    dibao: bool = False
    disability_type: str | None = None
    disability_level: int | None = None
    no_civil_capacity: bool = False
    declared_missing: bool = False
    in_prison: bool = False
    income_fen: Fen | None = None
    """Own income a year."""
    property_fen: Fen | None = None
    """Household property that counts."""
    provincial_rule: str | None = None
    """The province's provision that finds the obligor unable [43 art. 8(六)]."""


class ObligorNamed(CaseEvent, frozen=True, kw_only=True):
    """Somebody legally bound to support the applicant is a party to the case, in any household or none [43 art. 4, 10]."""

    TITLE: ClassVar = ("登记法定义务人", "Obligor named")

    obligor_id: ObligorId
    name: Private
    id_number: Private | None = None
    person_id: PersonId | None = None
    """When the ledger knows the person."""
    kinship: str


class ObligorAuthorised(CaseEvent, frozen=True, kw_only=True):
    """The obligor authorised the check of their means [43 art. 10]."""

    TITLE: ClassVar = ("法定义务人授权", "Obligor authorised")

    obligor_id: ObligorId
    document: str


class ObligorMeansRecorded(CaseEvent, frozen=True, kw_only=True):
    """The obligor's means, and by which ground they are able to support or not [43 art. 8]."""

    TITLE: ClassVar = ("法定义务人履行能力", "Obligor's ability judged")

    obligor_id: ObligorId
    means: ObligorMeans
    able: bool
    article: str
    note: Named
    standards: tuple[StandardUsed, ...] = ()


# --- County ---


class ReportedToCounty(CaseEvent, frozen=True, kw_only=True):
    """The file went up 报送; the county decides by `due_on` [57 art. 19–20, 43 art. 15–16]."""

    TITLE: ClassVar = ("报送审核确认", "Reported to the county")

    due_on: date
    recheck_id: RecheckId | None = None
    """The batch a random re-check is drawn from."""


class RecheckDrawn(Event, frozen=True, kw_only=True):
    """Of the cases reported in a batch, these are checked again: drawn by a seed anyone can repeat it with [43 art. 16]."""

    TITLE: ClassVar = ("随机抽查", "Re-check drawn")

    recheck_id: RecheckId
    organisation_id: OrganisationId
    category: str
    case_ids: tuple[CaseId, ...]
    """All that were reported and in no draw yet."""
    household_ids: tuple[HouseholdId, ...]
    drawn: tuple[str, ...]
    permille: int
    seed: str


class CaseRechecked(CaseEvent, frozen=True, kw_only=True):
    """A drawn case was checked again by the county, on the spot [43 art. 16]."""

    TITLE: ClassVar = ("抽查核实", "Case re-checked")

    visitors: tuple[str, ...]
    upheld: bool
    findings: Private | None = None


class CaseMeetingHeld(CaseEvent, frozen=True, kw_only=True):
    """The case was decided on in a meeting of its own 一事一议, with quorum and minutes [S 二(四)]."""

    TITLE: ClassVar = ("一事一议", "Meeting held on the case")

    present: int
    in_favour: int
    against: int
    quorum: int
    carried: bool
    decision: str
    minutes: str


class ResultAnnounced(CaseEvent, frozen=True, kw_only=True):
    """The result is made public 公布: the applicant's name, members, amount; nothing more [57 art. 24, 43 art. 17]."""

    TITLE: ClassVar = ("公布结果", "Result announced")

    person_id: PersonId
    place: str
    members: int
    amount_fen: Fen | None = None


# --- Other cover, documents ---


class CategoryListed(EntitlementEvent, frozen=True, kw_only=True):
    """A department's list names a household or person in a category that has no procedure here [S 一; 39]."""

    TITLE: ClassVar = ("名单认定", "Listed in a category")

    counted: tuple[PersonId, ...]
    from_month: Month
    department: str
    list_document: str
    category_kind: str | None = None
    named: Named | None = None
    frozen: FrozenFacts


class DocumentRegistered(Event, frozen=True, kw_only=True):
    """A file document is on record by type, hash and the place its paper lies [S; 649 art. 66]."""

    TITLE: ClassVar = ("登记档案材料", "Document registered")

    document_id: DocumentId
    household_id: HouseholdId
    organisation_id: OrganisationId
    case_id: CaseId | None = None
    entitlement_id: EntitlementId | None = None
    person_id: PersonId | None = None
    document_kind: str
    file_hash: FileHash
    location: str
    pages: int | None = None
    provider_id: ProviderId | None = None
