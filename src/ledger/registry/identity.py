"""Checks of what identifies: resident ID numbers (GB 11643) and bank account numbers."""

from __future__ import annotations

from datetime import date

from stdnum import luhn, numdb
from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from ledger.registry.events import Sex
from ledger.registry.refusals import BadAccount, BadIdNumber


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
    return ric.get_birth_date(number), Sex.MALE if int(number[16]) % 2 else Sex.FEMALE


def _fault(number: str) -> tuple[str, str] | None:
    """What is wrong with an ID number, in English and 中文; None when nothing is.

    The library's own `validate` also wants the county code to have existed in the year of birth; a code is
    the one of the day the number was given, often years later, so only an unknown code is a fault here.
    """
    if number != ric.compact(number):
        return ("it holds blanks or separators", "含有空格或分隔符")
    if len(number) != 18:
        return ("it does not have 18 digits", "不是18位")
    if not (number[:17].isascii() and number[:17].isdigit()):
        return ("it holds other characters than digits and X", "含有数字和X以外的字符")
    if number[17] != ric.calc_check_digit(number):
        return ("its check digit is wrong", "校验码错误")
    try:
        ric.get_birth_date(number)
    except ValidationError:
        return ("its birth date does not exist", "出生日期不存在")
    if not any(properties for _, properties in numdb.get("cn/loc").info(number[:6])):
        return ("its area code does not exist", "地区码不存在")
    return None


def check_account(number: str, bank_code: str) -> None:
    """Raises :class:`BadAccount` unless number (Luhn for 16 to 19 digit cards) and CNAPS code are well formed."""
    if not number.isascii() or not number.isdigit() or not 8 <= len(number) <= 32:
        raise BadAccount(why="an account number has 8 to 32 digits", why_zh="账号应为8至32位数字")
    if len(number) in range(16, 20) and not luhn.is_valid(number):
        raise BadAccount(why="the check digit of the account number is wrong", why_zh="账号校验位错误")
    if not (bank_code.isascii() and bank_code.isdigit() and len(bank_code) == 12):
        raise BadAccount(why="a bank code (CNAPS) has 12 digits", why_zh="行号应为12位数字")
