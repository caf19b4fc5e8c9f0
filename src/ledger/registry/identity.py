"""Checks of what identifies: resident ID numbers (GB 11643) and bank account numbers."""

from __future__ import annotations

from datetime import date

from stdnum import luhn
from stdnum.cn import ric
from stdnum.exceptions import InvalidChecksum, InvalidFormat, InvalidLength, ValidationError

from ledger.registry.events import Sex
from ledger.registry.refusals import BadAccount, BadIdNumber


def mask_id(number: str) -> str:
    """The first four and last four characters of an ID number, the rest hidden."""
    return (
        f"{number[:4]}{'*' * max(len(number) - 8, 0)}{number[-4:]}" if len(number) > 8 else "*" * len(number)
    )


def check_id_number(number: str) -> tuple[date, Sex]:
    """Birth date and sex an ID number states. Raises :class:`BadIdNumber` saying what is wrong with it."""
    why = None
    try:
        ric.validate(number)
    except InvalidLength:
        why = ("it does not have 18 digits", "不是18位")
    except InvalidChecksum:
        why = ("its check digit is wrong", "校验码错误")
    except InvalidFormat:
        why = ("it holds other characters than digits and X", "含有数字和X以外的字符")
    except ValidationError:
        why = ("its area code or birth date does not exist", "地区码或出生日期不存在")
    if why is not None or number != ric.compact(number):
        english, chinese = why or ("it holds blanks or separators", "含有空格或分隔符")
        raise BadIdNumber(masked=mask_id(number), why=english, why_zh=chinese)
    return ric.get_birth_date(number), Sex.MALE if int(number[16]) % 2 else Sex.FEMALE


def check_account(number: str, bank_code: str) -> None:
    """Raises :class:`BadAccount` unless number (Luhn for 16 to 19 digit cards) and CNAPS code are well formed."""
    if not number.isascii() or not number.isdigit() or not 8 <= len(number) <= 32:
        raise BadAccount(why="an account number has 8 to 32 digits", why_zh="账号应为8至32位数字")
    if len(number) in range(16, 20) and not luhn.is_valid(number):
        raise BadAccount(why="the check digit of the account number is wrong", why_zh="账号校验位错误")
    if not (bank_code.isascii() and bank_code.isdigit() and len(bank_code) == 12):
        raise BadAccount(why="a bank code (CNAPS) has 12 digits", why_zh="行号应为12位数字")
