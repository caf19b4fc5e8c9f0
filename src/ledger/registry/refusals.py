"""Why a command about a household or its people is refused."""

from __future__ import annotations

from typing import ClassVar

from ledger.kernel import Refused


class HouseholdUnknown(Refused):
    """There is no household {household}.

    没有家庭{household}。
    """


class HouseholdNumberTaken(Refused):
    """Household number {number} is taken.

    户编号{number}已被使用。
    """


class AlreadyMember(Refused):
    """Person {person} is already a member of an active household.

    该人员已是其他在册家庭的成员。
    """

    ARTICLE: ClassVar = "57 art. 7"


class NotMember(Refused):
    """Person {person} is not a member of the household on {day}.

    该人员在{day}不是本家庭成员。
    """


class PersonDeceased(Refused):
    """Person {person} died on {day}.

    该人员已于{day}死亡。
    """


class BadIdNumber(Refused):
    """{masked} is not a valid resident ID number: {why}.

    身份证号{masked}无效：{why_zh}。
    """

    ARTICLE: ClassVar = "GB 11643"


class OneHeadNeeded(Refused):
    """A household has exactly one head among its members, not {count}.

    一个家庭须有且只有一名户主，现有{count}名。
    """


class TooManyMembers(Refused):
    """A household cannot have {count} members; at most {limit}.

    家庭成员{count}人，超过上限{limit}人。
    """


class PersonTwice(Refused):
    """The same person is named twice.

    同一人员重复出现。
    """


class BadDate(Refused):
    """{what} {day} is impossible: {why}.

    {what_zh}{day}不可能：{why_zh}。
    """


class NewHeadNeeded(Refused):
    """The head died or left: name the new head among the remaining members.

    户主死亡或离开，须在其余成员中指定新户主。
    """


class BadAccount(Refused):
    """The account cannot be used: {why}.

    账户不能使用：{why_zh}。
    """

    ARTICLE: ClassVar = "57 art. 25–26"


class NoAuthority(Refused):
    """The payee is no member; a document must say on what authority they collect.

    领款人不是家庭成员，须有授权或监护文件。
    """

    ARTICLE: ClassVar = "57 art. 26"


class NegativeAmount(Refused):
    """An amount of {amount} fen is negative.

    金额不得为负。
    """


class SameOrganisation(Refused):
    """The household is already in {organisation}.

    该家庭已在{organisation}。
    """


class WrongCompany(Refused):
    """{company} is no company or community of {organisation}.

    {company}不是{organisation}所属的连队或社区。
    """


class HouseholdMergedAway(Refused):
    """Household {household} was merged into {survivor}: nothing new can happen to it.

    家庭{household}已并入{survivor}，不能再办理新事项。
    """

    ARTICLE: ClassVar = "57 art. 7"


class MergedWithItself(Refused):
    """A household cannot be merged with itself.

    家庭不能与自身合并。
    """


class MergeAcrossOrganisations(Refused):
    """{absorbed} and {survivor} are households of different organisations: the move comes first.

    {absorbed}与{survivor}不属同一责任机构，须先办理迁移。
    """

    ARTICLE: ClassVar = "57 art. 5"


class NobodyThere(Refused):
    """Nobody lives in household {household}.

    家庭{household}已无在册成员。
    """

    ARTICLE: ClassVar = "57 art. 7"


class NotMergedInto(Refused):
    """{absorbed} is not merged into {survivor}.

    {absorbed}未并入{survivor}。
    """


class SplitOfNobody(Refused):
    """Name at least one member who leaves.

    分户须至少有一名成员分出。
    """

    ARTICLE: ClassVar = "57 art. 7"


class SplitOfEverybody(Refused):
    """Somebody must stay: all {count} members leaving is a move, not a split.

    分户须有成员留下；全部{count}人分出属于迁移。
    """

    ARTICLE: ClassVar = "57 art. 7"


class NotDeclared(Refused):
    """What goes with those who leave was not declared by the household: {what}.

    随分出成员转出的项目未在原家庭申报：{what}。
    """

    ARTICLE: ClassVar = "57 art. 13–14"


class DocumentNeeded(Refused):
    """A document must say what this rests on.

    须注明依据的文件或材料。
    """


class NothingDiffers(Refused):
    """Nothing would change.

    没有变化。
    """


class BadAttributes(Refused):
    """{what} cannot be {value}.

    {what_zh}不能为{value}。
    """


class IdentityKnown(Refused):
    """The identity of person {person} is known already.

    该人员身份已知，无须认定。
    """

    ARTICLE: ClassVar = "649 art. 50"


class NotIdentified(Refused):
    """Person {person} was not identified from this household.

    该人员未在本户作过身份认定。
    """


class BadDeclaration(Refused):
    """{field} of the declaration: expected {expected}, given {given}.

    申报内容{field}有误：应为{expected}，现为{given}。
    """
