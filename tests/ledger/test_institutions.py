"""Institutions: beds, admission, leave, discharge, and days signed for by one and confirmed by another."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ledger.ids import InstitutionId, StayId
from ledger.institutions.attendance import ConfirmAttendance, ReportAttendance
from ledger.institutions.commands import ChangeInstitution, CloseInstitution, NominateInstitutionAccount
from ledger.institutions.events import (
    AttendanceConfirmed,
    AttendanceCorrected,
    DaysPresent,
    DischargeReason,
    InstitutionRegistered,
    LeaveReason,
    StayKind,
)
from ledger.institutions.refusals import (
    AgreementNeeded,
    AttendanceWrong,
    BadInstitution,
    CorrectionNeedsReason,
    DiedThen,
    EntitlementNeeded,
    InstitutionInUse,
    InstitutionUnknown,
    MonthNotOver,
    NoBedFree,
    NoDeathKnown,
    NothingReported,
    NotOnLeave,
    NotTaken,
    OnLeave,
    SameOperator,
    StayOver,
    StaysAlready,
    StayUnknown,
)
from ledger.institutions.stays import DischargeResident, EndLeave, StartLeave
from ledger.kernel import Actor, Facts, NotAllowed, OutOfScope, Private, Role
from ledger.registry.changes import RecordDeath
from ledger.registry.refusals import BadAccount, BadDate, NotMember, PersonDeceased
from tests.ledger.homes import HOME, OTHER_REVIEWER, admit, attended, elder, home
from tests.scenario import CLERK, OTHER_CLERK, REVIEWER, Scenario, account_number

CHANGE: dict[str, Any] = {"name": "示范敬老院", "licence": "示范证1号", "stays": tuple(StayKind)}


def keeper(institution: InstitutionId) -> Actor:
    """Whoever signs in for the institution."""
    return Actor(operator_id="keeper-1", organisation_id=institution, role=Role.PROVIDER)


def dies(scenario: Scenario, who: tuple[Any, ...], day: date) -> None:
    scenario.do(RecordDeath, CLERK, household_id=who[0], person_id=who[1], died_on=day, source="公安")


def confirmed(scenario: Scenario, *types: type[Any]) -> list[Any]:
    return list(scenario.ledger.read((Facts(types=types, tags=()),)).events())


# --- the institution ---


def test_an_institutions_account_is_sealed_under_its_own_key(scenario: Scenario) -> None:
    """649 art. 19: a local institution of support; what it is paid to is nobody else's business."""
    made = scenario.ledger.read(
        (Facts(types=(InstitutionRegistered,), tags=(f"institution:{home(scenario)}",)),)
    )
    event = next(made.events(InstitutionRegistered))
    assert isinstance(event.account, Private)
    assert event.account.sealed is not None
    assert HOME["account"] not in event.account.sealed
    assert scenario.ledger.vault.open(event.account.sealed) == HOME["account"]
    assert event.account.subject == f"institution:{event.institution_id}"


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [({"name": " "}, BadInstitution), ({"licence": ""}, BadInstitution), ({"beds": 0}, BadInstitution),
     ({"stays": ()}, BadInstitution), ({"account": "12"}, BadAccount), ({"registered_on": date(2030, 1, 1)}, BadDate)],
)  # fmt: skip
def test_refuses_what_is_no_institution(
    scenario: Scenario, wrong: dict[str, Any], refusal: type[Exception]
) -> None:
    head = scenario.ledger.recorder.head()
    with pytest.raises(refusal):
        home(scenario, **wrong)
    assert scenario.ledger.recorder.head() == head


def test_an_institution_in_use_is_not_closed_and_keeps_its_beds(scenario: Scenario) -> None:
    place = home(scenario)
    stay = admit(scenario, place, elder(scenario, 1))
    admit(scenario, place, elder(scenario, 2))
    with pytest.raises(InstitutionInUse):
        scenario.do(
            CloseInstitution, REVIEWER, institution_id=place, closed_on=date(2026, 11, 1), reason="合并"
        )
    with pytest.raises(InstitutionInUse):
        scenario.do(
            ChangeInstitution, REVIEWER, institution_id=place, beds=1, changed_on=date(2026, 11, 1), **CHANGE
        )
    scenario.do(
        DischargeResident,
        CLERK,
        stay_id=stay,
        left_for=DischargeReason.OWN_WISH,
        discharged_on=date(2026, 11, 1),
    )
    scenario.do(
        ChangeInstitution, REVIEWER, institution_id=place, beds=1, changed_on=date(2026, 11, 1), **CHANGE
    )
    with pytest.raises(NoBedFree):
        admit(scenario, place, elder(scenario, 3), admitted_on=date(2026, 11, 2))
    with pytest.raises(InstitutionUnknown):
        scenario.do(
            CloseInstitution,
            REVIEWER,
            institution_id=InstitutionId("none"),
            closed_on=date(2026, 11, 1),
            reason="x",
        )
    empty = home(scenario)
    with pytest.raises(BadAccount):
        scenario.do(NominateInstitutionAccount, REVIEWER, institution_id=empty, bank_code="1", account=account_number(3),
                    account_holder="x", account_key="k", nominated_on=date(2026, 11, 1))  # fmt: skip
    scenario.do(CloseInstitution, REVIEWER, institution_id=empty, closed_on=date(2026, 11, 1), reason="合并")
    with pytest.raises(InstitutionUnknown):
        admit(scenario, empty, elder(scenario, 4))
    with pytest.raises(InstitutionUnknown):
        scenario.do(
            ChangeInstitution, REVIEWER, institution_id=empty, beds=9, changed_on=date(2026, 11, 2), **CHANGE
        )


# --- admission ---


def test_refuses_more_people_than_beds_and_one_person_twice(scenario: Scenario) -> None:
    """649 art. 19: the form is one's own choice, and one at a time."""
    place, other = home(scenario), home(scenario)
    one, two, three = (elder(scenario, n) for n in (1, 2, 3))
    admit(scenario, place, one)
    with pytest.raises(StaysAlready):
        admit(scenario, other, one, admitted_on=date(2026, 11, 1))
    stay = admit(scenario, place, two)
    with pytest.raises(NoBedFree):
        admit(scenario, place, three)
    # Backdated behind a later one the beds count on every day since.
    scenario.do(
        DischargeResident,
        CLERK,
        stay_id=stay,
        left_for=DischargeReason.OWN_WISH,
        discharged_on=date(2026, 10, 20),
    )
    with pytest.raises(NoBedFree):
        admit(scenario, place, three, admitted_on=date(2026, 10, 19))
    admit(scenario, place, three, admitted_on=date(2026, 10, 20))
    with pytest.raises(StaysAlready):
        admit(scenario, other, two, admitted_on=date(2026, 10, 10))
    admit(scenario, other, two, admitted_on=date(2026, 10, 20))


def test_a_death_frees_the_bed_whether_or_not_the_discharge_was_recorded(scenario: Scenario) -> None:
    place = home(scenario, beds=1)
    one, two = elder(scenario, 1), elder(scenario, 2)
    admit(scenario, place, one)
    dies(scenario, one, date(2026, 10, 9))
    with pytest.raises(NoBedFree):
        admit(scenario, place, two, admitted_on=date(2026, 10, 9))
    admit(scenario, place, two, admitted_on=date(2026, 10, 10))
    with pytest.raises(PersonDeceased):
        admit(scenario, place, one, admitted_on=date(2026, 11, 1))


def test_refuses_an_admission_without_agreement_entitlement_or_in_the_wrong_place(scenario: Scenario) -> None:
    """649 art. 14, 19: support in an institution is for who is in tekun; anybody else pays or is paid for otherwise."""
    place, who = home(scenario), elder(scenario, 1)
    dibao = scenario.covered(11, 1)
    with pytest.raises(AgreementNeeded):
        admit(scenario, place, who, agreement=" ")
    for fields, why in (
        ({"entitlement_id": None}, "none is named"), ({"entitlement_id": dibao[2]}, "none of tekun"),
        ({"entitlement_id": elder(scenario, 2)[2]}, "does not cover"), ({"stay": StayKind.ELDERS}, "only tekun"),
    ):  # fmt: skip
        with pytest.raises(EntitlementNeeded, match=why):
            admit(scenario, place, who, **fields)
    with pytest.raises(NotTaken):
        admit(scenario, home(scenario, stays=(StayKind.ELDERS,)), who)
    with pytest.raises(NotMember):
        admit(scenario, place, who, person_id=dibao[1][0])
    for day in (date(2030, 1, 1), date(1940, 1, 1)):
        with pytest.raises(BadDate):
            admit(scenario, place, who, admitted_on=day)
    admit(scenario, place, (dibao[0], dibao[1][0], None), stay=StayKind.DAY_CARE)  # type: ignore[arg-type]


# --- leave and discharge ---


def test_a_leave_begins_and_ends_within_the_stay(scenario: Scenario) -> None:
    place, who = home(scenario), elder(scenario, 1)
    stay = admit(scenario, place, who)
    away: dict[str, Any] = {"stay_id": stay, "away_for": LeaveReason.FAMILY}
    with pytest.raises(NotOnLeave):
        scenario.do(EndLeave, CLERK, stay_id=stay, back_on=date(2026, 10, 5))
    with pytest.raises(BadDate, match="before the resident"):
        scenario.do(StartLeave, CLERK, from_day=date(2026, 9, 30), **away)
    with pytest.raises(BadDate, match="return on"):
        scenario.do(StartLeave, CLERK, from_day=date(2026, 10, 5), expected_on=date(2026, 10, 4), **away)
    scenario.do(StartLeave, keeper(place), from_day=date(2026, 10, 5), **away)
    with pytest.raises(OnLeave):
        scenario.do(StartLeave, CLERK, from_day=date(2026, 10, 6), **away)
    with pytest.raises(BadDate):
        scenario.do(EndLeave, CLERK, stay_id=stay, back_on=date(2026, 10, 4))
    scenario.do(EndLeave, keeper(place), stay_id=stay, back_on=date(2026, 10, 8))
    with pytest.raises(BadDate):
        scenario.do(StartLeave, CLERK, from_day=date(2026, 10, 7), **away)
    with pytest.raises(StayUnknown):
        scenario.do(StartLeave, keeper(InstitutionId("another")), from_day=date(2026, 11, 1), **away)
    with pytest.raises(OutOfScope):
        scenario.do(StartLeave, OTHER_CLERK, from_day=date(2026, 11, 1), **away)


def test_a_death_ends_a_stay_on_its_own_day(scenario: Scenario) -> None:
    """43 art. 24(一)."""
    place, who = home(scenario), elder(scenario, 1)
    stay = admit(scenario, place, who)
    end: dict[str, Any] = {"stay_id": stay, "left_for": DischargeReason.DEATH}
    with pytest.raises(NoDeathKnown):
        scenario.do(DischargeResident, CLERK, discharged_on=date(2026, 10, 9), **end)
    dies(scenario, who, date(2026, 10, 9))
    with pytest.raises(DiedThen):
        scenario.do(DischargeResident, CLERK, discharged_on=date(2026, 10, 12), **end)
    with pytest.raises(DiedThen):
        scenario.do(StartLeave, CLERK, stay_id=stay, away_for=LeaveReason.OTHER, from_day=date(2026, 10, 12))
    scenario.do(DischargeResident, CLERK, discharged_on=date(2026, 10, 9), **end)
    with pytest.raises(StayOver):
        scenario.do(DischargeResident, CLERK, discharged_on=date(2026, 10, 9), **end)
    with pytest.raises(StayUnknown):
        scenario.do(
            DischargeResident, CLERK, **end | {"stay_id": StayId("none")}, discharged_on=date(2026, 10, 9)
        )


# --- attendance ---


def test_days_are_signed_for_by_one_and_confirmed_by_another(scenario: Scenario) -> None:
    """Check 9: one operator is never on both sides of a control."""
    place = home(scenario)
    stay = admit(scenario, place, elder(scenario, 1))
    month: dict[str, Any] = {"institution_id": place, "month": "2026-10"}
    days = (DaysPresent(stay_id=stay, days=31),)
    with pytest.raises(NothingReported):
        scenario.do(ConfirmAttendance, REVIEWER, **month)
    with pytest.raises(MonthNotOver):
        scenario.do(
            ReportAttendance,
            CLERK,
            institution_id=place,
            month="2026-11",
            present_days=days,
            signed_by="院长",
        )
    with pytest.raises(InstitutionUnknown):
        scenario.do(
            ReportAttendance, keeper(InstitutionId("another")), present_days=days, signed_by="院长", **month
        )
    scenario.do(ReportAttendance, keeper(place), present_days=days, signed_by="院长", **month)
    with pytest.raises(NotAllowed):
        scenario.do(ConfirmAttendance, keeper(place), **month)
    same = Actor(operator_id="keeper-1", organisation_id=CLERK.organisation_id, role=Role.CLERK)
    with pytest.raises(SameOperator):
        scenario.do(ConfirmAttendance, same, **month)
    with pytest.raises(OutOfScope):
        scenario.do(ConfirmAttendance, OTHER_CLERK, **month)
    scenario.do(ConfirmAttendance, REVIEWER, **month)
    assert [(e.month, e.days) for e in confirmed(scenario, AttendanceConfirmed)] == [("2026-10", 31)]
    with pytest.raises(NothingReported):
        scenario.do(ConfirmAttendance, OTHER_REVIEWER, **month)


def test_a_correction_is_a_further_event_with_its_reason(scenario: Scenario) -> None:
    """四(三) 容错纠错: the first figure stays readable beside the right one."""
    place = home(scenario)
    stay, other = admit(scenario, place, elder(scenario, 1)), admit(scenario, place, elder(scenario, 2))
    attended(scenario, place, "2026-10", {stay: 31, other: 31})
    with pytest.raises(CorrectionNeedsReason):
        attended(scenario, place, "2026-10", {stay: 20, other: 31})
    with pytest.raises(AttendanceWrong, match="what is confirmed"):
        attended(scenario, place, "2026-10", {stay: 31, other: 31}, "重报")
    attended(scenario, place, "2026-10", {stay: 20, other: 31}, "住院11天漏登")
    corrected = confirmed(scenario, AttendanceCorrected)
    assert [(e.stay_id, e.previous_days, e.days, e.reason) for e in corrected] == [
        (stay, 31, 20, "住院11天漏登")
    ]
    assert len(confirmed(scenario, AttendanceConfirmed)) == 2


def test_refuses_days_that_cannot_be(scenario: Scenario) -> None:
    """Check 43: an institution is not paid for dead, absent or surplus residents."""
    place = home(scenario, beds=3)
    one, two = elder(scenario, 1), elder(scenario, 2)
    stay, other = admit(scenario, place, one), admit(scenario, place, two, admitted_on=date(2026, 10, 16))
    late = admit(scenario, place, elder(scenario, 3), admitted_on=date(2026, 11, 2))
    scenario.do(StartLeave, CLERK, stay_id=stay, from_day=date(2026, 10, 30), away_for=LeaveReason.HOSPITAL)
    dies(scenario, two, date(2026, 10, 25))
    for days, why in (
        ({stay: 30, other: 10}, "at most 29 days"), ({stay: 29, other: 11}, "at most 10 days"), ({stay: -1, other: 10}, "not -1"),
        ({stay: 29}, "is missing"), ({stay: 29, other: 10, late: 1}, "did not stay"), ({}, "is missing"),
    ):  # fmt: skip
        with pytest.raises(AttendanceWrong, match=why):
            attended(scenario, place, "2026-10", days)
    twice = (DaysPresent(stay_id=stay, days=1), DaysPresent(stay_id=stay, days=1))
    with pytest.raises(AttendanceWrong, match="named twice"):
        scenario.do(
            ReportAttendance,
            CLERK,
            institution_id=place,
            month="2026-10",
            present_days=twice,
            signed_by="院长",
        )
    with pytest.raises(AttendanceWrong, match="nobody signed"):
        scenario.do(
            ReportAttendance, CLERK, institution_id=place, month="2026-10", present_days=(), signed_by=" "
        )
    attended(scenario, place, "2026-10", {stay: 29, other: 10})


def test_a_death_known_between_report_and_confirmation_keeps_it_from_being_confirmed(
    scenario: Scenario,
) -> None:
    place, who = home(scenario), elder(scenario, 1)
    stay = admit(scenario, place, who)
    present = (DaysPresent(stay_id=stay, days=31),)
    scenario.do(
        ReportAttendance, CLERK, institution_id=place, month="2026-10", present_days=present, signed_by="院长"
    )
    dies(scenario, who, date(2026, 10, 9))
    with pytest.raises(AttendanceWrong, match="at most 9 days"):
        scenario.do(ConfirmAttendance, REVIEWER, institution_id=place, month="2026-10")
