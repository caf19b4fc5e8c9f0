"""The steps of a run after it was drawn: reviewed, approved by someone else, sent to the bank."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from ledger.kernel import Boundary, Command, Context, Event, Fen, FileHash, Known, OrganisationId, Role, RunId
from ledger.organisation.states import Organisation, require_scope
from ledger.payments.events import RunApproved, RunReviewed, RunSent
from ledger.payments.refusals import RosterChanged, RunUnknown, SamePersonTwice, WrongStatus
from ledger.payments.states import Run


class RunCommand(Command, frozen=True, kw_only=True):
    """Base of commands about one run in the operator's scope."""

    run_id: RunId

    def boundary(self, known: Known, context: Context) -> Boundary:
        """The run and its organisation."""
        run = known.state(Run, self.run_id)
        if not run.exists:
            return (Run.facts(self.run_id),)
        return (Run.facts(self.run_id), Organisation.facts(run.organisation_id))

    def run(self, known: Known, context: Context, needed: str) -> Run:
        """The run, which must exist, be in scope and have the status needed."""
        run = known.state(Run, self.run_id)
        if not run.exists:
            raise RunUnknown(run=self.run_id)
        require_scope(context.actor, known.state(Organisation, run.organisation_id))
        if run.status != needed:
            raise WrongStatus(status=run.status, needed=needed)
        return run


class ReviewRun(RunCommand, frozen=True, kw_only=True):
    """Someone other than the preparer reviews the roster."""

    ROLES: ClassVar = frozenset({Role.REVIEWER})
    roster_hash: str

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        run = self.run(known, context, "drawn")
        if context.actor.operator_id == run.prepared_by:
            raise SamePersonTwice(done="prepared 编制", asked="review 审核")
        if self.roster_hash != run.roster_hash:
            raise RosterChanged
        yield RunReviewed(
            run_id=self.run_id,
            organisation_id=OrganisationId(run.organisation_id),
            roster_hash=run.roster_hash,
        )


class ApproveRun(RunCommand, frozen=True, kw_only=True):
    """Finance approves: neither the preparer nor the reviewer."""

    ROLES: ClassVar = frozenset({Role.FINANCE})
    roster_hash: str

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        run = self.run(known, context, "reviewed")
        if context.actor.operator_id == run.prepared_by:
            raise SamePersonTwice(done="prepared 编制", asked="approve 批准")
        if context.actor.operator_id == run.reviewed_by:
            raise SamePersonTwice(done="reviewed 审核", asked="approve 批准")
        if self.roster_hash != run.roster_hash:
            raise RosterChanged
        yield RunApproved(
            run_id=self.run_id,
            organisation_id=OrganisationId(run.organisation_id),
            roster_hash=run.roster_hash,
        )


class SendRun(RunCommand, frozen=True, kw_only=True):
    """The approved run's file went to the bank: its hash and totals, which must be the run's."""

    ROLES: ClassVar = frozenset({Role.FINANCE})
    file_hash: FileHash
    file_name: str
    lines: int
    total_fen: Fen

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        run = self.run(known, context, "approved")
        if (self.lines, self.total_fen) != (run.lines, run.total_fen):
            raise RosterChanged
        yield RunSent(
            run_id=self.run_id,
            organisation_id=OrganisationId(run.organisation_id),
            file_hash=self.file_hash,
            file_name=self.file_name,
            lines=self.lines,
            total_fen=self.total_fen,
        )
