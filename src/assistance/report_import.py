"""From a department's checked file to the ledger: each record once, in chunks between an opening and a closing header."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from eventsourcing.persistence import IntegrityError

from assistance.payment_service import day_of, file_sha256
from assistance.report_check import GivenRow, check_sheet
from assistance.report_known import WATCHED
from assistance.report_outcome import DepartmentReport as DepartmentReport
from assistance.report_outcome import Placed
from assistance.report_outcome import ReportImport as ReportImport
from assistance.report_placing import Placing
from assistance.report_rows import read_reports
from assistance.roster_report import Problem, one_a_cell
from assistance.wiring import Division
from ledger.assistance.acting import Acting, acting_for, require_part
from ledger.assistance.events import (
    AssistanceReported,
    Outcome,
    ReportRow,
    ReportsBegun,
    ReportsImported,
    UnlistedAidReported,
)
from ledger.assistance.refusals import NotItsProgramme
from ledger.assistance.steps import EVERYBODY, said
from ledger.ids import AssistanceId
from ledger.kernel import (
    Actor,
    CommandId,
    Context,
    Event,
    Facts,
    Fen,
    FileHash,
    HouseholdId,
    ImportId,
    NotAllowed,
    OrganisationId,
    PersonId,
    Private,
    derived_id,
    tag,
    tags_of,
)
from ledger.organisation.states import Organisation
from ledger.programmes.programme_book import ALL_PROGRAMMES, Programmes
from ledger.store.execute import ID_NUMBER, Busy

CHUNK = 1_500
"""Rows recorded in one transaction: short enough that a clerk beside it hardly waits."""
ROUNDS = 20
"""How often what changed meanwhile is looked at anew."""

Progress = Callable[[int, int], object]


def import_assistance(
    division: Division, asked: ReportImport, actor: Actor, now: datetime, *, progress: Progress | None = None
) -> DepartmentReport:
    """Checks a department's file and records it. The same file twice records nothing new; one cut off half-way goes on.

    Raises ``NotAllowed``, ``NotADepartment``, ``OrganisationUnknown``, and ``Busy`` when what it rests on kept changing.
    """
    if actor.role not in EVERYBODY:
        raise NotAllowed(role=actor.role.value)
    context = Context(actor=actor, now=now, command_id=CommandId("import"))
    known = division.ledger.read((Organisation.facts(actor.organisation_id), *ALL_PROGRAMMES))
    acting, programmes = acting_for(known, context), Programmes.of(known)
    report = DepartmentReport(asked.path.name, file_sha256(asked.path))
    once = Facts(types=(ReportsImported,), tags=(tag(FileHash, report.file_hash),))
    for earlier in division.ledger.read((once,)).recorded:
        if (
            isinstance(earlier.event, ReportsImported)
            and earlier.event.organisation_id == acting.organisation_id
        ):
            closed = earlier.event
            report.duplicate, report.rows, report.taken, report.position = True, closed.rows, closed.recorded, earlier.position  # fmt: skip
            report.repeated, report.unlisted, report.rejected = (
                closed.repeated,
                closed.unlisted,
                closed.rejected,
            )
            report.amount_fen = closed.amount_fen
            return report
    rows = _checked(asked, programmes, acting, report, now)
    writer = Writer(division, asked, actor, now, acting, programmes, report)
    placed = writer.place(rows)
    if (report.problems and not asked.accept_valid) or not (placed or report.taken or report.repeated):
        return report
    writer.write(placed, progress)
    return report


def _checked(
    asked: ReportImport, programmes: Programmes, acting: Acting, report: DepartmentReport, now: datetime
) -> list[GivenRow]:
    """The file's good rows, of programmes the department has a part in; everything else is a problem."""
    today = day_of(now)
    file = read_reports(asked.path, programmes, today)
    problems, rows = list(file.problems), []
    for sheet in file.sheets:
        report.rows += len(sheet.rows)
        try:
            require_part(acting, sheet.programme)
        except NotItsProgramme as refusal:
            problems.append(
                Problem(sheet.name, 0, "-", sheet.programme.code, refusal.english, refusal.chinese)
            )
            report.rejected += len(sheet.rows)
            continue
        checked = check_sheet(sheet, programmes, today, file.problems)
        problems += checked.problems
        report.rejected += checked.rejected
        rows += checked.rows
    report.ignored = file.ignored
    report.problems = one_a_cell(problems)
    return rows


class Writer(Placing):
    """Records what was placed."""

    def write(self, placed: list[Placed], progress: Progress | None) -> None:
        """Records the opening, the rows in chunks, and the closing; what changed meanwhile is placed anew."""
        self._open()
        waiting, rounds = placed, 0
        while waiting:
            rounds += 1
            if rounds > ROUNDS:
                raise Busy("what the file rests on keeps changing")
            late: list[Placed] = []
            for start in range(0, len(waiting), CHUNK):
                late += self._chunk(waiting[start : start + CHUNK])
                if progress is not None:
                    progress(self.report.taken, self.report.rows)
            waiting = self.place([item.row for item in late]) if late else []
        self._close(placed)

    def _open(self) -> None:
        begun = ReportsBegun(import_id=self.import_id, file_hash=FileHash(self.report.file_hash), rows=self.report.rows,
                             organisation_id=OrganisationId(self.acting.organisation_id), file_name=self.report.file)  # fmt: skip
        once = Facts(types=(ReportsBegun,), tags=(tag(ImportId, self.import_id),))
        try:
            self._append([begun], "begun", (once,), 0)
        except IntegrityError:
            return  # an earlier try began it

    def _close(self, placed: Sequence[Placed]) -> None:
        report = self.report
        closing = ReportsImported(
            import_id=self.import_id, file_hash=FileHash(report.file_hash), organisation_id=OrganisationId(self.acting.organisation_id),
            file_name=report.file, programmes=tuple(sorted({item.row.programme.code for item in placed})), rows=report.rows,
            recorded=report.taken, repeated=report.repeated, unlisted=report.unlisted, rejected=report.rejected,
            amount_fen=Fen(report.amount_fen),
        )  # fmt: skip
        once = Facts(types=(ReportsImported,), tags=(tag(ImportId, self.import_id),))
        try:
            report.position = self._append([closing], "closed", (once,), 0)
        except IntegrityError as error:
            raise Busy("the same file was taken in by another process meanwhile") from error
        report.recorded = True

    def _append(
        self, events: Sequence[Event], label: str, condition: tuple[Facts, ...], after: int, people: Mapping[str, PersonId] | None = None,
    ) -> int:  # fmt: skip
        command = CommandId(derived_id(self.import_id, label))
        return self.division.ledger.append_bulk(
            events, actor=self.actor, now=self.now, command_id=command, condition=condition, after=after, people=people
        ).last  # fmt: skip

    def _chunk(self, items: Sequence[Placed]) -> list[Placed]:
        """Records one chunk; answers the rows about which something happened meanwhile: they are placed anew."""
        late: list[Placed] = []
        for _ in range(ROUNDS):
            if not items:
                return late
            new = self._new(items)
            label = f"from/{items[0].assistance_id}/{len(items)}"
            try:
                last = self._append(
                    [self._event(item) for item in items],
                    label,
                    (Facts(types=WATCHED),),
                    self.position,
                    people=new,
                )
            except IntegrityError:
                items, touched = self._untouched(items)
                late += touched
                continue
            self.position = last
            self._count(items)
            return late
        raise Busy("what the file rests on keeps changing")

    def _new(self, items: Sequence[Placed]) -> dict[str, PersonId]:
        """The people of these rows whom nobody knew before, by ID number."""
        unlisted = {item.row.id_number: item.person_id for item in items if item.household_id is None}
        known = self.division.ledger.vault.lookup_many(ID_NUMBER, unlisted)
        return {number: person for number, person in unlisted.items() if number not in known}

    def _count(self, items: Sequence[Placed]) -> None:
        self.report.taken += len(items)
        self.report.amount_fen += sum(item.row.amount_fen or 0 for item in items)
        self.report.unlisted += sum(item.household_id is None for item in items)
        self.report.overlapping += sum(item.clash is not None for item in items)

    def _untouched(self, items: Sequence[Placed]) -> tuple[list[Placed], list[Placed]]:
        """Which rows nothing concerns that was recorded since, and which something does; from now on as of now."""
        ledger = self.division.ledger
        head = ledger.recorder.head()
        since = ledger.read((Facts(types=WATCHED),), after=self.position)
        met = {each for recorded in since.recorded for each in tags_of(recorded.event)}
        self.position = head
        clean: list[Placed] = []
        touched: list[Placed] = []
        for item in items:
            mine = {
                tag(PersonId, item.person_id),
                tag(AssistanceId, item.assistance_id),
                tag(HouseholdId, item.household_id or "-"),
            }
            (touched if mine & met else clean).append(item)
        # Somebody else may have made one of the new people known, under another id.
        unlisted = {item.row.id_number for item in clean if item.household_id is None}
        known = ledger.vault.lookup_many(ID_NUMBER, unlisted)
        taken = [
            i
            for i in clean
            if i.household_id is None
            and known.get(i.row.id_number, tag(PersonId, i.person_id)) != tag(PersonId, i.person_id)
        ]
        return [item for item in clean if item not in taken], touched + taken

    def _event(self, item: Placed) -> Event:
        row = item.row
        common: dict[str, Any] = {
            "assistance_id": item.assistance_id, "programme": row.programme.code, "named": row.programme.named,
            "department": self.acting.name, "department_id": self.acting.organisation_id, "form": row.form, "note": row.form_named,
            "amount_fen": row.amount_fen, "from_month": row.from_month, "last_month": row.last_month, "year": row.year, "need": row.need,
            "facts": row.facts, "record_number": row.record_number, "import_id": self.import_id, "occurred_on": row.given_on,
            "origin": ReportRow(sheet=row.sheet, row=row.row, row_key=item.key),
        }  # fmt: skip
        if item.household_id is None:
            subject = tag(PersonId, item.person_id)
            return UnlistedAidReported(
                person_id=item.person_id, organisation_id=OrganisationId(self.acting.organisation_id),
                name=Private(subject, row.name), id_number=Private(subject, row.id_number), **common,
            )  # fmt: skip
        if item.clash is not None:
            reason = str(self.asked.overlap_reason)
            common |= {
                "overlaps": (item.clash.assistance_id or item.clash.other,),
                "reason": reason,
                "note": said(reason),
            }
        return AssistanceReported(
            household_id=HouseholdId(item.household_id), organisation_id=OrganisationId(str(item.organisation_id)),
            person_ids=(item.person_id,), outcome=Outcome.GIVEN, disaster_id=row.disaster_id, **common,
        )  # fmt: skip
