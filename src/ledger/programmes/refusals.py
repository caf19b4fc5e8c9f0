"""Why a definition is refused, or what it defines cannot be used."""

from __future__ import annotations

from typing import ClassVar

from ledger.kernel import Refused


class CategoryUnknown(Refused):
    """There is no category {category} on {day}.

    {day}没有对象类别{category}。
    """


class BadDefinition(Refused):
    """This cannot define {code}: {why}.

    不能如此定义{code}：{why_zh}。
    """


class DefinitionWithoutBasis(Refused):
    """A definition of {code} needs the document or article it rests on.

    定义{code}须写明依据文件或条款。
    """

    ARTICLE: ClassVar = "S 一"


class ProgrammeUnknown(Refused):
    """There is no programme {programme} on {day}.

    {day}没有救助项目{programme}。
    """


class FormUnknown(Refused):
    """There is no form of assistance {form} on {day}.

    {day}没有救助形式{form}。
    """
