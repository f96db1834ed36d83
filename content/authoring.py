"""The authoring format of an item: YAML with Chinese keys -> ``content.model.Item``, every finding with file and line.

The keys are those of docs/authoring.md. Reading is forgiving in form (a single text where a list is meant) and strict
in substance: a field that is missing, misspelt or of the wrong kind is an error that blocks the pack.
"""

from __future__ import annotations

import re

import msgspec

from content.fields import Fields, root
from content.findings import Finding
from content.marked import Document
from content.model import Category, Item, LegalBasis, Material, Module, Theme, TimeLimit

MODULES = {
    "医保社保": Module.INSURANCE,
    "户籍管理": Module.HOUSEHOLD,
    "教育就业": Module.EDUCATION_WORK,
    "企业开办": Module.BUSINESS,
    "税务发票": Module.TAX,
    "民政养老与公积金": Module.CIVIL,
}

THEMES = {
    "社会保险": Theme.SOCIAL_INSURANCE,
    "户籍证件": Theme.IDENTITY,
    "教育入学": Theme.EDUCATION,
    "就业创业": Theme.EMPLOYMENT,
    "企业经营": Theme.ENTERPRISE,
    "税费发票": Theme.TAXATION,
    "救助养老": Theme.WELFARE,
    "住房不动产": Theme.HOUSING,
    "交通生活": Theme.DAILY_LIFE,
}

CATEGORIES = {
    "参保登记": Category.ENROL,
    "待遇申领": Category.BENEFIT,
    "报销结算": Category.REIMBURSE,
    "证件办理": Category.CERTIFICATE,
    "户口居住": Category.RESIDENCE,
    "入学升学": Category.SCHOOL,
    "就业扶持": Category.WORK_SUPPORT,
    "设立登记": Category.ESTABLISH,
    "变更注销": Category.CHANGE,
    "申报缴费": Category.DECLARE,
    "发票办理": Category.INVOICE,
    "补贴救助": Category.SUBSIDY,
    "养老助残": Category.CARE,
    "公积金不动产": Category.PROPERTY,
    "证明查询": Category.PROOF,
}

FIELDS = {
    "编号": "id",
    "标题": "title",
    "模块": "module",
    "主题": "theme",
    "分类": "category",
    "别名": "aliases",
    "问法": "questions",
    "口播": "spoken",
    "适用对象": "audience",
    "材料": "materials",
    "地点": "places",
    "时限": "time_limit",
    "费用": "fee",
    "步骤": "steps",
    "依据": "basis",
    "注意": "notes",
    "有效期起": "valid_from",
    "有效期至": "valid_until",
    "审核日期": "reviewed",
    "样例": "sample",
    "全国标准": "national",
    "相关": "related",
}
"""Chinese key -> field of ``Item``."""

IDENTIFIER = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class SourceItem(msgspec.Struct, frozen=True):
    """An item and the document it was read from, so that later findings can name the line."""

    item: Item
    document: Document


def read_item(document: Document) -> tuple[SourceItem | None, tuple[Finding, ...]]:
    """The item of a document, or None when too much is missing; always with everything found on the way."""
    findings: list[Finding] = []
    fields = root(document, findings)
    identifier = read_identifier(fields)
    module = fields.choice("模块", MODULES)
    theme = fields.choice("主题", THEMES)
    category = fields.choice("分类", CATEGORIES)
    valid_from = fields.date("有效期起")
    valid_until = fields.date("有效期至", required=False)
    reviewed = fields.date("审核日期", required=False)
    title, spoken, fee = fields.text("标题"), fields.text("口播"), fields.text("费用")
    questions, steps, places = fields.texts("问法"), fields.texts("步骤"), fields.texts("地点")
    materials = tuple(_material(entry) for entry in fields.entries("材料"))
    basis = tuple(_basis(entry) for entry in fields.records("依据"))
    time_limit = _time_limit(fields)
    sample, national = (_named_fields(fields, key) for key in ("样例", "全国标准"))
    optional = {key: fields.texts(key, required=False) for key in ("别名", "注意", "相关")}
    audience = fields.text("适用对象", required=False)
    fields.finish()
    if not (identifier and module and theme and category and valid_from):
        return None, tuple(findings)
    item = Item(
        id=identifier,
        title=title,
        module=module,
        theme=theme,
        category=category,
        questions=questions,
        spoken=spoken,
        materials=materials,
        places=places,
        time_limit=time_limit,
        fee=fee,
        steps=steps,
        basis=basis,
        valid_from=valid_from,
        aliases=optional["别名"],
        audience=audience,
        notes=optional["注意"],
        valid_until=valid_until,
        reviewed=reviewed,
        sample=sample,
        national=national,
        related=optional["相关"],
    )
    return SourceItem(item, document), tuple(findings)


def read_identifier(fields: Fields, key: str = "编号") -> str:
    """An id of lower-case letters, digits and single hyphens."""
    text = fields.text(key)
    if text and not IDENTIFIER.fullmatch(text):
        fields.report(
            "identifier", f"“{key}”只能用小写字母、数字和短横线，例如 newborn-enrolment，现在是“{text[:40]}”", key
        )
        return ""
    return text


def _material(entry: Fields | str) -> Material:
    if isinstance(entry, str):
        return Material(entry)
    material = Material(
        name=entry.text("名称"),
        copies=entry.text("份数", required=False),
        note=entry.text("说明", required=False),
        form=entry.text("表单", required=False),
    )
    entry.finish()
    return material


def _basis(entry: Fields) -> LegalBasis:
    basis = LegalBasis(
        title=entry.text("名称").strip("《》"),
        article=entry.text("条款", required=False),
        number=entry.text("文号", required=False),
    )
    entry.finish()
    return basis


def _time_limit(fields: Fields) -> TimeLimit:
    if isinstance(fields.value("时限"), str):
        return TimeLimit(fields.text("时限"))
    entry = fields.record("时限")
    if entry is None:
        return TimeLimit("")
    limit = TimeLimit(promised=entry.text("承诺"), statutory=entry.text("法定", required=False))
    entry.finish()
    return limit


def _named_fields(fields: Fields, key: str) -> tuple[str, ...]:
    """The fields named under ``key``, unknown ones reported."""
    known = []
    for index, name in enumerate(fields.texts(key, required=False)):
        if name in FIELDS:
            known.append(FIELDS[name])
        else:
            fields.report("unknown-name", f"“{key}”里的“{name}”不是字段名", key, index)
    return tuple(known)
