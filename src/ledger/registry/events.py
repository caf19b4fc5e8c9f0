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
    """preschool, compulsory, high_school, vocational, college 学前 义务教育 高中 中职 大专及以上."""
    employment: str | None = None
    self_care_failed: int | None = None
    """How many of the six self-care items fail, 0 to 6 [43 art. 21–22]."""


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
    """Not counted as income, for the stated reason [57 art. 13]."""
    reason: str | None = None


class PropertyLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing owned: deposit, vehicle, home, business, insurance… its value in fen, exempt or not [57 art. 14]."""

    kind: str
    value_fen: Fen
    exempt: bool = False
    reason: str | None = None


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
