"""Publishing content: upload a pack, see what it changes, begin its rollout, watch and steer it."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.datastructures import UploadFile
from starlette.responses import Response

from central import publishing
from central.api.terminal_requests import Served
from central.pages.frame import Form, Guarded, PageError, field, go, needs, page
from central.people import Permission
from central.publishing import PublishError
from central.service import Central
from central.signin import Person
from content.comparing import KINDS
from offline_cache.rollout import DEFAULT_PLAN, Plan, RolloutError, Stage

router = APIRouter()

Publisher = Annotated[Person, Depends(needs(Permission.PUBLISH))]

KIND_NAMES = {
    "item": "事项",
    "imported": "问答",
    "place": "办理地点",
    "department": "部门",
    "town": "镇（街道）",
    "village": "村（社区）",
    "code": "诉求类别",
    "hours": "服务时间",
    "scenario": "一件事",
    "form": "表单",
    "prompt": "提示语",
    "template": "小票模板",
}
assert set(KIND_NAMES) == set(KINDS)

LARGEST_PACK = 4 * 1024**3
STATUS_NAMES = {"running": "进行中", "stopped": "已暂停", "withdrawn": "已撤回", "done": "已完成"}


@router.get("/content")
def releases(request: Request, central: Served, person: Publisher) -> Response:
    return _page(request, central, person)


@router.post("/content")
def upload(request: Request, central: Served, person: Guarded, form: Form) -> Response:
    """Keep an uploaded pack aside and show what it would change."""
    _publisher(person)
    given = form.get("pack")
    if not isinstance(given, UploadFile) or not given.filename:
        return _page(request, central, person, error="请选择要发布的内容包（.pack 文件）")
    name = secrets.token_hex(8)
    path = _waiting(central, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    size = 0
    with path.open("wb") as out:
        while block := given.file.read(1024 * 1024):
            size += len(block)
            if size > LARGEST_PACK:
                break
            out.write(block)
    try:
        if size > LARGEST_PACK:
            raise PublishError("the pack is larger than 4 GB")
        changes = publishing.difference(central, path)
    except PublishError:
        path.unlink()
        return _page(request, central, person, error="这个文件不是内容包，或者已经损坏。请重新制作后再上传。")
    return page(
        request,
        central,
        "content-diff.html",
        person,
        changes=changes,
        name=name,
        file=given.filename,
        kinds=KIND_NAMES,
        plan=DEFAULT_PLAN,
    )


@router.post("/content/publish")
def publish(request: Request, central: Served, person: Guarded, form: Form) -> Response:
    """Begin the rollout of a pack that was uploaded."""
    _publisher(person)
    name = field(form, "name")
    path = _waiting(central, name)
    if not name.isalnum() or not path.exists():
        raise PageError(404, "这个内容包已经不在了，请重新上传。")
    try:
        publishing.publish(central, path, person.name, _plan(form))
    except (PublishError, RolloutError) as error:
        return _page(request, central, person, error=_chinese(str(error)))
    path.unlink()
    return go("/content")


@router.post("/content/{release}/{verb}")
def steer(request: Request, central: Served, person: Guarded, form: Form, release: str, verb: str) -> Response:
    _publisher(person)
    try:
        publishing.decide(central, release, verb, person.name, field(form, "reason")[:200])
    except RolloutError as error:
        return _page(request, central, person, error=_chinese(str(error)))
    return go("/content")


def _page(request: Request, central: Central, person: Person, error: str = "") -> Response:
    answer = page(
        request,
        central,
        "content.html",
        person,
        releases=publishing.standings(central),
        statuses=STATUS_NAMES,
        error=error,
    )
    answer.status_code = 422 if error else 200
    return answer


def _plan(form: Form) -> Plan:
    """The default plan with pilots named and shares changed."""
    pilots = tuple(field(form, "pilots").replace("，", " ").replace(",", " ").split())
    try:
        first, second = float(field(form, "first") or 5) / 100, float(field(form, "second") or 30) / 100
        soak = float(field(form, "soak") or 24)
    except ValueError as error:
        raise RolloutError("a share is not a number") from error
    return Plan(
        stages=(
            Stage("试点", share=first, terminals=pilots, soak_hours=soak),
            Stage("扩大", share=second, terminals=pilots, soak_hours=soak),
            Stage("全部", share=1.0, soak_hours=0),
        )
    )


def _chinese(text: str) -> str:
    """The sentences of the publishing rules, in the language of the pages."""
    for english, chinese in (
        ("still running", "上一次发布还在进行，请先等它完成，或者暂停、撤回它。"),
        ("published before", "这个版本已经发布过了，请给新内容一个新的版本号。"),
        ("shares", "比例要从小到大，最后一步是全部终端。"),
        ("share", "比例请填0到100之间的数字。"),
    ):
        if english in text:
            return chinese
    return "现在不能这样操作，请刷新页面看看最新状态。"


def _waiting(central: Central, name: str) -> Path:
    return central.packs / "uploads" / f"{name}.pack"


def _publisher(person: Person) -> None:
    if not person.may(Permission.PUBLISH):
        raise PageError(403, "您的角色不能发布内容。")
