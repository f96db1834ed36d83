"""Bytes for the printer, read back by the decoder that shares no code with the encoder."""

import io
import re

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from devices import slip
from devices.escpos import drawing, encoder, raster
from devices.escpos.cells import clean
from devices.escpos.layout import Run, TextLine
from devices.escpos.profile import NARROW_58, WIDE_80, Charset, Profile, for_paper
from devices.preview import decoder, paper

PROFILES = (WIDE_80, NARROW_58, Profile(charset=Charset.GB2312), Profile(charset=Charset.GB18030, dots=384))
OBEYED = re.compile(b"\x10[\x04\x05\x14]")


def printed_width(line: decoder.Line) -> int:
    return sum((12 if char < "\x80" else 24) * span.wide for span in line.spans for char in span.text)


def lines_of(data: bytes) -> list[decoder.Line]:
    return [event for event in decoder.decode(data) if isinstance(event, decoder.Line) and event.spans]


GUIDE = slip.Slip(
    blocks=(
        slip.Heading("异地就医备案"),
        slip.Text("市行政服务中心", bold=True, size=slip.Size.LARGE),
        slip.Checklist(("身份证", slip.CheckItem("居住证明", note="复印件1份"))),
        slip.Table((("办结时限", "当场办结"), ("费用", "￥380.00"))),
        slip.List(("到窗口取号。", "交材料，填写《备案登记表》（一式两份）。")),
        slip.Rule(),
        slip.Text("依据：《中华人民共和国社会保险法》第二十九条；①“”…—·％"),
        slip.Cut(),
    )
)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_guide_reads_back_as_it_was_written(profile: Profile) -> None:
    events = decoder.decode(encoder.encode_bytes(GUIDE, profile))
    assert not [event for event in events if isinstance(event, decoder.Unknown)]
    text = re.sub(r"\s", "", decoder.text_of(events))
    for block in ("异地就医备案", "市行政服务中心", "□身份证", "复印件1份", "办结时限当场办结", "￥380.00"):
        assert block in text
    assert "依据：《中华人民共和国社会保险法》第二十九条；①“”…—·％" in text
    assert isinstance(events[-1], decoder.Cut)
    title = next(line for line in lines_of(encoder.encode_bytes(GUIDE, profile)) if "异地" in line.text)
    assert title.align == 1
    assert (title.spans[0].wide, title.spans[0].tall, title.spans[0].bold) == (2, 2, True)


def test_every_character_of_gbk_is_printed_as_itself() -> None:
    """All two-byte characters, in lines, as text: GB18030 bytes equal to the source."""
    chars = []
    for code in range(0x8140, 0xFF00):
        try:
            char = code.to_bytes(2, "big").decode("gbk")
        except UnicodeDecodeError:
            continue
        if len(char) == 1 and not 0xE000 <= ord(char) <= 0xF8FF:
            chars.append(char)
    assert len(chars) > 21_000
    text = clean("".join(chars))
    got = ""
    for start in range(0, len(text), 2_000):
        data = encoder.encode_bytes(slip.plain(text[start : start + 2_000]), WIDE_80)
        lines = lines_of(data)
        assert all(printed_width(line) <= 576 for line in lines)
        got += "".join(line.text for line in lines)
    assert got.replace(" ", "") == text.replace(" ", "").replace("\u3000\n", "\n")


def test_every_code_point_is_text_the_printer_has_or_is_drawn() -> None:
    """The sweep over all of GB 18030: a character sent as text decodes to itself, and contains no control byte."""
    has = encoder._in_font.__wrapped__  # each is asked once: the cache would only cost time
    for charset in (Charset.GB2312, Charset.GBK, Charset.GB18030):
        in_font = 0
        for code in (*range(0x20, 0xD800), *range(0xE000, 0x110000)):
            char = chr(code)
            if not has(char, charset):
                continue
            in_font += 1
            data = char.encode("gb18030")
            assert data.decode("gb18030") == char
            assert min(data) >= 0x20
            assert 0x7F not in data
            assert data != b"?" or char == "?"
        assert in_font > {Charset.GB2312: 7_000, Charset.GBK: 21_000, Charset.GB18030: 27_000}[charset]


@pytest.mark.parametrize("char", ["𠀀", "𠮷", "𪜶", "𬺓", "𮯰", "𰀀", "𱍐", "😀", "\U000e0100", "\U0010fffd"])
def test_a_character_beyond_the_basic_plane_is_a_picture_and_no_text(char: str) -> None:
    data = encoder.encode_bytes(slip.plain(f"姓名{char}先生"), WIDE_80)
    events = decoder.decode(data)
    assert decoder.text_of(events).strip() == ("" if clean(char) else "姓名先生")
    assert not [event for event in events if isinstance(event, decoder.Unknown)]


@settings(max_examples=60)
@given(st.text(st.characters(codec="utf-8"), max_size=80), st.sampled_from(PROFILES))
def test_any_text_prints_without_question_marks_overflow_or_commands(text: str, profile: Profile) -> None:
    piece = encoder.encode(slip.plain(text.replace("?", "")), profile)
    data = b"".join(part.data for part in piece)
    events = decoder.decode(data)
    assert not [event for event in events if isinstance(event, decoder.Unknown | decoder.Question)]
    assert OBEYED.search(data) is None
    assert all(printed_width(line) <= profile.dots for line in lines_of(data))
    assert all(event.width <= profile.dots for event in events if isinstance(event, decoder.Raster))
    assert "?" not in decoder.text_of(events)
    assert "\ufffd" not in decoder.text_of(events) or "\ufffd" in text


@settings(max_examples=30)
@given(
    st.lists(st.sampled_from(["\x1b@", "\x1d!\x11", "\x10\x04\x01", "\x1c.", "中", "\x00", "\x1dV\x00"]), max_size=20)
)
def test_commands_in_a_text_are_not_obeyed(parts: list[str]) -> None:
    data = encoder.encode_bytes(slip.plain("".join(parts)), WIDE_80)
    events = decoder.decode(data)
    assert sum(isinstance(event, decoder.Cut) for event in events) == 1
    assert OBEYED.search(data) is None
    assert all(span.wide == 1 for line in lines_of(data) for span in line.spans)


def test_rare_characters_are_drawn_in_the_height_of_a_line() -> None:
    data = encoder.encode_bytes(slip.plain("姓名：王𠮷㛃䶮"), WIDE_80)
    pictures = [event for event in decoder.decode(data) if isinstance(event, decoder.Raster)]
    assert [(picture.width, picture.height) for picture in pictures] == [(576, 28)]
    assert not lines_of(data)


def test_a_character_no_typeface_has_is_drawn_as_its_code_point() -> None:
    first = drawing.draw_line(TextLine((Run("\U0001fbf9"),)), 48, 12)
    other = drawing.draw_line(TextLine((Run("\U0001fbf8"),)), 48, 12)
    assert first.getbbox() is not None
    assert first.tobytes() != other.tobytes()


def test_full_raster_mode_sends_no_text_at_all() -> None:
    events = decoder.decode(encoder.encode_bytes(GUIDE, for_paper(58, drawn=True)))
    assert not [event for event in events if isinstance(event, decoder.Line) and event.spans]
    assert sum(isinstance(event, decoder.Raster) for event in events) > 8


@settings(max_examples=40)
@given(st.lists(st.sampled_from([0x10, 0x04, 0x05, 0x14, 0xFF, 0x00]), min_size=72, max_size=72 * 3))
def test_no_picture_contains_a_real_time_command(dots: list[int]) -> None:
    rows = len(dots) // 72
    image = Image.frombytes("1", (576, rows), bytes(dots[: rows * 72]))
    for command in raster.bands(image):
        assert OBEYED.search(command) is None
        before = bytes(dots[: rows * 72])
        changed = [(a ^ b).bit_count() for a, b in zip(before, command[8:], strict=True)]
        assert max(changed) <= 1


@pytest.mark.parametrize("profile", [WIDE_80, NARROW_58, for_paper(80, drawn=True), for_paper(58, large=True)])
@pytest.mark.parametrize("data", ["YB2026-000123", "https://example.cn/办事/异地就医?v=1", "长" * 160])
def test_qr_codes_are_read_by_an_independent_reader(profile: Profile, data: str) -> None:
    sheet = paper.render(encoder.encode_bytes(slip.Slip((slip.Qr(data),)), profile), profile.dots)
    assert [code.text for code in zxingcpp.read_barcodes(sheet)] == [data]


@pytest.mark.parametrize("data", ["WL2026-000123", "A{B}~ 1", "X" * 28])
def test_barcodes_are_read_even_when_too_long_for_the_paper(data: str) -> None:
    for profile in (WIDE_80, NARROW_58):
        sheet = paper.render(encoder.encode_bytes(slip.Slip((slip.Barcode(data),)), profile), profile.dots)
        assert [code.text for code in zxingcpp.read_barcodes(sheet)] == [data]


def test_an_image_is_scaled_and_dithered() -> None:
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize((900, 300)).save(buffer, "PNG")
    data = encoder.encode_bytes(slip.Slip((slip.Image(buffer.getvalue()),)), NARROW_58)
    pictures = [event for event in decoder.decode(data) if isinstance(event, decoder.Raster)]
    assert {picture.width for picture in pictures} == {384}
    assert sum(picture.height for picture in pictures) == 128
    ink = sum(byte.bit_count() for picture in pictures for byte in picture.data)
    assert 0.4 < ink / (384 * 128) < 0.6


def test_a_damaged_image_is_refused() -> None:
    with pytest.raises(raster.PictureError, match="not a readable"):
        encoder.encode(slip.Slip((slip.Image(b"\x89PNG\r\n\x1a\nrest"),)), WIDE_80)


def test_pieces_stand_alone() -> None:
    pieces = encoder.encode(slip.Slip((slip.Text("一"), slip.Cut(), slip.Text("二"), slip.Cut())), WIDE_80)
    assert [decoder.text_of(decoder.decode(piece.data)).strip() for piece in pieces] == ["一", "二"]
    assert all(piece.data.startswith(b"\x1b@\x1c&") for piece in pieces)


@settings(max_examples=100)
@given(
    st.binary(max_size=400)
    | st.lists(st.sampled_from([b"\x1b", b"\x1d", b"\x1c", b"(", b"k", b"v0", b"\xff", b"\n"])).map(b"".join)
)
def test_the_decoder_and_the_picture_take_any_bytes(data: bytes) -> None:
    decoder.decode(data)
    assert paper.render(data[:120], 384).width > 384
