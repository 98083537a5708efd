"""Tagged sheets: what is drawn belongs to an element or to no one, and values may be left out."""

from datetime import UTC, datetime
from io import BytesIO

import pikepdf
import pytest

from libs.ui.typeset.archive import Evidence, SignatureField
from libs.ui.typeset.bidi import Direction
from libs.ui.typeset.blocks import ValueStyle, artifact, stack, tagged, text_block, value_block
from libs.ui.typeset.errors import UntaggedError, ValueUnfrozenError
from libs.ui.typeset.sheet import Sheet
from libs.ui.typeset.slots import Align, PictureSlot, Style, TextSlot
from libs.ui.typeset.structure import Tag
from libs.ui.typeset.text import set_text
from tests.support.tagged_pdf import TaggedPdf, take_apart

WORD = Style(Direction.RTL, Direction.RTL)
NAME = ValueStyle(WORD, (12.0, 10.0), 1.4, lines=1)
FIELD = SignatureField("ختم", "[0 0000000001 0000000002 0000000003]", "<00>")


def blank(*, holes: bool = False, tagged_too: bool = True) -> Sheet:
    return Sheet(
        title="عنوان & <b>",
        author="a",
        language="ar-MA",
        made_at=datetime(2026, 11, 1, 9, 30, tzinfo=UTC),
        tagged=tagged_too,
        holes=holes,
    )


def opened(sheet: Sheet) -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(sheet.finish()))


def roles(found: TaggedPdf) -> list[str]:
    return [node.role for node in found.root.walk()]


def test_elements_stand_in_the_order_in_which_they_were_drawn() -> None:
    sheet = blank()
    text_block(set_text("شهادة", Direction.RTL, 20), 500, 30, tag=Tag("H1")).draw(sheet, 700)
    cells = stack(
        [
            text_block(set_text("اسم", Direction.RTL, 12), 500, 20, tag=Tag("TH", scope="Row")),
            text_block(set_text("Nom", Direction.LTR, 12), 100, 20, tag=Tag("TD", lang="fr-FR")),
        ]
    )
    tagged(tagged(cells, Tag("TR")), Tag("Table")).draw(sheet, 600)
    found = take_apart(sheet.finish())
    assert roles(found) == ["Document", "H1", "Table", "TR", "TH", "TD"]
    assert [found.spoken(node) for node in found.root.walk() if node.role in {"H1", "TH", "TD"}] == [
        "شهادة",
        "اسم",
        "Nom",
    ]
    assert found.root.lang == "ar-MA"
    assert [node.lang for node in found.root.walk()][-1] == "fr-FR"


def test_content_of_each_page_leads_back_to_its_element() -> None:
    sheet = blank()
    with sheet.tagged(Tag("P")):
        text_block(set_text("أول", Direction.RTL, 12), 500, 20).draw(sheet, 700)
        sheet.showPage()
        text_block(set_text("ثان", Direction.RTL, 12), 500, 20).draw(sheet, 700)
    found = take_apart(sheet.finish())
    assert found.parents == {(0, 0): "P", (1, 0): "P"}
    assert found.spoken(found.root) == "أولثان"


def test_decoration_is_no_ones_and_interrupts_what_is_read() -> None:
    sheet = blank()
    with sheet.tagged(Tag("P")):
        block = text_block(set_text("قبل", Direction.RTL, 12), 500, 20)
        block.draw(sheet, 700)
        with sheet.artifact():
            artifact(block).draw(sheet, 650)
            sheet.rect(10, 10, 50, 50)
        block.draw(sheet, 600)
    found = take_apart(sheet.finish())
    assert found.unmarked == []
    assert found.spoken(found.root) == "قبلقبل"


def test_text_that_belongs_to_nothing_is_refused() -> None:
    sheet = blank()
    with pytest.raises(UntaggedError):
        text_block(set_text("سائب", Direction.RTL, 12), 500, 20).draw(sheet, 700)


def test_a_sheet_that_isnt_tagged_has_no_structure() -> None:
    sheet = blank(tagged_too=False)
    text_block(set_text("حر", Direction.RTL, 12), 500, 20, tag=Tag("P")).draw(sheet, 700)
    with sheet.artifact():
        sheet.rect(10, 10, 50, 50)
    pdf = opened(sheet)
    assert "/StructTreeRoot" not in pdf.Root
    assert b"BDC" not in pdf.pages[0].Contents.read_bytes()


def test_words_stay_apart_where_a_line_ends() -> None:
    text = "وزارة التضامن والإدماج الاجتماعي والأسرة"
    for direction, words in ((Direction.RTL, text), (Direction.LTR, "Ministère de la Solidarité nationale")):
        sheet = blank()
        setting = set_text(words, direction, 12, 70)
        assert len(setting.lines) > 1
        assert max(setting.width_of(each) for each in setting.lines) <= 70
        text_block(setting, 300, 20, tag=Tag("P")).draw(sheet, 700)
        found = take_apart(sheet.finish())
        assert found.spoken(found.root) == words


def test_info_and_metadata_say_the_same() -> None:
    sheet = blank()
    text_block(set_text("نص", Direction.RTL, 12), 500, 20, tag=Tag("P")).draw(sheet, 700)
    pdf = opened(sheet)
    assert str(pdf.docinfo["/CreationDate"]) == "D:20261101093000+00'00'"
    with pdf.open_metadata(update_docinfo=False) as metadata:
        assert metadata["dc:title"] == str(pdf.docinfo["/Title"]) == "عنوان & <b>"
        assert metadata["dc:creator"] == [str(pdf.docinfo["/Author"])]
        assert metadata["pdf:Producer"] == str(pdf.docinfo["/Producer"])
        assert metadata["xmp:CreateDate"] == "2026-11-01T09:30:00+00:00"
        assert metadata.pdfa_status == "2A"
    assert "/Direction" not in pdf.Root.ViewerPreferences


def test_holes_note_their_slots_in_order_and_part_the_content() -> None:
    sheet = blank(holes=True)
    with sheet.tagged(Tag("P")):
        value_block("name", "فاطمة", NAME, 500, 200).draw(sheet, 700)
    slot = PictureSlot("qr", 50, 50, 100)
    with sheet.tagged(Tag("Figure", alt="رمز", box=(50, 50, 150, 150))):
        sheet.draw_picture(slot, lambda: sheet.rect(50, 50, 100, 100))
    assert sheet.holes == [TextSlot("name", 500, 700 - 12 * 1.4 * 0.72, 12.0, Align.RIGHT, 200, WORD), slot]
    pdf = opened(sheet)
    pieces = [piece.read_bytes() for piece in pdf.pages[0].obj.Contents]
    assert [bool(piece) for piece in pieces] == [True, False, True, False, True]
    assert b"/MCID 0" in pieces[0]
    assert b"/MCID 1" in pieces[2]


def test_a_value_that_needs_more_than_its_slot_is_refused_where_values_are_left_out() -> None:
    long = value_block("name", "عبد الرحمان بن عبد اللطيف", NAME, 500, 100)
    with pytest.raises(ValueUnfrozenError, match="name"):
        long.draw(blank(holes=True), 700)
    whole = blank()
    tagged(long, Tag("P")).draw(whole, 700)
    assert take_apart(whole.finish()).sizes == {("Amiri-Regular", 10.0)}


def test_a_signature_certifies_the_document_and_has_a_place_in_the_tree() -> None:
    sheet = blank()
    text_block(set_text("نص", Direction.RTL, 12), 500, 20, tag=Tag("P")).draw(sheet, 700)
    sheet.sign_here(FIELD, Evidence(certificates=(b"c1", b"c2"), revocation_lists=(b"r",)))
    pdf = opened(sheet)
    (widget,) = pdf.pages[0].Annots
    assert widget.V.objgen == pdf.Root.Perms.DocMDP.objgen
    assert widget.V.Reference[0].TransformParams.P == 1
    assert str(widget.V.SubFilter) == "/ETSI.CAdES.detached"
    assert [each.read_bytes() for each in pdf.Root.DSS.Certs] == [b"c1", b"c2"]
    assert [each.read_bytes() for each in pdf.Root.DSS.CRLs] == [b"r"]
    found = take_apart(sheet_again())
    assert (roles(found)[-1], [*found.root.walk()][-1].objects) == ("Form", 1)


def sheet_again() -> bytes:
    sheet = blank()
    text_block(set_text("نص", Direction.RTL, 12), 500, 20, tag=Tag("P")).draw(sheet, 700)
    sheet.sign_here(FIELD)
    return sheet.finish()
