"""The item: one matter a citizen can ask about, in the list form every answer has.

An item is authored as YAML with Chinese keys (see ``content.authoring`` for the mapping and docs/authoring.md for the
guide), checked by ``content.check``, compiled into a pack by ``content.build`` and read back by ``content.pack.Pack``.
Everything here is a frozen record; nothing reads a file.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import msgspec


class Module(StrEnum):
    """The six modules of frequent questions (六大模块)."""

    INSURANCE = "insurance"  # 医保社保
    HOUSEHOLD = "household"  # 户籍管理
    EDUCATION_WORK = "education-work"  # 教育就业
    BUSINESS = "business"  # 企业开办
    TAX = "tax"  # 税务发票
    CIVIL = "civil"  # 民政养老与公积金


class Theme(StrEnum):
    """The nine themes (九大主题): what part of life the matter belongs to."""

    SOCIAL_INSURANCE = "social-insurance"  # 社会保险
    IDENTITY = "identity"  # 户籍证件
    EDUCATION = "education"  # 教育入学
    EMPLOYMENT = "employment"  # 就业创业
    ENTERPRISE = "enterprise"  # 企业经营
    TAXATION = "taxation"  # 税费发票
    WELFARE = "welfare"  # 救助养老
    HOUSING = "housing"  # 住房不动产
    DAILY_LIFE = "daily-life"  # 交通生活


class Category(StrEnum):
    """The fifteen categories (十五个分类): what kind of act the citizen wants done."""

    ENROL = "enrol"  # 参保登记
    BENEFIT = "benefit"  # 待遇申领
    REIMBURSE = "reimburse"  # 报销结算
    CERTIFICATE = "certificate"  # 证件办理
    RESIDENCE = "residence"  # 户口居住
    SCHOOL = "school"  # 入学升学
    WORK_SUPPORT = "work-support"  # 就业扶持
    ESTABLISH = "establish"  # 设立登记
    CHANGE = "change"  # 变更注销
    DECLARE = "declare"  # 申报缴费
    INVOICE = "invoice"  # 发票办理
    SUBSIDY = "subsidy"  # 补贴救助
    CARE = "care"  # 养老助残
    PROPERTY = "property"  # 公积金不动产
    PROOF = "proof"  # 证明查询


class LegalBasis(msgspec.Struct, frozen=True):
    """A statute or document the answer rests on.

    ``title`` is the name without 《》; ``number`` a document number such as 国办发〔2020〕45号, or empty;
    ``article`` the clause such as 第二十三条, required for laws and regulations, empty for documents without articles.
    """

    title: str
    article: str = ""
    number: str = ""


class Material(msgspec.Struct, frozen=True):
    """One thing to bring. ``copies`` as people say it (原件, 原件和复印件1份), ``form`` the id of a printable form."""

    name: str
    copies: str = ""
    note: str = ""
    form: str = ""


class TimeLimit(msgspec.Struct, frozen=True):
    """How long it takes, as people say it (当场办结, 5个工作日). ``statutory`` is the legal maximum, if any."""

    promised: str
    statutory: str = ""


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One matter in list form.

    ``spoken`` is the answer for the ear: two to four short sentences. ``places`` are ids of the directory.
    ``sample`` names the fields whose local facts wait for the city's review; they are marked wherever shown.
    ``national`` names those whose amounts are the same in the whole country, so that nobody takes them for local ones.
    ``valid_until`` is the last day the answer may be given; None: until withdrawn.
    """

    id: str
    title: str
    module: Module
    theme: Theme
    category: Category
    questions: tuple[str, ...]
    spoken: str
    materials: tuple[Material, ...]
    places: tuple[str, ...]
    time_limit: TimeLimit
    fee: str
    steps: tuple[str, ...]
    basis: tuple[LegalBasis, ...]
    valid_from: dt.date
    aliases: tuple[str, ...] = ()
    audience: str = ""
    notes: tuple[str, ...] = ()
    valid_until: dt.date | None = None
    reviewed: dt.date | None = None
    sample: tuple[str, ...] = ()
    national: tuple[str, ...] = ()
    related: tuple[str, ...] = ()

    def is_valid_on(self, day: dt.date) -> bool:
        """Whether the answer may be given on ``day``; an expired item is found but not answered."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a matter is handled. ``hours`` as spoken; ``address``, ``phone``: empty until reviewed."""

    id: str
    name: str
    department: str = ""
    hours: str = ""
    address: str = ""
    phone: str = ""
    sample: bool = True


class Department(msgspec.Struct, frozen=True, kw_only=True):
    """Who is responsible. ``duties``: one line, as shown on the directory screen."""

    id: str
    name: str
    duties: str = ""
    sample: bool = True


class ImportedItem(msgspec.Struct, frozen=True):
    """A question-and-answer pair of an existing question base: no list form, so it is shown as its title and answer."""

    id: str
    title: str
    questions: tuple[str, ...] = ()
    answer: str = ""


class Prompt(msgspec.Struct, frozen=True):
    """A fixed sentence of the program, by language code. ``{name}`` in it is filled in when spoken or shown."""

    id: str
    texts: dict[str, str]


class FormField(msgspec.Struct, frozen=True):
    """One thing to fill in. ``id`` is its key in the form's data; ``lines`` how many lines of room it takes."""

    id: str
    name: str
    hint: str = ""
    lines: int = 1


class Form(msgspec.Struct, frozen=True):
    """A form to print: ``source`` is a typst document that reads its data from ``sys.inputs``.

    The data is one JSON object under the input ``data``, keyed by the ids of ``fields``; a missing key prints as an
    empty line to write on.
    """

    id: str
    title: str
    source: str = ""
    sample: bool = True
    fields: tuple[FormField, ...] = ()


class PackInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What a content folder says about itself in pack.yaml. ``date``: the day the content is valid as of."""

    id: str
    name: str
    version: str
    date: dt.date
    sample: bool = True
