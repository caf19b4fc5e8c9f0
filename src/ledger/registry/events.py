"""What can happen to a household and its people."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar

import msgspec

from ledger.kernel import (
    Event,
    Fen,
    FileHash,
    HouseholdId,
    HouseholdNumber,
    ImportId,
    Month,
    OrganisationId,
    PersonId,
    Private,
)


class Area(StrEnum):
    """城 or 乡: which standard holds."""

    URBAN = "urban"
    RURAL = "rural"


class Sex(StrEnum):
    """As the ID number states it 性别."""

    MALE = "male"
    FEMALE = "female"


class Relation(StrEnum):
    """To the head of the household 与户主关系."""

    HEAD = "head"
    SPOUSE = "spouse"
    CHILD = "child"
    PARENT = "parent"
    GRANDPARENT = "grandparent"
    GRANDCHILD = "grandchild"
    SIBLING = "sibling"
    OTHER = "other"


class Attributes(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What rules need to know of a person; none of it identifies them directly."""

    disability_type: str | None = None
    """visual, hearing, speech, physical, intellectual, mental, multiple 视力 听力 言语 肢体 智力 精神 多重."""
    disability_level: int | None = None
    """1 (most severe) to 4."""
    illness: str | None = None
    """Recognised major or chronic illness category 重特大疾病 / 慢性病."""
    labour_ability: str | None = None
    """full, partial, none 有 部分丧失 无."""
    schooling: str | None = None
    """preschool, compulsory, high_school, vocational, college, postgraduate 学前 义务教育 高中 中职 大专本科 研究生."""
    employment: str | None = None
    self_care_failed: int | None = None
    """How many of the six self-care items fail, 0 to 6 [43 art. 21–22]."""
    full_time: bool | None = None
    """Whether a student is in full-time study; taken to be where nothing else is said [57 art. 7]."""
    custody: str | None = None
    """prison, compulsory_treatment, detention: the last alone leaves one counted [57 art. 7]."""
    declared_missing: bool = False
    """Declared missing by a court 宣告失踪 [57 art. 7]."""
    clergy_since: date | None = None
    """Since when the person lives away from the family as clergy; not counted after three years [57 art. 7–8]."""
    uncounted_by: str | None = None
    """The rule of the province by which the person is not counted [57 art. 7]."""
    contracted_land: bool = False
    """Has contracted land or a share of collective income: the rural standard of tekun [43 art. 19]."""
    relocated_to_town: bool = False
    """Moved to a town to leave poverty behind 易地扶贫搬迁: the urban standard of tekun [43 art. 19]."""


class Origin(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a record came from when it was taken over from a roster: file, sheet, row and its hash."""

    file_name: str
    file_hash: str
    sheet: str
    row: int
    row_hash: str


class HouseholdRegistered(Event, frozen=True, kw_only=True):
    """A household 家庭 of people who live together is known, in an organisation, consent to checking noted."""

    TITLE: ClassVar = ("家庭登记", "Household registered")

    household_id: HouseholdId
    number: HouseholdNumber
    """The office's own household number 户编号, unique."""
    organisation_id: OrganisationId
    """The regiment 团场 or street 街道 in charge."""
    company_id: str | None = None
    """The company 连队 or community 社区, an organisation below it."""
    area: Area
    address: Private | None = None
    consent_on: date | None = None
    """The day the members authorised checking 授权核对 [57 art. 9]."""
    origin: Origin | None = None
    kind: str = "household"
    """household, or transient: people met in an emergency who are registered nowhere 急难中临时登记 [S 三(三)]."""


class MemberJoined(Event, frozen=True, kw_only=True):
    """A person is a member from `occurred_on` (birth, marriage, first registration…)."""

    TITLE: ClassVar = ("成员加入", "Member joined")

    household_id: HouseholdId
    organisation_id: OrganisationId
    person_id: PersonId
    relation: Relation
    name: Private
    id_number: Private | None = None
    phone: Private | None = None
    birth_date: date
    sex: Sex
    attributes: Attributes = Attributes()
    reason: str = "registered"
    """registered, birth, marriage, adoption, return, split, merged, merge_withdrawn, emergency, identified,
    identification_withdrawn, other."""
    attributes_since: date | None = None
    """From when `attributes` are so, where an earlier household knew: who comes from it brings no older news."""
    identity_known: bool = True
    """False for somebody met without papers: name, birth date and sex are as they appear 身份不明 [649 art. 50]."""


class MemberLeft(Event, frozen=True, kw_only=True):
    """A person is no longer a member after `occurred_on`; a death is recorded by ``PersonDied``."""

    TITLE: ClassVar = ("成员离开", "Member left")

    household_id: HouseholdId
    organisation_id: OrganisationId
    person_id: PersonId
    reason: str
    """moved_out, divorce, marriage, prison, compulsory_treatment, declared_missing, split, merged, merge_withdrawn,
    registered_elsewhere, identified, identification_withdrawn, other [57 art. 7]."""


class HeadChanged(Event, frozen=True, kw_only=True):
    """Another member is the head 户主 from `occurred_on`."""

    TITLE: ClassVar = ("户主变更", "Head changed")

    household_id: HouseholdId
    organisation_id: OrganisationId
    person_id: PersonId
    previous_head: str | None = None


class HouseholdMoved(Event, frozen=True, kw_only=True):
    """The household passes from one organisation to another; `last_month_here` is the old one's last payable month.

    Carries both organisations, so that runs of either see it.
    """

    TITLE: ClassVar = ("家庭迁移", "Household moved")

    household_id: HouseholdId
    organisation_ids: tuple[OrganisationId, ...]
    """(from, to)."""
    from_id: str
    to_id: str
    company_id: str | None = None
    area: Area
    last_month_here: Month
    address: Private | None = None


class PersonDied(Event, frozen=True, kw_only=True):
    """A member died on `occurred_on`, as `source` says (public security, funeral home, family…)."""

    TITLE: ClassVar = ("人员死亡", "Person died")

    household_id: HouseholdId
    organisation_id: OrganisationId
    person_id: PersonId
    source: str


class IncomeLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of yearly income in fen: wage 工资性, business 经营净, property 财产净 or transfer 转移净 [57 art. 13]."""

    kind: str
    annual_fen: Fen
    person_id: str | None = None
    excluded: bool = False
    """Not counted as income, for the stated reason [57 art. 13]. Of a line whose `source` a rule knows, the rule decides."""
    reason: str | None = None
    source: str | None = None
    """What it is, where a rule may leave it out: basic_pension, preferential_pension, family_planning, scholarship,
    bravery_award, assistance, social_insurance, old_age_allowance, or another a place has a rule for [57 art. 13, 43 art. 6]."""


class PropertyLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing owned: deposit, vehicle, home, business, insurance… its value in fen, exempt or not [57 art. 14]."""

    kind: str
    value_fen: Fen
    exempt: bool = False
    reason: str | None = None
    person_id: str | None = None
    """Whose it is; nobody named: the household's."""
    use: str | None = None
    """living, production, mobility: needed for that, and exempt up to what the place sets [57 art. 14]."""


class SpendingLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was spent and could not be avoided: living, medical, education, rehabilitation or other [RG art. 5]."""

    kind: str
    spent_fen: Fen
    covered_fen: Fen = Fen(0)
    """Paid by insurance, aid, subsidies or compensation."""
    public_rate_fen: Fen | None = None
    """What a public school of the kind charges: more does not count."""
    person_id: str | None = None
    paid_on: date | None = None
    """The day; without one it is of the twelve months before the declaration."""
    recognised_by: str | None = None
    """The county's document that recognises spending of another kind."""


class SupportLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody outside the household owes or gives for a member's support 赡养、抚养、扶养费 [57 art. 13]."""

    kinship: str
    """child, parent, spouse, sibling, grandchild, grandparent, other: what the payer is to the member."""
    person_id: str | None = None
    """The member who is supported."""
    birth_date: date | None = None
    """The payer's."""
    annual_fen: Fen | None = None
    """What is given by agreement or judgment; else it is computed from the payer's means where the place has a rule."""
    payer_income_fen: Fen | None = None
    """Yearly income of the payer's household."""
    payer_members: int = 1
    supported: int = 1
    """How many households the payer supports."""


class Discretion(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was judged in a single case, why, and who approved it 视情豁免、综合判断 [83 一(一)]."""

    what: str
    """support: what siblings or people of 60 and more give is left out; labour: no income is imputed."""
    person_id: str | None = None
    reason: str
    judged_by: str
    """The operator or meeting that approved it."""


class CircumstancesDeclared(Event, frozen=True, kw_only=True):
    """The household declared its income, property and spending as of `occurred_on`."""

    TITLE: ClassVar = ("申报家庭经济状况", "Circumstances declared")

    household_id: HouseholdId
    organisation_id: OrganisationId
    income: tuple[IncomeLine, ...]
    property: tuple[PropertyLine, ...] = ()
    deductions_fen: Fen = Fen(0)
    """Yearly rigid spending deducted from income (disability, illness, cost of working)."""
    origin: Origin | None = None
    spending: tuple[SpendingLine, ...] = ()
    support: tuple[SupportLine, ...] = ()
    discretions: tuple[Discretion, ...] = ()


class AccountNominated(Event, frozen=True, kw_only=True):
    """Benefits of the household are paid to this account from `occurred_on` on.

    `payee_id` draws the money (a member, or one with documented authority); the holder may differ.
    """

    TITLE: ClassVar = ("指定收款账户", "Account nominated")

    household_id: HouseholdId
    organisation_id: OrganisationId
    person_id: PersonId
    """The payee 领款人."""
    payee_kind: str = "member"
    """member, guardian, collector, institution 成员 监护人 代领人 供养机构."""
    authority: str | None = None
    """Document that lets someone who is no member collect."""
    bank_code: str
    """12-digit CNAPS code of the bank."""
    account: Private
    account_holder: Private
    account_key: str
    """Keyed hash of the account number: equal accounts have equal keys, nothing else can be read from it."""


class RosterImported(Event, frozen=True, kw_only=True):
    """The closing header of a roster import: what was in the file and what was taken."""

    TITLE: ClassVar = ("名册导入", "Roster imported")

    import_id: ImportId
    file_hash: FileHash
    organisation_ids: tuple[OrganisationId, ...]
    file_name: str
    programme: str
    rows: int
    households: int
    people: int
    rejected: int
    cut_over: date
