"""Where fonts are looked for, and when they are fetched."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from libs.ui.typeset import fonts
from libs.ui.typeset.errors import FontMissingError

PACKAGE = Path(fonts.__file__).parent
NPM = """#!/bin/sh
echo "$@" >> "$CALLS"
for path in {paths}; do
  mkdir -p "node_modules/@expo-google-fonts/$(dirname "$path")"
  echo font > "node_modules/@expo-google-fonts/$path"
done
"""


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An npm that makes the files and notes how it was called."""
    program = tmp_path / "bin" / "npm"
    program.parent.mkdir()
    program.write_text(NPM.format(paths=" ".join(fonts.FILES.values())), encoding="utf-8")
    program.chmod(0o755)
    noted = tmp_path / "calls"
    monkeypatch.setenv("CALLS", str(noted))
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    return noted


def test_the_folder_may_be_named_by_the_environment() -> None:
    assert fonts.font_folder({"KHADAMATY_FONTS": "/somewhere/fonts"}) == Path("/somewhere/fonts")
    assert fonts.font_folder({}).parts[-2:] == (".local", "fonts")


def test_a_missing_font_names_the_command_that_gets_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KHADAMATY_FONTS", str(tmp_path))
    with pytest.raises(FontMissingError, match=r"python -m libs\.ui\.typeset\.fonts"):
        fonts.get_font_path("arabic")


def test_fonts_are_fetched_once_and_again_when_one_is_lost(tmp_path: Path, calls: Path) -> None:
    folder = tmp_path / "fonts"
    assert fonts.fetch(folder)
    assert not fonts.fetch(folder)
    (folder / "tifinagh.ttf").unlink()
    assert fonts.fetch(folder)
    assert len(calls.read_text(encoding="utf-8").splitlines()) == 2
    assert all((folder / f"{key}.ttf").is_file() for key in fonts.FILES)


def test_fonts_are_fetched_again_when_the_lock_changed(tmp_path: Path, calls: Path) -> None:
    folder = tmp_path / "fonts"
    fonts.fetch(folder)
    (folder / "stamp").write_text("another lock", encoding="utf-8")
    assert fonts.fetch(folder)
    assert "--ignore-scripts" in calls.read_text(encoding="utf-8")


def test_a_failing_npm_is_an_error(tmp_path: Path, calls: Path) -> None:
    (calls.parent / "bin" / "npm").write_text("#!/bin/sh\nexit 7\n", encoding="utf-8")
    with pytest.raises(subprocess.CalledProcessError):
        fonts.fetch(tmp_path / "fonts")


def test_the_lock_pins_every_package_without_an_address() -> None:
    lock = json.loads((PACKAGE / "package-lock.json").read_text(encoding="utf-8"))
    wanted = json.loads((PACKAGE / "package.json").read_text(encoding="utf-8"))["dependencies"]
    for name, version in wanted.items():
        locked = lock["packages"][f"node_modules/{name}"]
        assert locked["version"] == version
        assert locked["integrity"].startswith("sha512-")
        assert "resolved" not in locked
