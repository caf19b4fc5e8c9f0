"""Complaints, reviews, lawsuits, corrections and exemptions: what is open, how old, at which stage, due when."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import strawberry

from graphql_api.context import Info, in_scope, within
from graphql_api.queries.definitions import today
from graphql_api.types.common import (
    AFTER,
    FIRST,
    Connection,
    about,
    connect,
    decode_position,
    f,
    page_size,
)
from graphql_api.types.corrections import VISIBLE, Correction, ErrorOutcome, correction_of, outcome_of
from graphql_api.types.redress import (
    LAWSUIT_STAGE,
    Complaint,
    Lawsuit,
    Review,
    complaint_of,
    lawsuit_of,
    review_of,
)
from ledger.kernel import Role

READERS = (Role.CLERK, Role.REVIEWER, Role.AUDITOR)

STAGE = """CASE WHEN c.withdrawn_on IS NOT NULL THEN 'withdrawn'
    WHEN c.answered_on IS NOT NULL THEN CASE WHEN c.remedy_needed AND c.remedied_on IS NULL THEN 'remedy_due' ELSE 'closed' END
    WHEN c.investigated_on IS NOT NULL THEN 'investigated' WHEN c.handler IS NOT NULL THEN 'assigned'
    WHEN c.acknowledged_on IS NOT NULL THEN 'acknowledged' ELSE 'lodged' END"""
OPEN = "c.withdrawn_on IS NULL AND (c.answered_on IS NULL OR (c.remedy_needed AND c.remedied_on IS NULL))"
DUE = f"""CASE WHEN NOT ({OPEN}) THEN NULL
    WHEN c.acknowledged_on IS NULL AND c.answered_on IS NULL THEN least(c.acknowledge_by, c.answer_by) ELSE c.answer_by END"""
COMPLAINTS = f"""SELECT * FROM (SELECT c.*, {STAGE} AS stage, {DUE} AS due_on,
        coalesce(c.answered_on, c.withdrawn_on, %(on)s::date) - c.lodged_on AS age_days,
        coalesce({DUE} < %(on)s::date, false) OR coalesce(c.answered_on > c.answer_by, false) AS overdue,
        EXISTS (SELECT 1 FROM complaint_concerned x WHERE x.complaint_id = c.complaint_id
                AND x.operator_id = %(viewer)s) AS viewer_concerned
    FROM complaints c
    WHERE {in_scope("c.organisation_id")} AND c.subject_operator IS DISTINCT FROM %(viewer)s AND {{inner}}) x
    WHERE {{outer}} ORDER BY lodged_position LIMIT %(first)s"""
"""Nobody is shown a complaint about themselves."""

REVIEW_STAGE = """CASE WHEN r.withdrawn_on IS NOT NULL THEN 'withdrawn' WHEN r.not_accepted_on IS NOT NULL THEN 'not_accepted'
    WHEN r.decided_on IS NOT NULL THEN CASE WHEN r.carried_out_on IS NOT NULL OR r.result IN ('uphold', 'dismiss') THEN 'closed'
        ELSE 'to_carry_out' END
    WHEN r.accepted_on IS NOT NULL THEN 'accepted' ELSE 'requested' END"""


@strawberry.input(description="Which complaints. 投诉举报筛选。")
class ComplaintFilter:
    open: bool | None = f("Only those still open, or only the others.", "是否未办结。", default=None)
    overdue: bool | None = f("Only those past their term, or only the others.", "是否逾期。", default=None)
    stage: str | None = f("At this stage.", "阶段。", default=None)
    kind: str | None = f("complaint, report, appeal.", "种类。", default=None)
    anonymous: bool | None = f("Named or not.", "是否匿名。", default=None)
    organisation_id: str | None = f(
        "Handled at an organisation or below it.", "办理机构（含下级）。", default=None
    )
    household_id: str | None = f("About a household.", "所涉家庭。", default=None)
    case_id: str | None = f("About a case, or waiting for it.", "所涉申请。", default=None)
    subject_operator: str | None = f("About an officer.", "被投诉举报人。", default=None)
    handler: str | None = f("Handled by.", "承办人。", default=None)


INNER = {
    "kind": "c.kind = %(kind)s",
    "anonymous": "c.anonymous = %(anonymous)s",
    "organisation_id": within("c.organisation_id", "organisation_id"),
    "household_id": "c.household_id = %(household_id)s",
    "case_id": "(c.case_id = %(case_id)s OR %(case_id)s = ANY (c.other_case_ids))",
    "subject_operator": "c.subject_operator = %(subject_operator)s",
    "handler": "c.handler = %(handler)s",
    "open": f"({OPEN}) = %(open)s",
}
OUTER = {"overdue": "overdue = %(overdue)s", "stage": "stage = %(stage)s"}


@strawberry.input(description="Which reviews or lawsuits. 复议诉讼筛选。")
class ChallengeFilter:
    stage: str | None = f("At this stage.", "阶段。", default=None)
    organisation_id: str | None = f(
        "Of an organisation's decisions, or below it.", "作出决定的机构（含下级）。", default=None
    )
    household_id: str | None = f("About a household.", "所涉家庭。", default=None)
    case_id: str | None = f("About a case.", "所涉申请。", default=None)


CHALLENGES = {
    "stage": "stage = %(stage)s",
    "organisation_id": within("organisation_id", "organisation_id"),
    "household_id": "household_id = %(household_id)s",
    "case_id": "case_id = %(case_id)s",
}
COMPLAINT_FILTER = Annotated[ComplaintFilter | None, about("Which of them.", "筛选。")]
CHALLENGE_FILTER = Annotated[ChallengeFilter | None, about("Which of them.", "筛选。")]
ON = Annotated[
    date | None, about("Age and terms as of this day; today when not given.", "计算日期，默认当日。")
]


def _given(filter: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(filter).items() if value is not None} if filter else {}


async def _challenges(
    info: Info,
    source: str,
    key: str,
    filter: ChallengeFilter | None,
    first: int,
    after: str | None,
    make: Any,
) -> Connection[Any]:
    """A page of reviews or lawsuits in scope, in the order they were recorded."""
    info.context.require(*READERS)
    first, given = page_size(first), _given(filter)
    wheres = [in_scope("organisation_id"), f"{key} > %(after)s", *(CHALLENGES[name] for name in given)]
    rows = await info.context.rows(
        f"SELECT * FROM ({source}) x WHERE {' AND '.join(wheres)} ORDER BY {key} LIMIT %(first)s",
        **given,
        scope=info.context.scope,
        first=first + 1,
        after=decode_position(after) or 0,
    )
    return connect(rows, first, after, key, make)


@strawberry.type
class RedressQueries:
    """What is asked about redress."""

    @strawberry.field(
        description="Complaints in scope, with age, term and stage; none about whoever asks. 投诉举报列表。"
    )
    async def complaints(
        self,
        info: Info,
        filter: COMPLAINT_FILTER = None,
        on: ON = None,
        first: FIRST = 50,
        after: AFTER = None,
    ) -> Connection[Complaint]:
        viewer = info.context.require(*READERS)
        first, given = page_size(first), _given(filter)
        inner = ["c.lodged_position > %(after)s", *(INNER[name] for name in given if name in INNER)]
        outer = ["true", *(OUTER[name] for name in given if name in OUTER)]
        rows = await info.context.rows(
            COMPLAINTS.format(inner=" AND ".join(inner), outer=" AND ".join(outer)),
            **given, on=on or today(), viewer=viewer.operator_id, scope=info.context.scope, first=first + 1,
            after=decode_position(after) or 0,
        )  # fmt: skip
        return connect(rows, first, after, "lodged_position", complaint_of)

    @strawberry.field(description="Reviews of decisions in scope. 行政复议列表。")
    async def reviews(
        self, info: Info, filter: CHALLENGE_FILTER = None, first: FIRST = 50, after: AFTER = None
    ) -> Connection[Review]:
        source = (
            "SELECT r.review_id, r.household_id, r.organisation_id, r.case_id, r.entitlement_id, r.person_id, r.challenged,"
            " r.organ, r.grounds, r.known_on, r.requested_on, r.request_by, r.accept_by, r.terms, r.accepted_on,"
            " coalesce(r.extended_to, r.decide_by) AS decide_by, r.not_accepted_reason, r.result, r.reason, r.article,"
            " r.decision_number, r.decided_on, r.served_on, r.sue_by, r.carry_out_by, r.carried_out_on, r.remedies,"
            f" r.requested_position, {REVIEW_STAGE} AS stage FROM reviews r"
        )
        return await _challenges(info, source, "requested_position", filter, first, after, review_of)

    @strawberry.field(description="Lawsuits about decisions in scope. 行政诉讼列表。")
    async def lawsuits(
        self, info: Info, filter: CHALLENGE_FILTER = None, first: FIRST = 50, after: AFTER = None
    ) -> Connection[Lawsuit]:
        source = f"SELECT l.*, {LAWSUIT_STAGE} AS stage FROM lawsuits l"
        return await _challenges(info, source, "filed_position", filter, first, after, lawsuit_of)

    @strawberry.field(description="Corrections in scope: what was wrong, and what corrected it. 更正列表。")
    async def corrections(
        self,
        info: Info,
        household_id: Annotated[str | None, about("About a household.", "所涉家庭。")] = None,
        operator_id: Annotated[str | None, about("Of what an operator recorded.", "差错当事人。")] = None,
        first: FIRST = 50,
        after: AFTER = None,
    ) -> Connection[Correction]:
        info.context.signed_in()
        first = page_size(first)
        rows = await info.context.rows(
            f"SELECT * FROM corrections c WHERE {VISIBLE} AND c.made_position > %(after)s"
            " AND (%(household)s::text IS NULL OR c.household_id = %(household)s)"
            " AND (%(operator)s::text IS NULL OR %(operator)s = ANY (c.operators)) ORDER BY c.made_position LIMIT %(first)s",
            household=household_id, operator=operator_id, scope=info.context.scope, first=first + 1,
            after=decode_position(after) or 0,
        )  # fmt: skip
        return connect(rows, first, after, "made_position", correction_of)

    @strawberry.field(
        description="Who was exempted or held to account, with the timeline of the error; for overseers, and of oneself. 容错认定列表。"
    )
    async def exemptions(
        self,
        info: Info,
        operator_id: Annotated[str | None, about("Of an operator.", "当事人。")] = None,
        outcome: Annotated[str | None, about("exempt or accountable.", "结果。")] = None,
        decided_from: Annotated[date | None, about("Decided from.", "决定日期起。")] = None,
        decided_to: Annotated[date | None, about("Decided to.", "决定日期止。")] = None,
        first: FIRST = 50,
        after: AFTER = None,
    ) -> Connection[ErrorOutcome]:
        viewer = info.context.viewer
        first = page_size(first)
        mine = None if viewer.role in (Role.REVIEWER, Role.AUDITOR) else viewer.operator_id
        rows = await info.context.rows(
            f"SELECT * FROM correction_outcomes WHERE {in_scope('organisation_id')} AND position > %(after)s"
            " AND (%(mine)s::text IS NULL OR operator_id = %(mine)s) AND (%(operator)s::text IS NULL OR operator_id = %(operator)s)"
            " AND (%(outcome)s::text IS NULL OR outcome = %(outcome)s)"
            " AND (%(since)s::date IS NULL OR decided_on >= %(since)s) AND (%(until)s::date IS NULL OR decided_on <= %(until)s)"
            " ORDER BY position LIMIT %(first)s",
            mine=mine, operator=operator_id, outcome=outcome, since=decided_from, until=decided_to, scope=info.context.scope,
            first=first + 1, after=decode_position(after) or 0,
        )  # fmt: skip
        return connect(rows, first, after, "position", outcome_of)
