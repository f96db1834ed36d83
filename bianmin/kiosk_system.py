"""The staff area's page about the system itself: asks root over its socket and says the answer in Chinese."""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path

import msgspec

from deploy_image.chores import LONGEST, SOCKET, Chore, Done, State, Wanted
from kiosk.staff.records import SystemPage, Told

QUICK, READING, WRITING = 20.0, 600.0, 3600.0
"""Seconds a chore may take: a look, reading the whole system, writing one."""
PATIENCE = {Chore.CHECK: READING, Chore.UPDATE: WRITING, Chore.ERASE: 120.0}

NOT_HERE = "这台机器不是用终端映像启动的，系统不由这里管。"
DONE = {
    Chore.UPDATE: "装好了，正在重新启动。启动后自动检查，不好会自己退回。",
    Chore.HELP_ON: "远程登录已打开，两小时后自动关闭。",
    Chore.HELP_OFF: "远程登录已关闭。",
    Chore.RESTART: "正在关闭。",
    Chore.POWER_OFF: "正在关闭。",
    Chore.ERASE: "数据已经销毁，正在重新启动。",
}
REASONS = {
    "there is no bundle": "U盘里没有升级包。",
    "more than one bundle": "U盘里不止一个升级包，请只留一个。",
    "without a certificate authority": "制作映像时没有放入远程登录的证书，不能打开。",
    "signature verification failed": "升级包不是本市签发的，或已损坏，没有安装。",
    "Compatible mismatch": "升级包是别的机型的，没有安装。",
    "Pre-install handler": "升级包不比现在的版本新，没有安装。",
    "Invalid bundle format": "升级包不完整，没有安装。",
}
PARTS = {"screen": "屏幕", "search": "查找答案", "speech": "听懂说话", "printer": "打印机", "sync": "联系中心"}


def ask(chore: Chore, path: Path = SOCKET) -> Done | None:
    """One chore; None where there is no such socket. Raises ``OSError`` when the connection breaks."""
    if not path.exists():
        return None
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(PATIENCE.get(chore, QUICK))
        line.connect(str(path))
        line.sendall(msgspec.json.encode(Wanted(chore)) + b"\n")
        with line.makefile("rb") as lines:
            said = lines.readline(LONGEST * 16)
    with contextlib.suppress(msgspec.DecodeError):
        return msgspec.json.decode(said, type=Done)
    raise OSError("the system did not answer")


def page(path: Path = SOCKET, chore: Chore = Chore.STATE) -> SystemPage | Told:
    """How the system is, or why that cannot be said. ``chore``: CHECK takes minutes and adds the sum."""
    done = _done(chore, path)
    return done if isinstance(done, Told) else shown(done.state)


def do(chore: Chore, path: Path = SOCKET) -> Told:
    """Have one thing done; how it ended, in a sentence."""
    done = _done(chore, path)
    return done if isinstance(done, Told) else Told(True, DONE[chore])


def _done(chore: Chore, path: Path) -> Done | Told:
    """The chore that was done, or why it was not."""
    try:
        done = ask(chore, path)
    except OSError:
        return Told(False, "系统没有回答，请重新启动本机。")
    if done is None:
        return Told(False, NOT_HERE)
    if done.error:
        return Told(False, f"没有做成：{_reason(done.error)}")
    return done


def _reason(error: str) -> str:
    return next((said for key, said in REASONS.items() if key in error), error[:160])


def shown(state: State) -> SystemPage:
    """The state as lines for the eye."""
    lines = [("系统", f"{state.version}（{state.profile}）")]
    for one in state.systems:
        words = ["在用" if one.running else "备用", "正常" if one.good else "没有或不能用"]
        if one.running and one.tried:
            words[1] = "正在检查"
        if one.next and not one.running:
            words.append("下次启动用它")
        lines.append((f"系统{'甲' if one.name == 'A' else '乙'}", "，".join(words)))
    lines.append(("健康检查", _health(state)))
    lines.append(("U盘上的升级包", "、".join(state.bundles) or "没有"))
    lines.append(("远程登录", f"开着，{state.help_until}自动关闭" if state.help_until else "关着"))
    if state.sum:
        lines.append(("系统校验和", " ".join(state.sum[i : i + 8] for i in range(0, 64, 8))))
    code = f"BIANMIN-IMAGE {state.sum}" if state.sum else ""
    return SystemPage(tuple(lines), code, state.bundles, bool(state.help_until))


def _health(state: State) -> str:
    if state.health is None:
        return "还没有做完"
    if state.health:
        return "通过"
    parts = [PARTS.get(reason.partition(":")[0], reason) for reason in state.against]
    return f"没有通过：{'、'.join(parts)}"
