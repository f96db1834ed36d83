"""What government text writes and how a clerk says it: one rule an entry of the table below, applied in order.

A rule sees what the rules before it left, and what it writes holds no digit, so nothing is read twice. Readings follow
what the counters say: telephone numbers with 幺, the hotline 12345 as 一二三四五, articles and counts as cardinals,
document years, card and case numbers digit by digit.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from speech.spoken_text_numbers import cardinal, clock, counted, date, digit_by_digit, in_groups, money

_N = r"\d+(?:\.\d+)?"
_TO = r"\s*(?:[-–—~～]{1,2}|至|到)\s*"
_YEAR = r"(?:1[89]|20|21)\d\d"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_HOUR = r"(?:[01]?\d|2[0-4])"
_MINUTE = r"[0-5]\d"
_CLOCK = rf"({_HOUR})[:：]({_MINUTE})(?:[:：]({_MINUTE}))?"
_START = r"(?<![\d.A-Za-z])"
_END = r"(?![\d])"

_MEASURES = (
    "个工作日|个自然日|个百分点|个月|个|份|张|年|天|周岁|周|次|位|名|件|人|小时|分钟|秒钟|秒|刻钟|种|套|本|页|户|间|处|家|块|项|条|寸"
    "|元|角|分钱|万|千|百|亿|岁|倍|平方米|平方公里|平方|立方米|公里|千米|厘米|毫米|米|公斤|千克|克|斤|吨|升|毫升|亩|公顷|度|票|届|轮|辆|台"
    "|趟|遍|步|样|笔|期|道|栋|层|类|点|日|号|级|款|章|节|楼|室"
)
_ORDINAL = frozenset("日号级款章节条楼层期届类点室栋月")
"""After these 2 stays 二: 二月, 二号窗口, 二楼."""

_UNITS = {
    "㎡": "平方米",
    "m²": "平方米",
    "m2": "平方米",
    "m³": "立方米",
    "m3": "立方米",
    "km²": "平方公里",
    "km/h": "公里每小时",
    "kWh": "千瓦时",
    "kw": "千瓦",
    "kW": "千瓦",
    "km": "公里",
    "cm": "厘米",
    "mm": "毫米",
    "kg": "公斤",
    "㎏": "公斤",
    "KG": "公斤",
    "mg": "毫克",
    "ml": "毫升",
    "mL": "毫升",
    "℃": "摄氏度",
    "°C": "摄氏度",
    "MB": "兆",
    "m": "米",
    "g": "克",
    "L": "升",
    "t": "吨",
}
_UNIT = "|".join(re.escape(unit) for unit in sorted(_UNITS, key=len, reverse=True))

_CALL = r"(?:拨打|拨|致电|打|电话|热线|号码|手机|传真|请呼|来电)[是为]?[：:]?\s*"
_NUMBERED = (
    "(?:编号|单号|号码|票号|证号|卡号|账号|帐号|户号|尾号|验证码|密码|代码|邮编|邮政编码|查询码|取件码|受理号|流水号"
    "|工号|学号|车牌号?)"
)

Rule = tuple[str, Callable[[re.Match[str]], str]]


def _count(number: str, measure: str) -> str:
    return f"{cardinal(number) if measure[:1] in _ORDINAL else counted(number)}{measure}"


def _phone(match: re.Match[str]) -> str:
    """Mobile 3-4-4, landline area code then fours, 400 numbers 3-3-4."""
    digits = re.sub(r"\D", "", match[0])
    if len(digits) == 11 and digits[0] == "1":
        return in_groups(digits, (3, 4), "幺")
    if digits[:3] in {"400", "800"}:
        return in_groups(digits, (3, 3, 4), "幺")
    area = 3 if digits[:2] in {"01", "02"} else 4
    return f"{digit_by_digit(digits[:area], '幺')}，{in_groups(digits[area:], (4,), '幺')}"


def _hotline(digits: str) -> str:
    return digit_by_digit(digits, "一" if digits == "12345" else "幺")


def _document(match: re.Match[str]) -> str:
    number = match["number"]
    spoken = digit_by_digit(number) if len(number) > 3 or number.startswith("0") else cardinal(number)
    return f"{digit_by_digit(match['year'])}年{spoken}号"


def _named(name: str) -> str:
    """A number that is a name: its letters, then its digits in fours; identity cards by region, birthday, serial."""
    plain = name.replace("-", "").upper()
    if len(plain) <= 6:
        return digit_by_digit(plain)
    if re.fullmatch(r"\d{17}[\dX]", plain):
        return in_groups(plain, (6, 8, 4))
    letters = re.match(r"[A-Z]*", plain)
    start = letters.end() if letters else 0
    return "，".join(filter(None, (plain[:start], in_groups(plain[start:], (4,)))))


_TABLE: tuple[Rule, ...] = (
    # 1,234,567 is one number
    (rf"{_START}\d{{1,3}}(?:,\d{{3}})+(?!\d)", lambda m: m[0].replace(",", "")),
    # below zero
    (rf"(?<![\dA-Za-z%％])[-−]({_N})(?=\s*(?:℃|°C|度|%|元))", lambda m: f"负{m[1]}"),
    # 国办发〔2020〕45号
    (rf"[〔\[［（(【](?P<year>{_YEAR})[〕\]］）)】]\s*第?(?P<number>\d+)\s*号", _document),
    # 第(三)项
    (r"第[（(]([一二三四五六七八九十百]+)[）)]", lambda m: f"第{m[1]}"),
    (r"第[（(](\d+)[）)]", lambda m: f"第{cardinal(m[1])}"),
    # dates
    (
        rf"{_START}({_YEAR})\s*[-/.]\s*({_MONTH})\s*[-/.]\s*({_DAY}){_END}",
        lambda m: date(m[1], m[2], m[3]),
    ),
    (rf"{_START}({_YEAR})[-/.]({_MONTH})(?![\d.年-])", lambda m: date(m[1], m[2])),
    (rf"{_START}({_YEAR}){_TO}({_YEAR})年", lambda m: f"{digit_by_digit(m[1])}到{digit_by_digit(m[2])}年"),
    (rf"{_START}({_YEAR})\s*(?=年|届|级)", lambda m: digit_by_digit(m[1])),
    (rf"{_START}({_MONTH}){_TO}({_MONTH})月", lambda m: f"{cardinal(str(int(m[1])))}到{cardinal(str(int(m[2])))}月"),
    (rf"{_START}({_MONTH})月({_DAY})(?=日|号)", lambda m: date("", m[1]) + cardinal(str(int(m[2])))),
    (rf"{_START}({_MONTH})(?=月)", lambda m: cardinal(str(int(m[1])))),
    # times of day
    (rf"{_START}{_CLOCK}{_TO}{_CLOCK}{_END}", lambda m: f"{clock(m[1], m[2], m[3])}到{clock(m[4], m[5], m[6])}"),
    (rf"{_START}{_CLOCK}{_END}", lambda m: clock(m[1], m[2], m[3])),
    # telephones
    (rf"{_START}1[3-9]\d{{9}}{_END}", _phone),
    (rf"{_START}1[3-9]\d[- ]\d{{4}}[- ]\d{{4}}{_END}", _phone),
    (rf"{_START}[（(]?0\d{{2,3}}[)）]?[-－—– ]?\d{{7,8}}{_END}", _phone),
    (rf"{_START}[48]00[- ]?\d{{3}}[- ]?\d{{4}}{_END}", _phone),
    (rf"({_CALL})(\d{{3,8}})(?![\d.]|\s*(?:个|次|分钟|小时|天|元))", lambda m: m[1] + _hotline(m[2])),
    (
        r"(?<!\d)(\d{3,6})(?=(?:政务|政府|便民|市民|医保|社保|税务|服务)*(?:热线|专线|平台|电话))",
        lambda m: _hotline(m[1]),
    ),
    (rf"{_START}(12[013]\d\d|95\d{{3}}|96\d{{3,4}})(?![\d.]|\s*(?:{_MEASURES}))", lambda m: _hotline(m[1])),
    # what is a name made of digits
    (rf"({_NUMBERED}[是为]?[：:]?\s*)(?=[A-Za-z*-]*\d)([\dA-Za-z*-]{{3,}})", lambda m: m[1] + _named(m[2])),
    (r"(?<![\dA-Za-z])(?=[A-Z\d]*[A-Z])(?=[A-Z\d]*\d)[A-Z\d]{6,}(?![\dA-Za-z])", lambda m: _named(m[0])),
    (rf"{_START}\d{{17}}[Xx](?![\dA-Za-z])", lambda m: _named(m[0])),
    (rf"{_START}\d{{7,}}(?![\d.]|\s*(?:{_MEASURES}))", lambda m: _named(m[0])),
    (r"(?<![A-Za-z])([A-Z]{1,3})(\d+)(?![\d.])", lambda m: m[1] + digit_by_digit(m[2])),
    (rf"{_START}(\d+(?:-\d+)+)(?=室|房|号)", lambda m: digit_by_digit(m[1], "幺").replace("-", "杠")),
    (rf"{_START}(\d{{3,4}})(?=室|房间|路公交|国道|省道)", lambda m: digit_by_digit(m[1], "幺")),
    # money
    (rf"[¥￥]\s*({_N})\s*(万|亿)元?", lambda m: f"{counted(m[1])}{m[2]}元"),
    (rf"(?:[¥￥]|人民币(?=\s*\d))\s*({_N})(?:\s*元)?", lambda m: money(m[1])),
    (rf"{_START}({_N}){_TO}({_N})\s*元", lambda m: f"{cardinal(m[1])}到{counted(m[2])}元"),
    (rf"{_START}(\d+\.\d{{1,2}})\s*元", lambda m: money(m[1])),
    # shares
    (
        rf"{_START}({_N})\s*[%％]?{_TO}({_N})\s*[%％]",
        lambda m: f"百分之{cardinal(m[1])}到百分之{cardinal(m[2])}",
    ),
    (rf"([-－])?({_N})\s*[%％]", lambda m: f"{'负' if m[1] else ''}百分之{cardinal(m[2])}"),
    (rf"({_N})\s*‰", lambda m: f"千分之{cardinal(m[1])}"),
    (rf"{_START}(\d{{1,2}})/(\d{{1,3}})(?![\d/])", lambda m: f"{cardinal(m[2])}分之{cardinal(m[1])}"),
    # counts, with and without a range
    (
        rf"{_START}({_N}){_TO}({_N})\s*({_MEASURES})",
        lambda m: f"{_count(m[1], m[3])[: -len(m[3])]}到{_count(m[2], m[3])}",
    ),
    (rf"({_N})\s*({_UNIT})(?![A-Za-z])", lambda m: f"{counted(m[1])}{_UNITS[m[2]]}"),
    (rf"第\s*({_N})", lambda m: f"第{cardinal(m[1])}"),
    (rf"{_START}({_N})\s*[x×*X]\s*({_N})", lambda m: f"{cardinal(m[1])}乘{cardinal(m[2])}"),
    (r"(?<=\d)\s*×\s*(?=\d)", lambda m: "乘"),
    (rf"{_START}({_N})\s*({_MEASURES})", lambda m: _count(m[1], m[2])),
    # lists: 1. first 2. second
    (r"(?:^|(?<=[\s。；;：:]))(\d{1,2})[.．](?=\D)", lambda m: f"{cardinal(m[1])}，"),
    # what is left
    (rf"{_START}(\d+(?:-\d+)+)(?![\d.-])", lambda m: digit_by_digit(m[0]).replace("-", "杠")),
    (r"(?<![\d一-龥A-Za-z])[-−](\d+(?:\.\d+)?)", lambda m: f"负{cardinal(m[1])}"),
    (r"\d+(?:\.\d+){2,}", lambda m: digit_by_digit(m[0]).replace(".", "点")),
    (rf"{_N}", lambda m: cardinal(m[0])),
)


_RULES = tuple((re.compile(pattern), spoken) for pattern, spoken in _TABLE)


def apply_rules(text: str) -> str:
    """``text`` with every number in words."""
    for pattern, spoken in _RULES:
        text = pattern.sub(spoken, text)
    return text
