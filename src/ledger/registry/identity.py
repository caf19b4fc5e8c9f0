"""Checks of what identifies: resident ID numbers (GB 11643) and bank account numbers."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from operator import mul

from stdnum import luhn, numdb
from stdnum.cn import ric

from ledger.registry.events import Sex
from ledger.registry.refusals import BadAccount, BadIdNumber

_SHAPE = re.compile(r"[0-9]{17}[0-9X]")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def mask_id(number: str) -> str:
    """The first four and last four characters of an ID number, the rest hidden."""
    return (
        f"{number[:4]}{'*' * max(len(number) - 8, 0)}{number[-4:]}" if len(number) > 8 else "*" * len(number)
    )


def check_id_number(number: str) -> tuple[date, Sex]:
    """Birth date and sex an ID number states. Raises :class:`BadIdNumber` saying what is wrong with it."""
    why = _fault(number)
    if why is not None:
        raise BadIdNumber(masked=mask_id(number), why=why[0], why_zh=why[1])
    return _birth(number), Sex.MALE if int(number[16]) % 2 else Sex.FEMALE


def _fault(number: str) -> tuple[str, str] | None:
    """What is wrong with an ID number, in English and 中文; None when nothing is.

    The library's own `validate` also wants the county code to have existed in the year of birth; a code is
    the one of the day the number was given, often years later, so only an unknown code is a fault here.
    """
    if not _SHAPE.fullmatch(number):
        return _misshapen(number)
    if number[17] != check_digit(number):
        return ("its check digit is wrong", "校验码错误")
    try:
        _birth(number)
    except ValueError:
        return ("its birth date does not exist", "出生日期不存在")
    if not _area_known(number[:6]):
        return ("its area code does not exist", "地区码不存在")
    return None


def _misshapen(number: str) -> tuple[str, str]:
    if number != ric.compact(number):
        return ("it holds blanks or separators", "含有空格或分隔符")
    if len(number) != 18:
        return ("it does not have 18 digits", "不是18位")
    if not (number[:17].isascii() and number[:17].isdigit()):
        return ("it holds other characters than digits and X", "含有数字和X以外的字符")
    return ("its check digit is wrong", "校验码错误")


def check_digit(number: str) -> str:
    """The last character that the first seventeen ask for (ISO 7064 MOD 11-2): tens of thousands are checked at once."""
    return "10X98765432"[sum(map(mul, map(int, number[:17]), _WEIGHTS)) % 11]


def _birth(number: str) -> date:
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


@cache
def _area_known(code: str) -> bool:
    """Whether an area code ever existed; the table is searched once for each."""
    return any(properties for _, properties in numdb.get("cn/loc").info(code))


def check_account(number: str, bank_code: str) -> None:
    """Raises :class:`BadAccount` unless number (Luhn for 16 to 19 digit cards) and CNAPS code are well formed."""
    if not number.isascii() or not number.isdigit() or not 8 <= len(number) <= 32:
        raise BadAccount(why="an account number has 8 to 32 digits", why_zh="账号应为8至32位数字")
    if len(number) in range(16, 20) and not luhn.is_valid(number):
        raise BadAccount(why="the check digit of the account number is wrong", why_zh="账号校验位错误")
    if not (bank_code.isascii() and bank_code.isdigit() and len(bank_code) == 12):
        raise BadAccount(why="a bank code (CNAPS) has 12 digits", why_zh="行号应为12位数字")
