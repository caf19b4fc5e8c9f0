"""Ids, and the tags they yield: a top-level field of an event of one of these types (or a tuple of them) becomes a tag."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NewType

OrganisationId = NewType("OrganisationId", str)
UnitId = NewType("UnitId", OrganisationId)
"""An organisation in the facts about itself. What concerns an organisation is most of the log; its own few facts carry
a second tag, so that who must know it need not look through all the rest."""
HouseholdId = NewType("HouseholdId", str)
HouseholdNumber = NewType("HouseholdNumber", str)
PersonId = NewType("PersonId", str)
CaseId = NewType("CaseId", str)
EntitlementId = NewType("EntitlementId", str)
FundId = NewType("FundId", str)
RunId = NewType("RunId", str)
RollId = NewType("RollId", str)
PaymentId = NewType("PaymentId", str)
ImportId = NewType("ImportId", str)
FileHash = NewType("FileHash", str)
ParameterId = NewType("ParameterId", str)
DefinitionId = NewType("DefinitionId", str)
AssistanceId = NewType("AssistanceId", str)
EmergencyId = NewType("EmergencyId", str)
ImprestId = NewType("ImprestId", str)
DisasterId = NewType("DisasterId", str)
MeetingId = NewType("MeetingId", str)
InstitutionId = NewType("InstitutionId", str)
StayId = NewType("StayId", str)
ServiceId = NewType("ServiceId", str)
ProviderId = NewType("ProviderId", str)
ContractId = NewType("ContractId", str)
AttendanceId = NewType("AttendanceId", str)
"""``<institution>/<month>``: what an institution reports of one month."""
ShiftId = NewType("ShiftId", str)
"""``<provider>/<worker>/<day>``: the day of one worker, who is at one place at a time."""
VisitId = NewType("VisitId", str)
TrainingId = NewType("TrainingId", str)
PostId = NewType("PostId", str)
LoanId = NewType("LoanId", str)
NeedId = NewType("NeedId", str)
OfferId = NewType("OfferId", str)
DonorId = NewType("DonorId", str)
MatchId = NewType("MatchId", str)
ComplaintId = NewType("ComplaintId", str)
CorrectionId = NewType("CorrectionId", str)
ReviewId = NewType("ReviewId", str)
LawsuitId = NewType("LawsuitId", str)
RecoveryId = NewType("RecoveryId", str)
RaiseId = NewType("RaiseId", str)
RosterId = NewType("RosterId", str)
DocumentId = NewType("DocumentId", str)
OperatorId = NewType("OperatorId", str)
ObligorId = NewType("ObligorId", str)
RecheckId = NewType("RecheckId", str)
CoVerificationId = NewType("CoVerificationId", str)
CommandId = NewType("CommandId", str)

TAG_KINDS: Mapping[Any, str] = {
    OrganisationId: "organisation",
    UnitId: "unit",
    HouseholdId: "household",
    HouseholdNumber: "number",
    PersonId: "person",
    CaseId: "case",
    EntitlementId: "entitlement",
    FundId: "fund",
    RunId: "run",
    RollId: "roll",
    PaymentId: "payment",
    ImportId: "import",
    FileHash: "file",
    ParameterId: "parameter",
    DefinitionId: "definition",
    AssistanceId: "assistance",
    EmergencyId: "emergency",
    ImprestId: "imprest",
    DisasterId: "disaster",
    MeetingId: "meeting",
    InstitutionId: "institution",
    StayId: "stay",
    ServiceId: "service",
    ProviderId: "provider",
    ContractId: "contract",
    AttendanceId: "attendance",
    ShiftId: "shift",
    VisitId: "visit",
    TrainingId: "training",
    PostId: "post",
    LoanId: "loan",
    NeedId: "need",
    OfferId: "offer",
    DonorId: "donor",
    MatchId: "match",
    ComplaintId: "complaint",
    CorrectionId: "correction",
    ReviewId: "review",
    LawsuitId: "lawsuit",
    RecoveryId: "recovery",
    RaiseId: "raise",
    RosterId: "roster",
    DocumentId: "document",
    OperatorId: "operator",
    ObligorId: "obligor",
    RecheckId: "recheck",
    CoVerificationId: "co_verification",
    CommandId: "command",
}
"""Kind of tag for each id type: ``HouseholdId`` yields ``household:…``."""

TAGS_BESIDE: Mapping[Any, str] = {UnitId: "organisation"}
"""Kind of the further tag an id of this type yields."""

Fen = NewType("Fen", int)
"""An amount of money in fen 分, one hundredth of a yuan. Never a float."""
