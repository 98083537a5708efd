"""The documentation's pictures show certificates as they are printed now."""

from __future__ import annotations

import pytest
from PIL import Image, ImageChops

from tests.support.certificate_gallery import FOLDER, PAGE, SHOWN, drawn, page, people
from tests.support.corpus import Kind


@pytest.mark.parametrize("kind", SHOWN)
def test_picture_shows_what_is_printed_now(kind: Kind) -> None:
    fresh = drawn(people()[kind].content).convert("RGB")
    with Image.open(FOLDER / f"{kind}.png") as kept:
        assert kept.size == fresh.size
        assert ImageChops.difference(kept.convert("RGB"), fresh).getbbox() is None


def test_there_are_ten_pictures_and_no_other() -> None:
    pictures = {path.stem for path in FOLDER.glob("*.png")}
    assert pictures == set(SHOWN)
    assert len(pictures) == 10


def test_the_page_shows_them_all() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()
