"""A department's rows beside what the ledger knows: people found, lives and overlaps checked, records seen before told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from assistance.payment_service import day_of
from assistance.report_check import GivenRow
from assistance.report_known import KnownPeople, read_known
from assistance.report_outcome import DepartmentReport, Placed, ReportImport
from assistance.report_rows import COLUMNS
from assistance.roster_report import Problem
from assistance.wiring import Division
from ledger.assistance.acting import Acting
from ledger.assistance.reporting import record_id
from ledger.assistance.states import Aid
from ledger.assistance.takers import WITHIN, Clash, clash_of, cover_clash, day_fault, of_household
from ledger.ids import AssistanceId
from ledger.kernel import Actor, ImportId, PersonId, derived_id
from ledger.programmes.events import CoverLevel
from ledger.programmes.programme_book import Programmes
from ledger.store.execute import ID_NUMBER


class Placing:
    """Places one file's rows by what is known: whom each is for, whether it may be recorded."""

    def __init__(
        self, division: Division, asked: ReportImport, actor: Actor, now: datetime, acting: Acting, programmes: Programmes,
        report: DepartmentReport,
    ) -> None:  # fmt: skip
        self.division, self.asked, self.actor, self.now = division, asked, actor, now
        self.acting, self.programmes, self.report = acting, programmes, report
        self.import_id = ImportId(derived_id(report.file_hash, f"reports/{acting.organisation_id}"))
        self.position = 0
        self.by_house: set[str] = set()
        """Programmes of which a household has one, whoever of it gets it."""

    # --- what the ledger already knows ---

    def place(self, rows: Sequence[GivenRow]) -> list[Placed]:
        """The rows that may be recorded and are not yet: people found, lives and overlaps checked."""
        vault = self.division.ledger.vault
        subjects = vault.lookup_many(ID_NUMBER, {row.id_number for row in rows})
        ids = [self.assistance_id(row) for row in rows]
        codes = {row.programme.code for row in rows}
        exclusions = [
            (exclusion, {aid.partition("/")[0] for aid in exclusion.aids})
            for exclusion in self.programmes.exclusions(day_of(self.now))
        ]
        naming = [(exclusion, named) for exclusion, named in exclusions if named & codes]
        related = codes.union(*(named for _, named in naming))
        self.by_house = {
            row.programme.code for row in rows if row.programme.cover_level is CoverLevel.HOUSEHOLD
        }
        for exclusion, named in naming:
            self.by_house |= named if exclusion.cover_level is CoverLevel.HOUSEHOLD else set()
        self.known = read_known(
            self.division, {s.partition(":")[2] for s in subjects.values()}, ids, related,
            houses=bool(self.by_house & codes),
        )  # fmt: skip
        self.position = self.known.position
        placed = []
        for row, assistance_id in zip(rows, ids, strict=True):
            found = self._place(row, assistance_id, subjects.get(row.id_number))
            if isinstance(found, Problem):
                self.report.problems.append(found)
                self.report.rejected += 1
            elif found is not None:
                placed.append(found)
        return placed

    def assistance_id(self, row: GivenRow) -> AssistanceId:
        """The row's own record is its identity."""
        return record_id(self.acting.organisation_id, row.programme.code, row.record_number)

    def _place(
        self, row: GivenRow, assistance_id: AssistanceId, subject: str | None
    ) -> Placed | Problem | None:
        key = self.division.ledger.vault.digest("report-row", row.canonical()).hex()[:32]
        before = self.known.records.get(assistance_id)
        if before is not None:
            return self._seen(row, key, *before)
        person = subject.partition(":")[2] if subject is not None else self._new_person(row.id_number)
        listed = self.known.people.get(person)
        if listed is None:
            return self._unlisted(row, assistance_id, PersonId(person), key)
        fault = self._fault(row, self.known, person)
        if fault is not None:
            return self._problem(row, *fault)
        aid = row.aid(assistance_id, listed.household_id)
        clash = self._clash(row, person, aid)
        if clash is not None and not self.asked.overlap_reason:
            return self._problem(row, "record_number", *overlap_words(self.programmes, row, clash))
        self.known.by_person.setdefault(person, []).append(aid)
        if row.programme.code in self.by_house:
            self.known.by_household.setdefault(listed.household_id, []).append(aid)
        return Placed(
            row, assistance_id, PersonId(person), key, listed.household_id, listed.organisation_id, clash
        )

    def _new_person(self, id_number: str) -> PersonId:
        digest = self.division.ledger.vault.digest(ID_NUMBER, id_number).hex()
        return PersonId(derived_id(self.import_id, f"person/{digest}"))

    def _seen(self, row: GivenRow, key: str, stored: str | None, import_id: str | None) -> Problem | None:
        """A record that was reported before: the same again is counted, another content is a problem."""
        if stored != key:
            return self._problem(row, "record_number", "a record not reported before with another content", "该记录号此前已上报且内容不同")  # fmt: skip
        if import_id == self.import_id:
            self.report.taken += 1
            self.report.resumed += 1
            self.report.amount_fen += row.amount_fen or 0
        else:
            self.report.repeated += 1
        return None

    def _unlisted(
        self, row: GivenRow, assistance_id: AssistanceId, person: PersonId, key: str
    ) -> Placed | Problem:
        if not self.asked.take_unlisted:
            return self._problem(row, "id_number", "a member of a household here", "本师市在册家庭成员")
        if not row.name:
            return self._problem(row, "name", "the name of somebody unlisted", "未登记人员须填写姓名")
        if row.given_on < row.born:
            return self._problem(row, "given_on", "not before birth", "不得早于出生日期")
        if row.disaster_id is not None:
            return self._problem(
                row, "disaster_id", "a household the disaster struck", "须为受灾机构的在册家庭"
            )
        return Placed(row, assistance_id, person, key)

    def _fault(self, row: GivenRow, known: KnownPeople, person: str) -> tuple[str, str, str] | None:
        """What is wrong with where or when it was given: column, English, 中文."""
        listed = known.people[person]
        lineage = known.lineages.get(listed.organisation_id, frozenset())
        reach = self.actor.organisation_id if self.acting.civil_affairs else self.acting.division_id
        if reach not in lineage:
            return "id_number", "a person within the operator's organisation", "经办机构范围内的人员"
        life = day_fault(row.programme, row.born, listed.died_on, row.given_on)
        if life is not None:
            return "given_on", f"a day that is not {life[0]}", f"{life[1]}，日期不可能"
        if row.programme.disaster:
            struck = known.disasters.get(row.disaster_id or "")
            if struck is None or struck[0] > row.given_on or not struck[1] & lineage:
                return (
                    "disaster_id",
                    "a declared disaster that struck there by then",
                    "该日之前发生且涉及该家庭所在机构的灾害",
                )
        return None

    def _clash(self, row: GivenRow, person: str, aid: Aid) -> Clash | None:
        aids = self.known.by_person.get(person)
        clash = clash_of(self.programmes, row.programme, aid, aids) if aids else None
        if clash is None and row.programme.code in self.by_house:
            others = self.known.by_household.get(aid.household_id, ())
            shared = [other for other in others if of_household(self.programmes, row.programme, other, aid)]
            clash = clash_of(self.programmes, row.programme, aid, shared)
        covers = self.known.covers.get(person)
        return clash or (cover_clash(self.programmes, aid, covers) if covers else None)

    def _problem(self, row: GivenRow, name: str, english: str, chinese: str) -> Problem:
        value = {"record_number": row.record_number, "given_on": str(row.given_on), "disaster_id": row.disaster_id or ""}.get(name, "****")  # fmt: skip
        return Problem(row.sheet, row.row, COLUMNS[name], value, english, chinese)


def overlap_words(programmes: Programmes, row: GivenRow, clash: Clash) -> tuple[str, str]:
    """What was expected instead of an overlap, in English and 中文."""
    within, within_zh = WITHIN[clash.within]
    other = programmes.find(clash.other, row.given_on)
    named, named_zh = (other.named.en, other.named.zh) if other else (clash.other, clash.other)
    return f"not given beside {named} {within}", f"{within_zh}已有“{named_zh}”，不得重复或并存"
