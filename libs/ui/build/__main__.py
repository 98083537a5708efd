"""``python -m libs.ui.build [--out FOLDER]``: builds the static files unless nothing has changed."""

import argparse
import tempfile
from pathlib import Path
from shutil import copy
from time import monotonic
from typing import Final

from libs.ui.assets import MANIFEST, static_folder
from libs.ui.build.toolchain import UI_FOLDER, digest_of, prepare_toolchain, tell, told

_STAMP: Final = ".sources-digest"
_SOURCES: Final = ("build", "images", "scripts", "styles", "templates", "translations")
_AS_THEY_ARE: Final = ("images", "scripts")


def build(out: Path, cache: Path) -> bool:
    """Build into a folder.

    Args:
        out: the static folder that the gateway serves.
        cache: where npm's packages are kept.

    Returns:
        False if everything was there already.
    """
    digest = digest_of(_sources())
    stamp = out / _STAMP
    if (out / MANIFEST).exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == digest:
        return False
    from libs.ui.build.failures import write_failure_pages  # noqa: PLC0415 - loaded only when there is work
    from libs.ui.build.fonts import cut_fonts  # noqa: PLC0415
    from libs.ui.build.icons import draw_icons  # noqa: PLC0415
    from libs.ui.build.publishing import publish  # noqa: PLC0415
    from libs.ui.build.scripts import bundle_scripts  # noqa: PLC0415
    from libs.ui.build.styles import compile_styles  # noqa: PLC0415

    tools = prepare_toolchain(cache)
    with tempfile.TemporaryDirectory(prefix="khadamaty-ui-") as folder:
        built = Path(folder)
        with told("compiling styles for both directions"):
            compile_styles(tools, built)
        with told("cutting fonts"):
            cut_fonts(tools.modules, built)
        with told("drawing icons and bundling scripts"):
            draw_icons(tools, built)
            bundle_scripts(tools, built)
        for file in sorted(path for name in _AS_THEY_ARE for path in (UI_FOLDER / name).glob("*.*")):
            copy(file, built)
        write_failure_pages(out, publish(built, out))
    stamp.write_text(digest, encoding="utf-8")
    return True


def default_cache() -> Path:
    """Return where npm's packages are kept: beside the static files, outside what is served."""
    return static_folder().parent / "cache" / "ui"


def _sources() -> list[Path]:
    files = [path for name in _SOURCES for path in (UI_FOLDER / name).rglob("*") if path.is_file()]
    own = [path for path in files if path.suffix != ".pyc"]
    return [*sorted(own), UI_FOLDER / "package-lock.json"]


def main() -> None:
    """Run the build and say what it did."""
    parser = argparse.ArgumentParser(prog="python -m libs.ui.build", description=__doc__)
    parser.add_argument("--out", type=Path, default=static_folder(), help="the static folder")
    parser.add_argument("--cache", type=Path, default=default_cache(), help="where npm's packages are kept")
    chosen = parser.parse_args()
    started = monotonic()
    done = build(chosen.out, chosen.cache)
    outcome = "built" if done else "already up to date"
    tell(f"static files {outcome} ({monotonic() - started:.1f} s)")


if __name__ == "__main__":
    main()
