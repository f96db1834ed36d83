"""Electronic invoices as OFD files, of an invented shop: for trying out, and for tests."""

from __future__ import annotations

import io
import zipfile

OFD_XML = """<?xml version="1.0" encoding="UTF-8"?>
<ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016" Version="1.0"><ofd:DocBody><ofd:DocInfo><ofd:DocID>1</ofd:DocID>
<ofd:CustomDatas><ofd:CustomData Name="发票号码">26332000000012345678</ofd:CustomData>
<ofd:CustomData Name="开票日期">2026年11月20日</ofd:CustomData>
<ofd:CustomData Name="销售方名称">样例超市</ofd:CustomData>
<ofd:CustomData Name="价税合计">128.50</ofd:CustomData></ofd:CustomDatas></ofd:DocInfo>
<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"""

PAGE = """<?xml version="1.0" encoding="UTF-8"?><ofd:Page xmlns:ofd="http://www.ofdspec.org/2016"><ofd:Content>
<ofd:Layer ID="2"><ofd:TextObject ID="3" Boundary="20 20 150 10" Size="6"><ofd:TextCode X="0" Y="6">电子发票（普通发票）
</ofd:TextCode></ofd:TextObject></ofd:Layer></ofd:Content></ofd:Page>"""


def _document(pages: int = 1) -> str:
    listed = "".join(f'<ofd:Page ID="{10 + n}" BaseLoc="Pages/Page_0/Content.xml"/>' for n in range(pages))
    return f"""<?xml version="1.0" encoding="UTF-8"?><ofd:Document xmlns:ofd="http://www.ofdspec.org/2016">
<ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 140</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData>
<ofd:Pages>{listed}</ofd:Pages></ofd:Document>"""


def ofd(extra: dict[str, bytes] | None = None, pages: int = 1) -> bytes:
    """An OFD invoice of 128.50 yuan; ``extra``: more members of the archive by name."""
    buffer = io.BytesIO()
    parts = {
        "OFD.xml": OFD_XML.encode(),
        "Doc_0/Document.xml": _document(pages).encode(),
        "Doc_0/Pages/Page_0/Content.xml": PAGE.encode(),
    }
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**parts, **(extra or {})}.items():
            archive.writestr(name, content)
    return buffer.getvalue()
