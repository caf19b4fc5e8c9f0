"""Why a command about an organisation is refused."""

from __future__ import annotations

from ledger.kernel import Refused


class OrganisationExists(Refused):
    """Organisation {organisation} exists already.

    机构{organisation}已存在。
    """


class OrganisationUnknown(Refused):
    """There is no open organisation {organisation}.

    没有正在使用的机构{organisation}。
    """


class WrongLevel(Refused):
    """A {level} cannot stand under a {parent}.

    {level}不能隶属于{parent}。
    """
