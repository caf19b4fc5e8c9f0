"""What is asked of a department's file, what became of it, and one of its rows with whom it is for."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from assistance.report_check import GivenRow
from assistance.roster_report import Problem
from ledger.assistance.takers import Clash
from ledger.ids import AssistanceId
from ledger.kernel import PersonId


@dataclass(frozen=True)
class ReportImport:
    """One file a department hands in."""

    path: Path
    accept_valid: bool = False
    """Take the good rows alone; without it nothing is recorded when anything is wrong."""
    take_unlisted: bool = False
    """Record people no household here knows, by their name; without it they are problems."""
    overlap_reason: str | None = None
    """Record what overlaps with other aid, for this reason; without it such rows are problems."""


@dataclass
class DepartmentReport:
    """What became of a file."""

    file: str
    file_hash: str
    recorded: bool = False
    duplicate: bool = False
    rows: int = 0
    taken: int = 0
    """Rows of this file that are recorded, those of an earlier try included."""
    resumed: int = 0
    """Of these, rows an earlier try of the same file had recorded."""
    repeated: int = 0
    """Rows reported before in another file or singly: not recorded again."""
    unlisted: int = 0
    overlapping: int = 0
    rejected: int = 0
    amount_fen: int = 0
    position: int = 0
    problems: list[Problem] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


class Placed(NamedTuple):
    """A row with whom it is for: a person of a household, or somebody unlisted."""

    row: GivenRow
    assistance_id: AssistanceId
    person_id: PersonId
    key: str
    household_id: str | None = None
    organisation_id: str | None = None
    clash: Clash | None = None
