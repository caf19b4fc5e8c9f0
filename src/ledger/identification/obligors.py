"""Legal obligors 法定义务人 of tekun: parties in any household or none, authorised, and judged by six grounds [43 art. 4, 8, 10]."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from ledger.identification.case import Case, ObligorFile
from ledger.identification.case_events import (
    ObligorAuthorised,
    ObligorMeans,
    ObligorMeansRecorded,
    ObligorNamed,
)
from ledger.identification.events import ApplicationSubmitted, StandardUsed
from ledger.identification.procedure_base import CaseCommand, in_order
from ledger.identification.procedure_refusals import AuthorityNeeded, NoObligors, ObligorUnknown
from ledger.identification.refusals import StepMissing
from ledger.ids import ObligorId
from ledger.kernel import Context, Event, Facts, HouseholdId, Known, Named, PersonId, Private, tag
from ledger.registry.identity import check_id_number
from ledger.registry.refusals import BadDate
from ledger.registry.states import age_on
from ledger.standards.book import Standard, StandardBook, facts_for

DISPOSABLE_INCOME = "disposable_income"
"""Last year's local disposable income a head and year."""
LOW_INCOME_PROPERTY = "low_income_property_limit"
"""The most a low-income household may own."""
OLD_FROM = 60
VERY_OLD_FROM = 70
LEVEL_3_KINDS = frozenset({"intellectual", "mental"})


class Judgement(NamedTuple):
    """Whether an obligor is able to support, by which article, in words, and by which standards."""

    able: bool
    article: str
    note: Named
    standards: tuple[StandardUsed, ...] = ()


def _unable(number: str, zh: str, en: str, *used: Standard) -> Judgement:
    frozen = tuple(
        StandardUsed(parameter_id=s.parameter_id, value=s.value, unit=s.unit, from_date=s.from_date, basis=s.basis)
        for s in used
    )  # fmt: skip
    return Judgement(False, f"43 art. 8({number})", Named(zh=zh, en=en), frozen)


def judge(means: ObligorMeans, book: StandardBook, lineage: tuple[str, ...], day: date) -> Judgement:
    """Whether an obligor is able to support, on a day: unable by the first of the six grounds that holds [43 art. 8].

    What is not known of income or property proves nothing: the ground that rests on it does not hold.
    Raises ``NoStandard`` where a ground rests on a standard that is not set.
    """
    age = age_on(means.birth_date, day) if means.birth_date else None
    if means.tekun:
        return _unable("一", "本人为特困人员", "is tekun")
    if means.dibao and age is not None and age >= OLD_FROM:
        return _unable("二", "60周岁以上的低保对象", "is 60 or older and in dibao")
    very_old = age is not None and age >= VERY_OLD_FROM
    disabled = means.disability_level in (1, 2) or (
        means.disability_level == 3 and means.disability_type in LEVEL_3_KINDS
    )
    absent = means.no_civil_capacity or means.declared_missing or means.in_prison
    if very_old or disabled or absent:
        limit = book.get(LOW_INCOME_PROPERTY, None, lineage, day)
        owns_little = means.property_fen is not None and means.property_fen <= limit.value
        if owns_little and (very_old or disabled):
            line = book.get(DISPOSABLE_INCOME, None, lineage, day)
            if means.income_fen is not None and means.income_fen < line.value:
                if very_old:
                    return _unable("三", "70周岁以上，收入、财产符合规定",
                                   "is 70 or older, income and property within the lines", line, limit)  # fmt: skip
                return _unable("四", "重度（三级智力、精神）残疾，收入、财产符合规定",
                               "is severely disabled, income and property within the lines", line, limit)  # fmt: skip
        if owns_little and absent:
            return _unable("五", "无民事行为能力、宣告失踪或服刑，财产符合规定",
                           "lacks capacity, is missing or in prison, property within the limit", limit)  # fmt: skip
    if (means.provincial_rule or "").strip():
        return _unable("六", "符合省级规定的其他情形", "is unable by the province's rule")
    return Judgement(True, "43 art. 8", Named(zh="具备履行义务能力", en="is able to support"))


class NameObligor(CaseCommand, frozen=True, kw_only=True):
    """Names somebody legally bound to support the applicant as a party to the case [43 art. 4, 10]."""

    name: str
    id_number: str | None = None
    person_id: PersonId | None = None
    kinship: str
    named_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context, accepted=False)
        definition = self.definition(case, known)
        if not definition.procedure.obligor_check:
            raise NoObligors(category=case.category)
        in_order(
            case,
            self.named_on,
            context,
            ("the naming", "登记"),
            (ApplicationSubmitted, "application", "申请"),
        )
        if self.id_number is not None:
            check_id_number(self.id_number)
        subject = tag(PersonId, self.person_id) if self.person_id else tag(HouseholdId, case.household_id)
        yield ObligorNamed(
            obligor_id=context.new_id(ObligorId), name=Private(subject, self.name),
            id_number=Private(subject, self.id_number) if self.id_number else None, person_id=self.person_id,
            kinship=self.kinship, occurred_on=self.named_on, **self.of(case, known),
        )  # fmt: skip


class ObligorCommand(CaseCommand, frozen=True, kw_only=True):
    """Base of what is recorded of one obligor of a case."""

    obligor_id: ObligorId

    def obligor(self, case: Case) -> ObligorFile:
        """The obligor, who must be a party to the case."""
        found = case.file.obligors.get(self.obligor_id)
        if found is None:
            raise ObligorUnknown(obligor=self.obligor_id)
        return found


class AuthoriseObligor(ObligorCommand, frozen=True, kw_only=True):
    """The obligor authorises the check of their means, by a signed document [43 art. 10]."""

    document: str
    authorised_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context, accepted=False)
        self.obligor(case)
        in_order(
            case,
            self.authorised_on,
            context,
            ("the authorisation", "授权"),
            (ObligorNamed, "the naming", "登记"),
        )
        if not self.document.strip():
            raise AuthorityNeeded(what="the obligor's signed authorisation", what_zh="法定义务人授权书")
        yield ObligorAuthorised(obligor_id=self.obligor_id, document=self.document,
                                occurred_on=self.authorised_on, **self.of(case, known))  # fmt: skip


class RecordObligorMeans(ObligorCommand, frozen=True, kw_only=True):
    """Records the obligor's means; the six grounds say whether they are able to support [43 art. 8]."""

    means: ObligorMeans
    recorded_on: date

    def more(self, case: Case, known: Known, context: Context) -> list[Facts]:
        lineage = self.organisation(case, known).lineage
        return [
            fact
            for name in (DISPOSABLE_INCOME, LOW_INCOME_PROPERTY)
            for fact in facts_for(name, None, lineage, None, None)
        ]

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context)
        if not self.obligor(case).authorised:
            raise StepMissing(
                step="the obligor's check",
                step_zh="义务人核查",
                missing="their authorisation",
                missing_zh="义务人授权",
            )
        in_order(
            case,
            self.recorded_on,
            context,
            ("the check", "义务人核查"),
            (ObligorAuthorised, "authorisation", "授权"),
        )
        born = self.means.birth_date
        if born is not None and born > self.recorded_on:
            raise BadDate(
                what="birth on", what_zh="出生日期", day=born, why="after the check", why_zh="晚于核查日期"
            )
        lineage = self.organisation(case, known).lineage
        found = judge(self.means, StandardBook(known.events()), lineage, self.recorded_on)
        yield ObligorMeansRecorded(
            obligor_id=self.obligor_id, means=self.means, able=found.able, article=found.article, note=found.note,
            standards=found.standards, occurred_on=self.recorded_on, **self.of(case, known),
        )  # fmt: skip
