"""What stands in the PDF: positions, codes that give their text back, and pictures that scan."""

from datetime import UTC, datetime
from io import BytesIO

import pypdf
import pypdfium2
import pytest
import zxingcpp

from libs.ui.typeset.bidi import Direction
from libs.ui.typeset.blocks import Block, spread, stack, text_block
from libs.ui.typeset.errors import TextTooLongError
from libs.ui.typeset.qr import draw_qr
from libs.ui.typeset.sheet import Align, Sheet
from libs.ui.typeset.text import set_text


def blank() -> Sheet:
    return Sheet(title="t", author="a", language="ar-MA", made_at=datetime(2026, 11, 1, 9, 30, tzinfo=UTC))


def ink(pdf: bytes) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of what is drawn, in points from the top left."""
    picture = pypdfium2.PdfDocument(pdf)[0].render(scale=4).to_pil().convert("L")
    box = picture.point(lambda shade: 255 if shade < 128 else 0).getbbox()
    return tuple(edge / 4 for edge in box)


@pytest.mark.parametrize("text", ["المملكة المغربية", "رقم 2.97.218", "Royaume du Maroc", "ⴰⵢⵜ ⵓⵄⵣⵉⵣ"])
@pytest.mark.parametrize("direction", Direction)
def test_a_line_ends_where_it_was_measured(text: str, direction: Direction) -> None:
    sheet = blank()
    setting = set_text(text, direction, 20)
    sheet.draw_setting(setting, 300, 700, 30, Align.RIGHT)
    left, _, right, _ = ink(sheet.finish())
    assert right == pytest.approx(300, abs=2.5)
    assert left == pytest.approx(300 - setting.width_of(setting.lines[0]), abs=2.5)


@pytest.mark.parametrize(
    "text", ["الله لا إله إلا", "ﷺ", "الگراوي", "l’Œuvre « été »", "fi ffl", "ⵜⴰⴳⵍⴷⵉⵜ", "لا (أ) [ب]"]
)
def test_each_drawn_text_is_read_back(text: str) -> None:
    sheet = blank()
    sheet.draw_setting(set_text(text, Direction.RTL, 20), 400, 700, 30)
    read = pypdf.PdfReader(BytesIO(sheet.finish())).pages[0].extract_text()
    assert sorted(read.replace("\u200d", "").replace(" ", "").strip()) == sorted(text.replace(" ", ""))


def test_lines_go_downwards_by_their_leading() -> None:
    sheet = blank()
    setting = set_text("ابت " * 40, Direction.RTL, 12, 200)
    last = sheet.draw_setting(setting, 400, 700, 20)
    assert last == 700 - 20 * len(setting.lines)


def test_a_qr_code_is_a_drawing_and_scans_small() -> None:
    sheet = blank()
    draw_qr(sheet, "https://portal.example/v#4K7M9QZT2WX8RDV5H", 100, 600, 60)
    pdf = sheet.finish()
    picture = pypdfium2.PdfDocument(pdf)[0].render(scale=150 / 72).to_pil()
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [
        "https://portal.example/v#4K7M9QZT2WX8RDV5H"
    ]
    assert b"/Subtype /Image" not in pdf
    assert ink(pdf)[0] > 100


def test_blocks_share_what_is_left_of_the_room() -> None:
    tops: list[float] = []
    block = Block(20, lambda _sheet, top: tops.append(top))
    spread([block, block, block], 100, 30).draw(blank(), 500)
    assert tops == [500, 460, 420]
    with pytest.raises(TextTooLongError):
        spread([block, block], 39, 10)


def test_a_stack_is_as_high_as_its_blocks() -> None:
    line = text_block(set_text("ابت", Direction.RTL, 12), 300, 18)
    assert stack([line, line]).height == 36
    assert stack([line, line]).baseline == line.baseline > 0
