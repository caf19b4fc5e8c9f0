"""Charity: needs as donors may see them, offers, matches, a donor's yearly certificate and the list for commendation."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import strawberry

from graphql_api.context import Context, Info, Row, in_scope
from graphql_api.errors import out_of_scope
from graphql_api.queries.definitions import today
from graphql_api.scalars import Yuan, yuan
from graphql_api.types.common import AFTER, FIRST, Connection, about, connect, decode_position, f, page_size
from graphql_api.types.corrections import PURPOSE
from ledger.kernel import Role

STAFF = (Role.CLERK, Role.REVIEWER, Role.FINANCE, Role.AUDITOR)
AID = """LEFT JOIN LATERAL (SELECT sum(CASE WHEN a.withdrawn OR coalesce(a.not_given, false) THEN 0
        ELSE coalesce(a.reported_fen, a.granted_fen, 0) END)::bigint AS fen FROM need_aid a
    WHERE a.household_id = n.household_id AND a.need = n.need_reference) a ON n.form <> 'hours'"""
NEEDS = f"""SELECT * FROM (SELECT n.*, o.name AS place, {in_scope("n.organisation_id")} AS visible,
        coalesce(n.hours, n.cost_fen) AS asked, n.lowered_fen + coalesce(a.fen, 0) AS public_fen,
        coalesce(n.hours, n.cost_fen) - n.lowered_fen - coalesce(a.fen, 0) - n.agreed AS left_over,
        n.withdrawn_on IS NULL AND (n.until IS NULL OR n.until >= %(today)s)
            AND coalesce(c.given AND (c.until IS NULL OR c.until >= %(today)s), false) AS published
    FROM needs n JOIN organisations o USING (organisation_id) LEFT JOIN charity_consents c USING (household_id) {AID}) x"""
"""Each need with what is left of it; whether it is shown to donors depends on the household's consent that day."""


@strawberry.type(
    description="A need as donors may see it: nothing that identifies anyone. 慈善需求（脱敏）。"
)
class CharityNeed:
    need_id: str = f("Its id.", "需求编号。")
    need_kind: str = f("What is needed.", "需求类别。")
    form: str = f("money, goods, hours.", "形式：资金、物资、志愿服务时长。")
    goods: str | None = f("What goods or help.", "物资或服务内容。")
    cost: Yuan | None = f("What it costs.", "所需金额。")
    hours: int | None = f("Hours needed.", "所需小时数。")
    left: Yuan | None = f("What is still to be given, public aid taken off.", "尚缺金额（已扣除公共救助）。")
    hours_left: int | None = f("Hours still to be given.", "尚缺小时数。")
    organisation_id: str = f("The regiment or street.", "所在团场或街道编号。")
    place: str = f("Its name.", "所在团场或街道。")
    published_on: date = f("Published on.", "发布日期。")
    until: date | None = f("Last day.", "截止日期。")
    open: bool = f("Whether it may still be met.", "是否可对接。")
    household_id: str | None = f(
        "The household, for staff in scope alone.", "家庭编号（仅限管辖范围内工作人员）。"
    )
    need_reference: str | None = f(
        "What it is for, for staff in scope alone.", "需求对应事项（仅限管辖范围内工作人员）。"
    )
    public_aid: Yuan | None = f(
        "Public aid for the same need, for staff in scope alone.",
        "就同一需求的公共救助（仅限管辖范围内工作人员）。",
    )
    over: Yuan | None = f(
        "By how much public aid and what was delivered exceed the cost, for staff in scope alone.",
        "公共救助与已到户捐赠超出所需的金额（仅限管辖范围内工作人员）。",
    )


def need_of(row: Row) -> CharityNeed:
    """A need from its row; what may identify the household for staff in scope alone."""
    hours, left = row["form"] == "hours", max(row["left_over"], 0)
    staff = row["visible"] and row["staff"]
    over = max(row["public_fen"] + row["delivered"] - row["asked"], 0)
    return CharityNeed(
        need_id=row["need_id"], need_kind=row["need_kind"], form=row["form"], goods=row["goods"], cost=yuan(row["cost_fen"]),
        hours=row["hours"], left=None if hours else yuan(left), hours_left=left if hours else None,
        organisation_id=row["organisation_id"], place=row["place"], published_on=row["published_on"], until=row["until"],
        open=row["published"] and left > 0, household_id=row["household_id"] if staff else None,
        need_reference=row["need_reference"] if staff else None, public_aid=yuan(row["public_fen"]) if staff and not hours else None,
        over=yuan(over) if staff and not hours else None,
    )  # fmt: skip


@strawberry.type(description="Who gives: an organisation, a trust or a person. 捐赠人。")
class DonorType:
    donor_id: str = f("Its id.", "捐赠人编号。")
    donor_class: str = f("enterprise, social_organisation, charity, trust, individual.", "捐赠人类别。")
    title: str | None = f("Name of an organisation or trust.", "单位或慈善信托名称。")
    credit_code: str | None = f("Its unified social credit code.", "统一社会信用代码。")
    filing_number: str | None = f("Filing number of a trust.", "慈善信托备案编号。")
    registered_on: date = f("Registered on.", "登记日期。")
    row: strawberry.Private[Row]

    @strawberry.field(description="Name of a person. 个人姓名。")
    async def name(self, info: Info, purpose: PURPOSE = None) -> str | None:
        return await info.context.private(self.row["name"], "name", purpose)

    @strawberry.field(
        description="Resident ID number of a person, for the tax office. 身份证号（供税务使用）。"
    )
    async def id_number(self, info: Info, purpose: PURPOSE = None) -> str | None:
        return await info.context.private(self.row["id_number"], "id_number", purpose)

    @strawberry.field(description="How to reach them. 联系方式。")
    async def contact(self, info: Info, purpose: PURPOSE = None) -> str | None:
        return await info.context.private(self.row["contact"], "contact", purpose)


def donor_of(row: Row) -> DonorType:
    """A donor from its row."""
    names = ("donor_id", "donor_class", "title", "credit_code", "filing_number", "registered_on")
    return DonorType(**{name: row[name] for name in names}, row=row)


@strawberry.type(description="What a donor offers. 捐赠意向。")
class CharityOffer:
    offer_id: str = f("Its id.", "意向编号。")
    donor_id: str = f("The donor.", "捐赠人编号。")
    donor_class: str = f("Who gives.", "捐赠人类别。")
    organisation_id: str = f("Where it serves, and below.", "服务区域（含下级）。")
    form: str = f("money, goods, hours.", "形式。")
    goods: str | None = f("What goods or help.", "物资或服务内容。")
    value: Yuan | None = f("How much.", "金额（折价）。")
    hours: int | None = f("How many hours.", "小时数。")
    left: Yuan | None = f("What is not matched yet.", "尚未对接金额。")
    hours_left: int | None = f("Hours not matched yet.", "尚未对接小时数。")
    need_kinds: list[str] = f("For which needs; for any when empty.", "限定用途。")
    agreement: str = f("The agreement.", "捐赠协议。")
    offered_on: date = f("Offered on.", "日期。")
    until: date | None = f("Last day.", "截止日期。")
    open: bool = f("Whether it may still be matched.", "是否可对接。")

    @strawberry.field(description="The donor, where it is in scope. 捐赠人（在查看范围内时）。")
    async def donor(self, info: Info) -> DonorType | None:
        row = await info.context.batch("donors", _load_donors).load(self.donor_id)
        return donor_of(row) if row else None


async def _load_donors(context: Context, keys: list[str]) -> list[Row | None]:
    rows = await context.rows(
        f"SELECT * FROM donors WHERE donor_id = ANY(%(keys)s) AND {in_scope('organisation_id')}",
        keys=keys,
        scope=context.scope,
    )
    found = {row["donor_id"]: row for row in rows}
    return [found.get(key) for key in keys]


def offer_of(row: Row) -> CharityOffer:
    """An offer from its row."""
    names = ("offer_id", "donor_id", "donor_class", "organisation_id", "form", "goods", "hours", "need_kinds", "agreement",
             "offered_on", "until")  # fmt: skip
    hours = row["form"] == "hours"
    left = (row["hours"] if hours else row["value_fen"]) - row["agreed"]
    return CharityOffer(
        **{name: row[name] for name in names}, value=yuan(row["value_fen"]), left=None if hours else yuan(left),
        hours_left=left if hours else None, open=row["open"] and left > 0,
    )  # fmt: skip


@strawberry.type(description="A need and an offer that met. 慈善对接。")
class CharityMatch:
    match_id: str = f("Its id.", "对接编号。")
    need_id: str = f("The need.", "需求编号。")
    offer_id: str = f("The offer.", "意向编号。")
    donor_id: str = f("The donor.", "捐赠人编号。")
    household_id: str = f("The household.", "家庭编号。")
    form: str = f("money, goods, hours.", "形式。")
    agreed: Yuan | None = f("Agreed.", "对接金额。")
    delivered: Yuan | None = f("Delivered.", "到户金额。")
    hours_agreed: int | None = f("Hours agreed.", "对接小时数。")
    hours_delivered: int | None = f("Hours rendered.", "已服务小时数。")
    agreed_on: date = f("Agreed on.", "对接日期。")
    status: str = f("agreed, delivering, delivered, cancelled.", "状态：已对接、到户中、已到户、已取消。")
    cancelled_by: str | None = f("Who wanted it no longer.", "取消方。")


def match_of(row: Row) -> CharityMatch:
    """A match from its row."""
    names = (
        "match_id",
        "need_id",
        "offer_id",
        "donor_id",
        "household_id",
        "form",
        "agreed_on",
        "cancelled_by",
    )
    hours = row["form"] == "hours"
    agreed, delivered = row["agreed"] - row["released"], row["delivered"]
    status = (
        "cancelled"
        if row["cancelled_by"]
        else "agreed"
        if not delivered
        else "delivered"
        if delivered == agreed
        else "delivering"
    )
    return CharityMatch(
        **{name: row[name] for name in names}, status=status, agreed=None if hours else yuan(agreed),
        delivered=None if hours else yuan(delivered), hours_agreed=agreed if hours else None,
        hours_delivered=delivered if hours else None,
    )  # fmt: skip


@strawberry.type(
    description="One donation that reached its household; who received it is not said. 一笔捐赠。"
)
class Donation:
    delivered_on: date = f("Delivered on.", "到户日期。")
    form: str = f("money, goods, hours.", "形式。")
    amount: Yuan | None = f("Money, or the value of goods.", "金额（折价）。")
    hours: int | None = f("Hours.", "小时数。")
    goods: str | None = f("What goods or help.", "物资或服务内容。")
    receipt: str | None = f("Number of the receipt.", "公益事业捐赠票据号。")


@strawberry.type(description="What a donor gave in a year: for tax relief. 年度捐赠证明（用于税收减免）。")
class DonorCertificate:
    donor: DonorType = f("The donor.", "捐赠人。")
    year: int = f("The year.", "年度。")
    money: Yuan = f("Money in all.", "资金合计。")
    goods: Yuan = f("Goods in all, by their value.", "物资折价合计。")
    total: Yuan = f("In all, as receipts say.", "合计（以票据为准）。")
    hours: int = f("Hours of volunteering.", "志愿服务小时数。")
    donations: list[Donation] = f("Each, with its receipt.", "明细及票据。")


@strawberry.type(description="A donor in the list for commendation. 褒扬名单条目。")
class Commendation:
    donor: DonorType = f("The donor.", "捐赠人。")
    total: Yuan = f("Money and goods given in the year.", "年度捐赠合计。")
    hours: int = f("Hours of volunteering.", "志愿服务小时数。")
    households: int = f("How many households were helped.", "惠及户数。")
    honours: list[str] = f("Honours of the year.", "年度褒扬。")


DONATION = f"""SELECT x.* FROM donations x
    WHERE x.donor_id = %(donor)s AND {in_scope("x.organisation_id")} AND date_part('year', x.delivered_on) = %(year)s
    ORDER BY x.delivered_on, x.position"""
GIVEN = f"""SELECT d.*, coalesce(g.total, 0)::bigint AS total, coalesce(g.hours, 0)::bigint AS given_hours, g.households,
        ARRAY(SELECT c.honour FROM commendations c WHERE c.donor_id = d.donor_id AND c.year = %(year)s ORDER BY c.position) AS honours
    FROM (SELECT donor_id, sum(amount_fen) AS total, sum(hours) AS hours, count(DISTINCT household_id) AS households
          FROM donations WHERE date_part('year', delivered_on) = %(year)s AND {in_scope("organisation_id")} GROUP BY donor_id) g
    JOIN donors d USING (donor_id)
    WHERE {in_scope("d.organisation_id")} AND (coalesce(g.total, 0) >= %(least)s OR coalesce(g.hours, 0) >= %(hours)s)
    ORDER BY total DESC, given_hours DESC, d.donor_id LIMIT 200"""
YEAR = Annotated[int, about("The year.", "年度。")]


@strawberry.type
class CharityQueries:
    """What is asked about charity."""

    @strawberry.field(
        description="Needs as donors may see them, of the whole division. 慈善需求列表（脱敏）。"
    )
    async def needs(
        self,
        info: Info,
        open: Annotated[
            bool | None, about("Only those that may still be met, or only the others.", "是否可对接。")
        ] = True,
        need_kind: Annotated[str | None, about("What is needed.", "需求类别。")] = None,
        form: Annotated[str | None, about("money, goods, hours.", "形式。")] = None,
        first: FIRST = 50,
        after: AFTER = None,
    ) -> Connection[CharityNeed]:
        viewer = info.context.viewer
        info.context.signed_in()
        first = page_size(first)
        staff = viewer.role in STAFF
        # What is published no longer is shown to the household's own office alone.
        rows = await info.context.rows(
            f"{NEEDS} WHERE position > %(after)s AND (published OR (visible AND %(staff)s))"
            " AND (%(open)s::boolean IS NULL OR (published AND left_over > 0) = %(open)s)"
            " AND (%(kind)s::text IS NULL OR need_kind = %(kind)s) AND (%(form)s::text IS NULL OR form = %(form)s)"
            " ORDER BY position LIMIT %(first)s",
            open=open, kind=need_kind, form=form, staff=staff, today=today(), scope=info.context.scope, first=first + 1,
            after=decode_position(after) or 0,
        )  # fmt: skip
        return connect(rows, first, after, "position", lambda row: need_of(row | {"staff": staff}))

    @strawberry.field(description="Offers that serve one's organisation. 捐赠意向列表。")
    async def offers(
        self,
        info: Info,
        open: Annotated[
            bool | None, about("Only those that may still be matched, or only the others.", "是否可对接。")
        ] = None,
        form: Annotated[str | None, about("money, goods, hours.", "形式。")] = None,
        donor_id: Annotated[str | None, about("Of a donor.", "捐赠人。")] = None,
        first: FIRST = 50,
        after: AFTER = None,
    ) -> Connection[CharityOffer]:
        info.context.require(*STAFF)
        first = page_size(first)
        rows = await info.context.rows(
            "SELECT * FROM (SELECT o.*, o.withdrawn_on IS NULL AND (o.until IS NULL OR o.until >= %(today)s)"
            " AND coalesce(o.hours, o.value_fen) > o.agreed AS open FROM offers o) o"
            f" WHERE ({in_scope('o.organisation_id')} OR o.organisation_id IN"
            " (SELECT unnest(path) FROM organisations WHERE organisation_id = %(scope)s)) AND o.position > %(after)s"
            " AND (%(open)s::boolean IS NULL OR o.open = %(open)s) AND (%(form)s::text IS NULL OR o.form = %(form)s)"
            " AND (%(donor)s::text IS NULL OR o.donor_id = %(donor)s) ORDER BY o.position LIMIT %(first)s",
            open=open, form=form, donor=donor_id, today=today(), scope=info.context.scope, first=first + 1,
            after=decode_position(after) or 0,
        )  # fmt: skip
        return connect(rows, first, after, "position", offer_of)

    @strawberry.field(description="Matches of needs in scope. 慈善对接列表。")
    async def matches(
        self,
        info: Info,
        need_id: Annotated[str | None, about("Of a need.", "需求。")] = None,
        offer_id: Annotated[str | None, about("Of an offer.", "意向。")] = None,
        household_id: Annotated[str | None, about("For a household.", "家庭。")] = None,
        first: FIRST = 50,
        after: AFTER = None,
    ) -> Connection[CharityMatch]:
        info.context.require(*STAFF)
        first = page_size(first)
        rows = await info.context.rows(
            f"SELECT * FROM charity_matches WHERE {in_scope('organisation_id')} AND position > %(after)s"
            " AND (%(need)s::text IS NULL OR need_id = %(need)s) AND (%(offer)s::text IS NULL OR offer_id = %(offer)s)"
            " AND (%(household)s::text IS NULL OR household_id = %(household)s) ORDER BY position LIMIT %(first)s",
            need=need_id, offer=offer_id, household=household_id, scope=info.context.scope, first=first + 1,
            after=decode_position(after) or 0,
        )  # fmt: skip
        return connect(rows, first, after, "position", match_of)

    @strawberry.field(description="Donors in scope. 捐赠人列表。")
    async def donors(self, info: Info, first: FIRST = 50, after: AFTER = None) -> Connection[DonorType]:
        info.context.require(*STAFF)
        first = page_size(first)
        rows = await info.context.rows(
            f"SELECT * FROM donors WHERE {in_scope('organisation_id')} AND position > %(after)s ORDER BY position LIMIT %(first)s",
            scope=info.context.scope,
            first=first + 1,
            after=decode_position(after) or 0,
        )
        return connect(rows, first, after, "position", donor_of)

    @strawberry.field(
        description="What a donor gave in a year, with receipts, for tax relief. 年度捐赠证明。"
    )
    async def donor_certificate(
        self, info: Info, donor_id: Annotated[str, about("The donor.", "捐赠人编号。")], year: YEAR
    ) -> DonorCertificate | None:
        info.context.require(*STAFF)
        row = await info.context.row(
            f"SELECT *, {in_scope('organisation_id')} AS visible FROM donors WHERE donor_id = %(donor)s", donor=donor_id,
            scope=info.context.scope,
        )  # fmt: skip
        if row is None:
            return None
        if not row["visible"]:
            raise out_of_scope()
        given = await info.context.rows(DONATION, donor=donor_id, year=year, scope=info.context.scope)
        money, goods = (
            sum(r["amount_fen"] or 0 for r in given if r["form"] == form) for form in ("money", "goods")
        )
        donations: list[Any] = [
            Donation(delivered_on=r["delivered_on"], form=r["form"], amount=yuan(r["amount_fen"]), hours=r["hours"],
                     goods=r["goods"], receipt=r["receipt_id"])
            for r in given
        ]  # fmt: skip
        return DonorCertificate(
            donor=donor_of(row), year=year, money=yuan(money), goods=yuan(goods), total=yuan(money + goods),
            hours=sum(r["hours"] or 0 for r in given), donations=donations,
        )  # fmt: skip

    @strawberry.field(
        description="Who gave most in a year: the list for commendation, with honours given. 褒扬名单。"
    )
    async def commendation_list(
        self,
        info: Info,
        year: YEAR,
        least: Annotated[Yuan, about("Gave so much at least, in yuan,", "捐赠额不低于（元），")],
        least_hours: Annotated[
            int, about("or so many hours at least.", "或服务小时数不低于。")
        ] = 2_000_000_000,
    ) -> list[Commendation]:
        info.context.require(*STAFF)
        rows = await info.context.rows(
            GIVEN, year=year, least=least, hours=least_hours, scope=info.context.scope
        )
        return [
            Commendation(donor=donor_of(row), total=yuan(row["total"]), hours=row["given_hours"], households=row["households"],
                         honours=row["honours"])
            for row in rows
        ]  # fmt: skip
