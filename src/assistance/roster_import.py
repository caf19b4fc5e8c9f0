"""From a checked roster to the ledger: whole households in chunks, closed by one header, once and only once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from eventsourcing.persistence import IntegrityError

from assistance.cut_over import cut_over_of
from assistance.payment_service import day_of, file_sha256
from assistance.roster import read_roster
from assistance.roster_check import RosterHousehold, check_rows
from assistance.roster_columns import HEADER_OF
from assistance.roster_known import companies_of, numbers_taken, people_taken
from assistance.roster_report import ImportReport, Problem, one_a_cell
from assistance.wiring import Division
from ledger.identification.decisions import prior_cover
from ledger.identification.events import DECIDED, Amount, Category
from ledger.identification.refusals import AfterCutOver
from ledger.identification.states import Cover
from ledger.kernel import (
    Actor,
    CommandId,
    EntitlementId,
    Event,
    Facts,
    FileHash,
    HouseholdId,
    HouseholdNumber,
    ImportId,
    Month,
    NotAllowed,
    OrganisationId,
    PersonId,
    Private,
    Role,
    derived_id,
    tag,
)
from ledger.organisation.states import Organisation, require_open, require_scope
from ledger.registry.commands import join_event
from ledger.registry.events import (
    AccountNominated,
    Area,
    CircumstancesDeclared,
    HouseholdRegistered,
    Origin,
    Relation,
    RosterImported,
)
from ledger.registry.states import Membership
from ledger.standards.book import facts_for
from ledger.store.execute import ID_NUMBER, Busy

EVENTS = 1_500
"""About as many events are recorded in one transaction."""
ROLES = frozenset({Role.CLERK, Role.REVIEWER})

Progress = Callable[[int, int], object]


@dataclass(frozen=True)
class RosterImport:
    """One file to import, for one organisation, by one operator."""

    path: Path
    organisation_id: OrganisationId
    first_month: Month
    """The first month this ledger pays the cover."""
    accept_valid: bool = False
    """Take the good households alone; without it nothing is recorded when anything is wrong."""


def import_roster(
    division: Division,
    asked: RosterImport,
    actor: Actor,
    now: datetime,
    *,
    cut_over: date | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Checks a roster and records it. The same file twice records nothing new; one cut off half-way goes on.

    The cut-over is the dated parameter of that name, `cut_over` only where the place has none. Raises
    ``AfterCutOver``, ``OutOfScope``, ``OrganisationUnknown``, ``NoStandard`` without any cut-over, and ``Busy`` when
    households, cover or the cut-over changed meanwhile.
    """
    if actor.role not in ROLES:
        raise NotAllowed(role=actor.role.value)
    today = day_of(now)
    known, head = division.ledger.read_with_head((Organisation.facts(asked.organisation_id),))
    organisation = require_open(known, asked.organisation_id, today)
    require_scope(actor, organisation)
    cut_over = cut_over_of(division, asked.organisation_id, otherwise=cut_over)
    if today >= cut_over:
        raise AfterCutOver(cut_over=cut_over)
    report = ImportReport(asked.path.name, file_sha256(asked.path))
    seen = division.ledger.read((Facts(types=(RosterImported,), tags=(tag(FileHash, report.file_hash),)),))
    for earlier in seen.events(RosterImported):
        report.duplicate, report.households, report.people = True, earlier.households, earlier.people
        return report
    raw = read_roster(asked.path)
    checked = check_rows(raw.rows, today, raw.problems)
    report.rows, report.rejected, report.ignored = len(raw.rows), checked.rejected, raw.ignored
    report.problems = one_a_cell(raw.problems + checked.problems)
    writer = _Writer(division, asked, actor, now, cut_over, report, organisation.lineage, head)
    households = writer.free(checked.households)
    if (report.problems and not asked.accept_valid) or not households:
        return report
    writer.write(households, progress)
    return report


class _Writer:
    """Records one file's households, as of the head its facts were read after."""

    def __init__(
        self,
        division: Division,
        asked: RosterImport,
        actor: Actor,
        now: datetime,
        cut_over: date,
        report: ImportReport,
        lineage: tuple[str, ...],
        head: int,
    ) -> None:
        self.lineage, self.head = lineage, head
        self.division, self.asked, self.actor, self.now = division, asked, actor, now
        self.cut_over, self.report, self.today = cut_over, report, day_of(now)
        self.import_id = ImportId(derived_id(report.file_hash, "import"))
        self.companies = companies_of(division, asked.organisation_id)

    def household_id(self, number: str) -> HouseholdId:
        return HouseholdId(derived_id(self.import_id, f"household/{number}"))

    # --- what the ledger already knows ---

    def free(self, households: Sequence[RosterHousehold]) -> list[RosterHousehold]:
        """The households whose company exists and whose people are in no other household and not covered yet.

        Those this import recorded before it was cut off are among them: they are counted, not recorded again.
        """
        taken = numbers_taken(self.division, numbers_of(households))
        self.done = {number for number, household in taken.items() if household == self.household_id(number)}
        others = [h for h in households if h.number not in self.done]
        numbers = [m.member.id_number for h in others for m in h.members]
        people = self.division.ledger.vault.lookup_many(ID_NUMBER, numbers)
        busy = people_taken(self.division, list(people.values()), self.asked.first_month)
        free = []
        for household in households:
            problem = None
            if household.number not in self.done:
                problem = self._problem(household, people, busy, household.number in taken)
            if problem is None:
                free.append(household)
            else:
                self.report.problems.append(problem)
                self.report.rejected += 1
        return free

    def _problem(
        self, household: RosterHousehold, people: dict[str, str], taken: set[str], number_taken: bool
    ) -> Problem | None:
        def problem(name: str, value: str, english: str, chinese: str, row: int = household.row) -> Problem:
            return Problem(household.sheet, row, HEADER_OF[name], value, english, chinese)

        if household.company not in self.companies:
            return problem(
                "company",
                household.company,
                "a company or community of the organisation",
                "本机构下属连队或社区",
            )
        if number_taken:
            return problem("number", household.number, "a number not in use", "户编号已被使用")
        for member in household.members:
            subject = people.get(member.member.id_number)
            if subject in taken:
                return problem("id_number", "****", "a person in no other household and without cover",
                               "该人员已在其他家庭、已有保障或已死亡", member.row)  # fmt: skip
        return None

    # --- recording ---

    def write(self, households: Sequence[RosterHousehold], progress: Progress | None) -> None:
        """Records the households in chunks and then the header that closes the import."""
        self.report.households = sum(h.number in self.done for h in households)
        self.report.people = sum(len(h.members) for h in households if h.number in self.done)
        for chunk in chunks([h for h in households if h.number not in self.done]):
            self._chunk(chunk)
            self.report.households += len(chunk)
            self.report.people += sum(len(h.members) for h in chunk)
            if progress is not None:
                progress(self.report.households, len(households))
        header = RosterImported(
            import_id=self.import_id,
            file_hash=FileHash(self.report.file_hash),
            organisation_ids=(self.asked.organisation_id,),
            file_name=self.report.file,
            programme="、".join(sorted({h.programme for h in households})),
            rows=self.report.rows,
            households=self.report.households,
            people=self.report.people,
            rejected=self.report.rejected,
            cut_over=self.cut_over,
        )
        once = (Facts(types=(RosterImported,), tags=(tag(FileHash, self.report.file_hash),)),)
        appended = self._append([header], CommandId(derived_id(self.import_id, "header")), once, 0, {})
        self.report.recorded, self.report.position = True, appended

    def _chunk(self, households: Sequence[RosterHousehold]) -> None:
        command_id = CommandId(derived_id(self.import_id, f"from/{households[0].number}"))
        ledger = self.division.ledger
        numbers = [m.member.id_number for h in households for m in h.members]
        known = ledger.vault.lookup_many(ID_NUMBER, numbers)
        new: dict[str, PersonId] = {}
        people: dict[str, PersonId] = {}
        for id_number in numbers:
            if id_number in known:
                people[id_number] = PersonId(known[id_number].partition(":")[2])
            else:
                digest = ledger.vault.digest(ID_NUMBER, id_number).hex()
                people[id_number] = new[id_number] = PersonId(derived_id(self.import_id, f"person/{digest}"))
        events = [event for household in households for event in self._events(household, people)]
        # New identities are unique in the vault; people known before, numbers and the cut-over need a condition.
        boundary = (
            Facts(tags=(tag(CommandId, command_id),)),
            *facts_for("cut_over", None, self.lineage, None, None),
            *(
                Facts(types=(HouseholdRegistered,), tags=(tag(HouseholdNumber, n),))
                for n in numbers_of(households)
            ),
            *(Facts(types=(*Membership.FOLDS, *Cover.FOLDS), tags=(subject,)) for subject in known.values()),
        )
        self._append(events, command_id, boundary, self.head, new)

    def _append(
        self, events: Sequence[Event], command_id: CommandId, condition: tuple[Facts, ...], after: int,
        people: dict[str, PersonId],
    ) -> int:  # fmt: skip
        try:
            return self.division.ledger.append_bulk(
                events,
                actor=self.actor,
                now=self.now,
                command_id=command_id,
                condition=condition,
                after=after,
                people=people,
            ).last
        except IntegrityError as error:
            raise Busy(str(error)) from error

    def _events(self, household: RosterHousehold, people: dict[str, PersonId]) -> Iterator[Event]:
        household_id = self.household_id(household.number)
        organisation = self.asked.organisation_id
        origin = Origin(
            file_name=self.report.file,
            file_hash=self.report.file_hash,
            sheet=household.sheet,
            row=household.row,
            row_hash=household.row_hash,
        )
        address = Private(tag(HouseholdId, household_id), household.address) if household.address else None
        yield HouseholdRegistered(
            household_id=household_id,
            number=HouseholdNumber(household.number),
            organisation_id=organisation,
            company_id=self.companies[household.company],
            area=Area(household.area),
            address=address,
            origin=origin,
        )
        for member in household.members:
            yield join_event(
                member.member,
                people[member.member.id_number],
                household_id,
                organisation,
                "registered",
                self.today,
            )
        yield CircumstancesDeclared(
            household_id=household_id,
            organisation_id=organisation,
            income=household.income,
            property=household.property,
            origin=origin,
        )
        yield self._account(household, household_id, people)
        yield self._cover(household, household_id, people, origin)

    def _account(
        self, household: RosterHousehold, household_id: HouseholdId, people: dict[str, PersonId]
    ) -> AccountNominated:
        head = next(m.member for m in household.members if m.member.relation is Relation.HEAD)
        subject = tag(PersonId, people[head.id_number])
        return AccountNominated(
            household_id=household_id,
            organisation_id=self.asked.organisation_id,
            person_id=people[head.id_number],
            bank_code=household.bank_code,
            account=Private(subject, household.account),
            account_holder=Private(subject, household.account_holder),
            account_key=self.division.ledger.vault.digest("account", household.account).hex(),
        )

    def _cover(
        self,
        household: RosterHousehold,
        household_id: HouseholdId,
        people: dict[str, PersonId],
        origin: Origin,
    ) -> Event:
        amounts = tuple(
            Amount(component=component, amount_fen=household.amounts[component.value])
            for component in DECIDED
            if household.amounts[component.value] > 0
        )
        return prior_cover(
            entitlement_id=EntitlementId(derived_id(self.import_id, f"entitlement/{household.number}")),
            household_id=household_id,
            organisation_id=self.asked.organisation_id,
            category=Category(household.programme),
            counted=tuple(people[m.member.id_number] for m in household.members if m.counted),
            from_month=self.asked.first_month,
            amounts=amounts,
            decided_on=household.decided_on,
            decision_document=household.document,
            origin=origin,
            today=self.today,
            cut_over=self.cut_over,
        )


def numbers_of(households: Sequence[RosterHousehold]) -> list[str]:
    """The households' numbers."""
    return [household.number for household in households]


def chunks(households: Sequence[RosterHousehold]) -> Iterator[list[RosterHousehold]]:
    """Whole households in stretches of about as many events as one transaction takes."""
    chunk: list[RosterHousehold] = []
    events = 0
    for household in households:
        chunk.append(household)
        events += len(household.members) + 4
        if events >= EVENTS:
            yield chunk
            chunk, events = [], 0
    if chunk:
        yield chunk
