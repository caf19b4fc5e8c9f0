"""Invented people and households."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from stdnum import luhn
from stdnum.cn import ric

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "建国志强伟军明华丽芳秀英桂兰玉梅红霞淑珍海涛文斌晓燕雪梅春花新民永福德胜凤琴小玲俊杰浩宇梓涵子轩欣怡"
AREAS = ("650103", "650104", "652301", "652302", "652323", "652324", "652325", "410181", "511302", "620102")
BANKS = ("102881002345", "103881004567", "105881006789", "402881000123")
STANDARDS = {"城镇": 78_000, "农村": 62_000}
"""Demo dibao standards, fen a head and month."""
SUPPLEMENTS = {"elderly": 6_000, "minor": 6_000, "severe_disability": 9_000, "serious_illness": 9_000}
TEKUN = {"城镇": 101_400, "农村": 80_600}
CARE = (0, 30_000, 60_000)


@dataclass
class Person:
    """One invented person."""

    name: str
    id_number: str
    sex: str
    birth: date
    relation: str
    disability_type: str = ""
    disability_level: int = 0
    illness: str = ""
    labour: str = "有"
    schooling: str = ""
    self_care: int | None = None


@dataclass
class Household:
    """One invented household."""

    number: str
    company: str
    area: str
    address: str
    people: list[Person]
    income: dict[str, int] = field(default_factory=dict)
    """Yearly fen by line."""
    deposits: int = 0
    base: int = 0
    supplement: int = 0
    care: int = 0
    bank: str = ""
    account: str = ""
    phone: str = ""
    decided: date = date(2024, 1, 1)


class Inventor:
    """Draws people and households from one seeded source."""

    def __init__(self, seed: int, today: date) -> None:
        self.chance = random.Random(seed)
        self.today = today
        self._used: set[str] = set()

    def person(self, relation: str, youngest: int, oldest: int) -> Person:
        """A person whose age lies in a range, ID number checksum-valid and not used before."""
        while True:
            days = self.chance.randint(youngest * 365 + 20, oldest * 365)
            birth = self.today - timedelta(days=days)
            sex = self.chance.choice("男女")
            sequence = self.chance.randrange(0, 500) * 2 + (sex == "男")
            body = f"{self.chance.choice(AREAS)}{birth:%Y%m%d}{sequence:03d}"
            number = body + ric.calc_check_digit(body + "0")
            if number not in self._used:
                break
        self._used.add(number)
        name = self.chance.choice(SURNAMES) + "".join(
            self.chance.sample(GIVEN, self.chance.choice((1, 2, 2)))
        )
        return self._attributes(Person(name, number, sex, birth, relation))

    def _attributes(self, person: Person) -> Person:
        age = (self.today - person.birth).days // 365
        if self.chance.random() < 0.16:
            person.disability_type = self.chance.choice(
                ("肢体", "肢体", "视力", "听力", "智力", "精神", "多重")
            )
            person.disability_level = self.chance.choices((1, 2, 3, 4), (2, 4, 3, 3))[0]
        if self.chance.random() < 0.12:
            person.illness = self.chance.choice(("慢性病", "慢性病", "重特大疾病"))
        if age < 6:
            person.schooling = "学前" if age >= 3 else ""
        elif age < 16:
            person.schooling = "义务教育"
        elif age < 22 and self.chance.random() < 0.7:
            person.schooling = self.chance.choice(("普通高中", "中职", "大专及以上"))
        if age >= 60 or age < 16 or person.disability_level in (1, 2):
            person.labour = "无"
        elif person.disability_level or person.illness:
            person.labour = "部分丧失"
        return person

    def account(self) -> str:
        """A card number with a right check digit."""
        body = f"621700{self.chance.randrange(10**11, 10**12)}"
        return body + luhn.calc_check_digit(body)

    def household(self, number: str, company: str, area: str) -> Household:
        """A dibao household: its gap by the demo standard, its supplements by its members."""
        size = self.chance.choices((1, 2, 3, 4, 5, 6), (34, 27, 18, 13, 6, 2))[0]
        people = [self.person("户主", 38 if size > 2 else 45, 82)]
        for n in range(1, size):
            if n == 1 and self.chance.random() < 0.6:
                people.append(self.person("配偶", 38, 75))
            else:
                people.append(self.person(self.chance.choice(("子女", "子女", "子女", "孙子女")), 1, 24))
        made = self._common(Household(number, company, area, "", people))
        standard = STANDARDS[area] * 12 * size
        total = int(standard * self.chance.uniform(0.05, 0.82)) // 100 * 100
        made.income = self._lines(total)
        gap = standard - sum(made.income.values())
        made.base = (2 * gap + 12) // 24
        made.supplement = sum(self.supplement(p) for p in people)
        return made

    def supplement(self, person: Person) -> int:
        """The highest demo supplement a person may get."""
        age = age_on(person.birth, self.today)
        tiers = [
            SUPPLEMENTS["elderly"] if age >= 60 else 0,
            SUPPLEMENTS["minor"] if age < 18 else 0,
            SUPPLEMENTS["severe_disability"] if person.disability_level in (1, 2) else 0,
            SUPPLEMENTS["serious_illness"] if person.illness == "重特大疾病" else 0,
        ]
        return max(tiers)

    def tekun(self, number: str, company: str, area: str) -> Household:
        """A person in extreme hardship, alone in the household."""
        person = self.person("户主", 60, 88)
        person.labour, person.self_care = "无", self.chance.choices((0, 2, 5), (60, 28, 12))[0]
        made = self._common(Household(number, company, area, "", [person]))
        made.base = TEKUN[area]
        made.care = CARE[0 if person.self_care == 0 else 1 if person.self_care <= 3 else 2]
        return made

    def _common(self, made: Household) -> Household:
        made.address = f"{made.company}{self.chance.randint(1, 60)}栋{self.chance.randint(101, 609)}室"
        made.bank, made.account = self.chance.choice(BANKS), self.account()
        made.phone = f"1{self.chance.choice('3578')}{self.chance.randrange(10**8, 10**9)}"
        made.deposits = self.chance.randrange(0, 900_000, 100) * (self.chance.random() < 0.5)
        made.decided = date(2021, 8, 1) + timedelta(days=self.chance.randrange(1700))
        return made

    def _lines(self, total: int) -> dict[str, int]:
        wage = total * self.chance.choice((0, 50, 70)) // 100 // 100 * 100
        transfer = (total - wage) * self.chance.choice((40, 70, 100)) // 100 // 100 * 100
        return {"wage": wage, "transfer": transfer, "business": total - wage - transfer}


def age_on(birth: date, day: date) -> int:
    """Completed years."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
