"""Where the open fonts lie, and the command that fetches them: `python -m libs.ui.typeset.fonts`."""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from libs.ui.typeset.errors import FontMissingError

FOLDER_VARIABLE = "KHADAMATY_FONTS"
FILES = {
    "arabic": "amiri/400Regular/Amiri_400Regular.ttf",
    "arabic-bold": "amiri/700Bold/Amiri_700Bold.ttf",
    "latin": "source-serif-4/400Regular/SourceSerif4_400Regular.ttf",
    "latin-bold": "source-serif-4/600SemiBold/SourceSerif4_600SemiBold.ttf",
    "tifinagh": "noto-sans-tifinagh/400Regular/NotoSansTifinagh_400Regular.ttf",
    "code": "ibm-plex-mono/400Regular/IBMPlexMono_400Regular.ttf",
    "code-bold": "ibm-plex-mono/600SemiBold/IBMPlexMono_600SemiBold.ttf",
}
_HERE = Path(__file__).resolve().parent
_MANIFESTS = ("package.json", "package-lock.json")


def font_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Folder of the fonts: what KHADAMATY_FONTS names, else `.local/fonts` at the root of the tree."""
    named = environment.get(FOLDER_VARIABLE)
    return Path(named) if named else _HERE.parents[2] / ".local" / "fonts"


def get_font_path(key: str) -> Path:
    """Path of one font file.

    Args:
        key: A key of `FILES`.

    Returns:
        The path of a TrueType file that exists.

    Raises:
        FontMissingError: The file was never fetched.
    """
    path = font_folder() / f"{key}.ttf"
    if not path.is_file():
        raise FontMissingError(f"font {key!r} is missing: run `python -m libs.ui.typeset.fonts`")
    return path


def fetch(folder: Path) -> bool:
    """Fetch the pinned fonts with npm when the lock or the list of files changed.

    Args:
        folder: Where the `<key>.ttf` files are written.

    Returns:
        False when everything was already there.

    Raises:
        subprocess.CalledProcessError: npm failed; its own words are on standard error.
    """
    stamp = folder / "stamp"
    wanted = _fingerprint()
    complete = all((folder / f"{key}.ttf").is_file() for key in FILES)
    if complete and stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return False
    npm = folder / "npm"
    npm.mkdir(parents=True, exist_ok=True)
    for name in _MANIFESTS:
        shutil.copyfile(_HERE / name, npm / name)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(command, cwd=npm, check=True, stdout=subprocess.DEVNULL)
    for key, path in FILES.items():
        shutil.copyfile(npm / "node_modules" / "@expo-google-fonts" / path, folder / f"{key}.ttf")
    shutil.rmtree(npm)
    stamp.write_text(wanted, encoding="utf-8")
    return True


def main() -> None:
    """Fetch what is missing and say what was done."""
    folder = font_folder()
    started_s = time.monotonic()
    sys.stdout.write("fonts: Amiri, Source Serif 4, Noto Sans Tifinagh, IBM Plex Mono for certificates ... ")
    sys.stdout.flush()
    fetched = fetch(folder)
    elapsed_s = time.monotonic() - started_s
    sys.stdout.write(f"fetched in {elapsed_s:.1f} s\n" if fetched else "already there\n")


def _fingerprint() -> str:
    digest = hashlib.sha256(repr(sorted(FILES.items())).encode())
    for name in _MANIFESTS:
        digest.update((_HERE / name).read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    main()
