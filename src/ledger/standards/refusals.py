"""Why a parameter cannot be set or used."""

from __future__ import annotations

from ledger.kernel import Refused


class NoBasis(Refused):
    """Parameter {name} has no basis; a parameter without a basis computes nothing.

    参数{name}没有依据文件；没有依据的参数不得用于计算。
    """


class NoStandard(Refused):
    """No {name} is in force for {programme} at {organisation} ({area}, tier {tier}) on {day}.

    {day}在{organisation}没有适用于{programme}（{area}，档次{tier}）的参数{name}。
    """


class StandardExpired(Refused):
    """{name} of {programme} at {organisation} was in force until {until}; none is set for {day}.

    {organisation}适用于{programme}的参数{name}有效期至{until}，{day}无现行标准。
    """


class BadValue(Refused):
    """{value} is not a value for parameter {name}.

    {value}不是参数{name}的有效值。
    """
