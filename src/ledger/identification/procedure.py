"""The steps of a case, from application to the end of publicity and beyond; skipped or reordered steps are refused.

One module a stage; here they stand together.
"""

from __future__ import annotations

from ledger.identification.procedure_application import AbortCase as AbortCase
from ledger.identification.procedure_application import AcceptApplication as AcceptApplication
from ledger.identification.procedure_application import RequestSupplement as RequestSupplement
from ledger.identification.procedure_application import SubmitApplication as SubmitApplication
from ledger.identification.procedure_base import CaseCommand as CaseCommand
from ledger.identification.procedure_county import AnnounceResult as AnnounceResult
from ledger.identification.procedure_county import DrawRechecks as DrawRechecks
from ledger.identification.procedure_county import RecordRecheck as RecordRecheck
from ledger.identification.procedure_county import ReportToCounty as ReportToCounty
from ledger.identification.procedure_inquiry import AuthoriseCheck as AuthoriseCheck
from ledger.identification.procedure_inquiry import RecordHomeVisit as RecordHomeVisit
from ledger.identification.procedure_inquiry import RecordMeansCheck as RecordMeansCheck
from ledger.identification.procedure_publicity import EndPublicity as EndPublicity
from ledger.identification.procedure_publicity import GiveOpinion as GiveOpinion
from ledger.identification.procedure_publicity import HoldAppraisal as HoldAppraisal
from ledger.identification.procedure_publicity import RaiseObjection as RaiseObjection
from ledger.identification.procedure_publicity import StartPublicity as StartPublicity
