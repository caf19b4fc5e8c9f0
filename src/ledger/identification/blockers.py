"""What a case's confirmation would be refused for, asked beforehand: the decision's own facts, the decision's own weighing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from ledger.identification.case import Case
from ledger.identification.decisions import ConfirmCategory
from ledger.identification.requirements import weigh
from ledger.kernel import Boundary, CaseId, CommandId, Context, Known, Refused
from ledger.organisation.states import Organisation


def blockers(
    read: Callable[[Boundary], Known], cases: Iterable[str], day: date, context: Context
) -> Mapping[str, list[Refused]]:
    """By open case, everything its confirmation on `day` would be refused for, the first to be told first.

    Of obligors it is taken that what the parties to the case say is so. The facts of all cases are read together.
    """
    asked = {
        case: ConfirmCategory(command_id=CommandId(""), case_id=CaseId(case), decided_on=day)
        for case in cases
    }
    known = Known()
    boundary: Boundary = ()
    while True:
        wanted = dict.fromkeys(fact for one in asked.values() for fact in one.boundary(known, context))
        if set(wanted) <= set(boundary):
            break
        boundary = tuple(dict.fromkeys((*boundary, *wanted)))
        known = read(boundary)
    found: dict[str, list[Refused]] = {}
    for one in asked:
        case = known.state(Case, one)
        if case.open and known.state(Organisation, case.organisation_id).exists:
            said = "unable" if case.file.obligors else "none"
            found[one] = weigh(case, known, day, said).obstacles
    return found
