"""File documents 档案: each by type, hash and the place its paper lies; what a complete file still lacks [649 art. 66]."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import ClassVar

from ledger.identification.case import Case
from ledger.identification.case_events import DocumentRegistered
from ledger.identification.procedure_application import require_provider_or_scope
from ledger.identification.procedure_refusals import BadRegistration
from ledger.identification.states import Entitlement
from ledger.ids import ContractId, DocumentId, ProviderId
from ledger.kernel import (
    Boundary,
    CaseId,
    Context,
    EntitlementId,
    Event,
    FileHash,
    Known,
    OrganisationId,
    PersonId,
    Role,
)
from ledger.organisation.states import Organisation
from ledger.programmes.contracts import Contract
from ledger.programmes.events import CategoryDefined, Kind
from ledger.registry.commands import STAFF, HouseholdCommand, known_household
from ledger.registry.refusals import NotMember

SHA_256 = re.compile(r"[0-9a-f]{64}")


def missing_documents(case: Case, definition: CategoryDefined) -> list[Kind]:
    """What the category's definition names and the file of the case does not hold yet."""
    return [kind for kind in definition.procedure.documents if kind.code not in case.file.document_kinds]


class RegisterDocument(HouseholdCommand, frozen=True, kw_only=True):
    """Puts a document on file: of a household, of a case or entitlement of it, by SHA-256 and where its paper lies.

    A provider may do so by its contract for applications.
    """

    ROLES: ClassVar = STAFF | {Role.PROVIDER}
    case_id: CaseId | None = None
    entitlement_id: EntitlementId | None = None
    person_id: PersonId | None = None
    document_kind: str
    file_hash: FileHash
    location: str
    pages: int | None = None
    contract_id: ContractId | None = None

    def more(self, known: Known, context: Context) -> Boundary:
        facts = []
        if self.case_id is not None:
            facts.append(Case.facts(self.case_id))
        if self.entitlement_id is not None:
            facts.append(Entitlement.facts(self.entitlement_id))
        if self.contract_id is not None:
            facts.append(Contract.facts(self.contract_id))
        return tuple(facts)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        household = known_household(known, self.household_id)
        place = known.state(Organisation, household.organisation_id)
        require_provider_or_scope(known, context, place, self.contract_id, context.today)
        if self.person_id is not None and all(m.person_id != self.person_id for m in household.members):
            raise NotMember(person=self.person_id, day=context.today)
        case = known.state(Case, self.case_id) if self.case_id is not None else None
        paid = known.state(Entitlement, self.entitlement_id) if self.entitlement_id is not None else None
        for wrong, why, why_zh in (
            (not SHA_256.fullmatch(self.file_hash),
             "the hash must be 64 hexadecimal digits of SHA-256", "哈希须为64位SHA-256十六进制小写"),
            (not self.document_kind.strip(), "the type is missing", "缺少材料类型"),
            (not self.location.strip(), "it must say where the paper lies", "须写明纸质档案存放位置"),
            (self.pages is not None and not 0 < self.pages <= 10_000, "that number of pages is none", "页数无效"),
            (case is not None and case.household_id != self.household_id,
             "the case is not this household's", "该申请不属于本家庭"),
            (paid is not None and paid.household_id != self.household_id,
             "the entitlement is not this household's", "该待遇不属于本家庭"),
        ):  # fmt: skip
            if wrong:
                raise BadRegistration(why=why, why_zh=why_zh)
        provider = context.actor.organisation_id if context.actor.role is Role.PROVIDER else None
        yield DocumentRegistered(
            document_id=context.new_id(DocumentId), household_id=self.household_id,
            organisation_id=OrganisationId(household.organisation_id), case_id=self.case_id,
            entitlement_id=self.entitlement_id, person_id=self.person_id, document_kind=self.document_kind,
            file_hash=self.file_hash, location=self.location, pages=self.pages,
            provider_id=ProviderId(provider) if provider else None,
        )  # fmt: skip
