"""The applicant as a publicity shows them: the surname is read here, at the edge, and the reading recorded."""

from __future__ import annotations

from typing import Any

import anyio.to_thread

from graphql_api.context import ERASED, MASK, Info
from ledger.identification.case import Case
from ledger.registry.events import MemberJoined
from ledger.registry.states import Household
from ledger.store.execute import Ledger

PURPOSE = "公示初审意见 publicity of the opinion"


def _sealed_name(ledger: Ledger, case_id: str) -> tuple[str, str] | None:
    """The organisation of a case and its applicant's sealed name, None when there is none."""
    case = ledger.read((Case.facts(case_id),)).state(Case, case_id)
    if not case.exists:
        return None
    joined = ledger.read((Household.facts(case.household_id),)).events(MemberJoined)
    names = [e.name.sealed for e in joined if e.person_id == case.file.applicant and e.name.sealed]
    return (case.organisation_id, names[-1]) if names else None


async def shown_name(info: Info, case_id: str) -> str | None:
    """Surname and ``**`` of a case's applicant, for who has the case in scope; None where it cannot be read."""
    found = await anyio.to_thread.run_sync(_sealed_name, info.context.services.ledger, case_id)
    place: dict[str, Any] | None = await info.context.organisations.load(found[0]) if found else None
    if found is None or place is None or info.context.scope not in (place["organisation_id"], *place["path"]):
        return None  # the command itself says why it is refused
    text = await info.context.private(found[1], "name", PURPOSE)
    return f"{text[0]}**" if text and text not in (MASK, ERASED) and text[0].isalpha() else None
