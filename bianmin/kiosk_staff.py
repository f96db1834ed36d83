"""What a terminal can do for its technician: the staff area's tools over devices, sync, versions and the system."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from bianmin import filing, kiosk_system, proof, settings
from bianmin.cli.output import CommandError
from bianmin.errands.slips import OUTCOMES
from bianmin.settings import Settings
from content.pack import Pack
from deploy_image.chores import SOCKET, Chore
from devices.diagnostics import Record, Records, Roll, health, load_roll, paper_left, save_roll, self_test
from devices.drivers.base import DriverError
from devices.inventory import Inventory, Status
from devices.ledger import LedgerError, Outcome
from devices.printing import PrintService, new_job_id
from devices.slip import Cut, Rule, Size, Slip, Text
from kiosk.staff.lock import Answer, PinLock
from kiosk.staff.records import About, DeviceLine, HelpCode, SystemPage, Told
from offline_cache.central_link import LinkError
from offline_cache.handover import HandoverError, hand_over

SYNC_SECONDS = 600.0
BY = "technician"


class Volume(msgspec.Struct, frozen=True):
    """How loud this machine is beside the usual, decibels, and when that was found."""

    gain_db: int = 0
    at: str = ""


def volume_file(home: Path) -> Path:
    return home / "staff" / "volume.json"


def read_volume(home: Path) -> Volume:
    """The calibration, or the usual loudness."""
    try:
        return msgspec.json.decode(volume_file(home).read_bytes(), type=Volume)
    except (OSError, msgspec.DecodeError):
        return Volume()


class Tools:
    """``inventory`` looks at the devices, ``busy`` keeps the printer to one at a time, ``tone`` sounds at a gain."""

    def __init__(
        self,
        chosen: Settings,
        pack: Pack,
        inventory: Inventory,
        printer: PrintService | None,
        busy: threading.Lock,
        tone: Callable[[int], bool],
    ) -> None:
        self._chosen, self._pack, self._inventory = chosen, pack, inventory
        self._printer, self._busy, self._tone = printer, busy, tone
        home = settings.home()
        self._lock = PinLock(home / "staff", lambda: dt.datetime.now(dt.UTC))
        self._records = Records(home / "diagnostics" / "records.jsonl")
        self._roll = home / "diagnostics" / "roll.json"
        self._volume = volume_file(home)

    def open(self, pin: str) -> Answer:
        return self._lock.open(pin)

    # -- devices -----------------------------------------------------------------------------------------------------

    def devices(self) -> tuple[DeviceLine, ...]:
        return tuple(self._line(status) for status in self._inventory.look())

    def _line(self, status: Status) -> DeviceLine:
        last = self._records.last(status.name)
        return DeviceLine(
            name=status.name,
            kind=status.kind.value,
            state=status.condition.state.value,
            text=status.condition.text,
            tested=last.at if last else None,
            passed=last.passed if last else None,
            result=last.text if last else "",
        )

    def test(self, name: str) -> tuple[DeviceLine, ...]:
        try:
            self_test(self._inventory, self._records, _now(), [name] if name else ())
        except (DriverError, OSError):
            return self.devices()
        return self.devices()

    def judge(self, name: str, passed: bool) -> tuple[DeviceLine, ...]:
        last = self._records.last(name)
        try:
            self._records.add(Record(_now(), name, passed, last.text if last else "", BY))
        except OSError:
            return self.devices()
        return self.devices()

    # -- paper -------------------------------------------------------------------------------------------------------

    def paper(self) -> str:
        if self._printer is None:
            return "本机没有设置小票打印机。"
        try:
            printed = [(job.created, job.dots) for job in self._printer.jobs() if job.dots]
        except (LedgerError, OSError):
            return "打印记录读不出来，无法估算纸量。"
        first = min((at for at, _ in printed), default=time.time())
        roll = load_roll(self._roll, Roll().metres, first)
        left = paper_left(roll, printed, time.time())
        days = f"，按最近用量还能用{left.days:g}天" if left.days is not None else ""
        since = dt.datetime.fromtimestamp(roll.since)
        return f"从{since:%Y年%m月%d日}起算，大约还剩{left.left:g}米，够打{left.slips}张{days}。"

    def paper_changed(self) -> Told:
        if self._printer is None:
            return Told(False, "本机没有设置小票打印机。")
        with self._busy:
            try:
                result = self._printer.submit(new_job_id(), _test_slip(self._chosen))
            except (LedgerError, OSError) as error:
                return Told(False, f"没有打印：{error}")
            finally:
                self._printer.close()
        passed = {Outcome.DONE: None, Outcome.FAILED: False, Outcome.UNKNOWN: None}[result.outcome]
        self._records.add(Record(_now(), "paper", passed, f"new roll, test slip {OUTCOMES[result.outcome].value}", BY))
        if result.outcome is Outcome.FAILED:
            return Told(False, f"检测条没有打出来（{result.reason}），请检查纸的方向和上盖。")
        save_roll(self._roll, Roll(since=time.time()))
        if result.outcome is Outcome.UNKNOWN:
            return Told(False, "打印机没有回话，请看检测条打出来没有。")
        return Told(True, "检测条打好了，字迹清楚就是装好了。")

    # -- volume ------------------------------------------------------------------------------------------------------

    def gain(self) -> int:
        return read_volume(settings.home()).gain_db

    def set_gain(self, decibels: int) -> Told:
        _keep(self._volume, Volume(decibels, _now().isoformat(timespec="seconds")))
        self._records.add(Record(_now(), "volume", None, f"calibrated to {decibels:+d} dB", BY))
        heard = self._tone(decibels)
        return Told(heard, f"已记下{decibels:+d}分贝" + ("" if heard else "，但喇叭没有出声，请检查连线"))

    # -- versions, sync, help, power ---------------------------------------------------------------------------------

    def about(self) -> About:
        statement = proof.statement(self._chosen, self._pack, _now())
        shown = [
            ("终端", statement.terminal),
            ("软件", f"{statement.software}（{statement.program[:12]}）"),
            ("内容", f"{statement.pack} {statement.pack_version}"),
            ("内容校验", statement.pack_hash[:16]),
            ("时间", statement.at),
            ("签名", "已用本机密钥签名" if statement.signature else "终端还没有登记，没有签名"),
        ]
        return About(tuple(shown), proof.to_text(statement))

    def sync(self) -> Told:
        return run_told(("sync", "now"), SYNC_SECONDS, "内容已是最新，等待的事项已送出。")

    def help(self) -> HelpCode:
        report = self._report()
        try:
            terminal = filing.terminal(self._chosen)
        except CommandError:
            terminal = None
        if terminal is None or terminal.link is None:
            return HelpCode("", report, "没有网络，或终端还没有登记。请让对方扫这个二维码，里面是本机状态。")
        try:
            code = hand_over(report.encode(), terminal.link, terminal.enrolment.central_key, _now().date())
        except (LinkError, HandoverError):
            return HelpCode("", report, "连不上中心。请让对方扫这个二维码，里面是本机状态。")
        return HelpCode(code, report, "请在电话里报这六位数字，30分钟内有效。对方看到的只有本机状态。")

    def _report(self) -> str:
        """The terminal's state for a helper far away: devices and versions, nothing of any citizen."""
        look = self._inventory.look()
        told = {
            "terminal": self._chosen.kiosk.terminal,
            "at": _now().isoformat(timespec="seconds"),
            "software": proof.software(),
            "pack": self._pack.meta.version,
            "devices": {one.name: one.condition.detail or one.condition.state.value for one in look},
            "health": msgspec.to_builtins(health(look, self._records.read(), (), _now().date())),
        }
        return json.dumps(told, ensure_ascii=False, separators=(",", ":"))

    def shut_down(self, restart: bool) -> Told:
        if SOCKET.exists():  # on a terminal the program itself may not
            return kiosk_system.do(Chore.RESTART if restart else Chore.POWER_OFF)
        command = ["systemctl", "reboot" if restart else "poweroff"]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=20)
        except (OSError, subprocess.SubprocessError):
            return Told(False, "系统没有照做。请按住电源键五秒。")
        return Told(True, "正在关闭。")

    # -- the system under the program --------------------------------------------------------------------------------

    def system(self, check: bool = False) -> SystemPage | Told:
        return kiosk_system.page(chore=Chore.CHECK if check else Chore.STATE)

    def update(self) -> Told:
        return kiosk_system.do(Chore.UPDATE)

    def remote_help(self, wanted: bool) -> Told:
        return kiosk_system.do(Chore.HELP_ON if wanted else Chore.HELP_OFF)

    def erase(self) -> Told:
        return kiosk_system.do(Chore.ERASE)


def run_told(arguments: tuple[str, ...], seconds: float, good: str) -> Told:
    """A command of our own in a child; its one clear line when it fails."""
    command = [sys.executable, "-m", "bianmin", *arguments, "--json"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=seconds, check=False, env=dict(os.environ))
    except subprocess.TimeoutExpired:
        return Told(False, f"{int(seconds / 60)}分钟没有做完，网络太慢，请稍后再试。")
    except OSError as error:
        return Told(False, f"没有做成：{error.strerror}")
    if done.returncode == 0:
        return Told(True, good)
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    return Told(False, f"没有做成：{lines[-1][:120] if lines else '原因不明'}")


def _test_slip(chosen: Settings) -> Slip:
    at = f"{_now():%Y-%m-%d %H:%M}"
    lines = (
        Text("换纸检测条", size=Size.LARGE),
        Text(f"{chosen.kiosk.terminal}　{at}"),
        Rule(),
        Text("便民服务终端　0123456789　￥①《》（），。"),
        Text("这张纸字迹清楚，就是装好了。"),
        Cut(),
    )
    return Slip(title="paper-test", blocks=lines)


def _keep(path: Path, record: msgspec.Struct) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    with partial.open("wb") as file:
        file.write(msgspec.json.encode(record))
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def _now() -> dt.datetime:
    return dt.datetime.now().astimezone()
