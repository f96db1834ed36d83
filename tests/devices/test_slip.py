"""The slip document: what is accepted, and how a refusal reads."""

import base64

import pytest

from devices import slip


def test_every_block_survives_a_round_trip() -> None:
    document = slip.Slip(
        title="guide",
        blocks=(
            slip.Heading("异地就医备案"),
            slip.Heading("材料", level=2),
            slip.Text("正文", bold=True, size=slip.Size.LARGE, align=slip.Align.CENTER),
            slip.List(("一", "二"), ordered=False),
            slip.Checklist(("身份证", slip.CheckItem("户口簿", note="原件"))),
            slip.Table((("时间", "上午"), ("地点", "大厅")), widths=(1, 3), header=True),
            slip.Rule(slip.RuleStyle.DASHED),
            slip.Qr("https://example.cn", caption="扫一扫"),
            slip.Barcode("WL-1"),
            slip.Image(b"\x89PNG"),
            slip.Space(2),
            slip.Cut(),
        ),
    )
    assert slip.parse(slip.dump(document)) == document


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (b"", "not a slip"),
        (b"\xff\xfe", "not a slip"),
        (b'{"blocks": []}', "no blocks"),
        (b'{"blocks": [{"type": "heading"}]}', "$.blocks[0]"),
        (b'{"blocks": [{"type": "headline", "text": "x"}]}', "headline"),
        (b'{"blocks": [{"type": "text", "text": 5}]}', "$.blocks[0].text"),
        (b'{"blocks": [{"type": "text", "text": "x", "colour": "red"}]}', "colour"),
        (b'{"blocks": [{"type": "table", "rows": [["a"], ["a", "b"]]}]}', "block 1: the rows"),
        (b'{"blocks": [{"type": "table", "rows": [["a", "b"]], "widths": [1]}]}', "one width for each"),
        (b'{"blocks": [{"type": "table", "rows": [[]]}]}', "one to six columns"),
        (b'{"blocks": [{"type": "barcode", "data": "\xe4\xb8\xad"}]}', "$.blocks[0].data"),
        (b'{"blocks": [{"type": "space", "lines": 5000}]}', "$.blocks[0].lines"),
        ('{"blocks": [{"type": "qr", "data": "' + "中" * 400 + '"}]}', "QR code holds at most"),
    ],
)
def test_a_bad_document_is_refused_in_one_sentence(document: bytes | str, says: str) -> None:
    with pytest.raises(slip.SlipError) as refusal:
        slip.parse(document)
    assert says in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_too_many_blocks_are_refused() -> None:
    with pytest.raises(slip.SlipError, match="at most 400"):
        slip.from_builtins({"blocks": [{"type": "cut"}] * 401})


def test_templates_may_hand_over_plain_dicts_and_images_as_base64() -> None:
    document = {"blocks": [{"type": "text", "text": "好"}, slip.image_block(b"abc"), {"type": "cut"}]}
    parsed = slip.from_builtins(document)
    assert parsed.blocks[0] == slip.Text("好")
    image = parsed.blocks[1]
    assert isinstance(image, slip.Image)
    assert image.data == b"abc"
    assert base64.b64encode(b"abc").decode() == slip.image_block(b"abc")["data"]


def test_plain_text_of_any_length_keeps_its_lines() -> None:
    text = "\n".join(f"第{number}行" * 30 for number in range(200))
    document = slip.plain(text)
    joined = "\n".join(block.text for block in document.blocks if isinstance(block, slip.Text))
    assert joined.replace("\n", "") == text.replace("\n", "")
    assert isinstance(document.blocks[-1], slip.Cut)
