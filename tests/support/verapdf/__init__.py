"""Runs veraPDF, the PDF Association's own validator, on many files in one start of Java."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final

from deploy.local.errors import FetchFailedError
from deploy.local.folders import cache_folder
from deploy.local.progress import step

POM: Final = Path(__file__).with_name("pom.xml")
UNREADABLE: Final = "unreadable"
_CLASS: Final = "org.verapdf.apps.GreenfieldCliWrapper"
_JAVA: Final = ("java", "-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=4")
_VERDICT: Final = re.compile(r"^(PASS|FAIL|ERROR) (.+\.pdf)(?: \w+)?$")
_NO_PDF: Final = re.compile(r"^(.+\.pdf) does not appear to be a valid PDF")
_RULE: Final = re.compile(r"^  FAIL (\S+)$")
_TIMEOUT_S: Final = 540


class ValidatorFailedError(Exception):
    """veraPDF ended without a verdict on every file."""


class Flavour(StrEnum):
    """A standard, under veraPDF's name for it."""

    UA_1 = "ua1"
    A_2A = "2a"


def fetch_jars() -> Path:
    """The folder of veraPDF's jars, resolved by Maven from the pinned pom when it changed."""
    jars = cache_folder() / "verapdf"
    stamp = jars / POM.name
    if stamp.exists() and stamp.read_bytes() == POM.read_bytes():
        return jars
    cache_folder().mkdir(parents=True, exist_ok=True)
    with (
        step("Fetching veraPDF from Maven Central (19 MB), the judge of tagged and archived PDFs"),
        tempfile.TemporaryDirectory(dir=cache_folder()) as draft,
    ):
        fresh = Path(draft) / "jars"
        command = ["mvn", "--batch-mode", "--quiet", "--file", str(POM), "dependency:copy-dependencies"]
        command += [f"-DoutputDirectory={fresh}", "-DincludeScope=runtime"]
        fetched = subprocess.run(command, capture_output=True, text=True, check=False, cwd=cache_folder())
        if fetched.returncode:
            raise FetchFailedError(f"veraPDF's jars could not be resolved:\n{fetched.stdout[-1500:]}")
        shutil.copyfile(POM, fresh / POM.name)
        shutil.rmtree(jars, ignore_errors=True)
        fresh.rename(jars)
    return jars


def failures(pdfs: Mapping[str, bytes], flavour: Flavour) -> dict[str, tuple[str, ...]]:
    """What veraPDF finds, by the name of each file that isn't clean.

    Args:
        pdfs: Files by any name.
        flavour: The standard to judge by.

    Returns:
        Broken rules as `clause-test`, or `unreadable` where veraPDF could not parse the file; a clean
        file has no entry.
    """
    if not pdfs:
        raise ValueError("no file to judge")
    with tempfile.TemporaryDirectory() as folder:
        names = {f"{index:05d}.pdf": name for index, name in enumerate(pdfs)}
        for file, name in names.items():
            Path(folder, file).write_bytes(pdfs[name])
        found = _judged(Path(folder), flavour)
    judged = {name: found[file] for file, name in names.items()}
    return {name: rules for name, rules in judged.items() if rules}


def _judged(folder: Path, flavour: Flavour) -> dict[str, tuple[str, ...]]:
    """The broken rules of each file in the folder, an empty tuple for a clean one."""
    command = [*_JAVA, "-cp", str(fetch_jars() / "*"), _CLASS, "-f", flavour, "--format", "text", "-v"]
    done = subprocess.run(
        [*command, str(folder)], capture_output=True, text=True, check=False, timeout=_TIMEOUT_S
    )
    found: dict[str, tuple[str, ...]] = {}
    current = ""
    for line in done.stdout.splitlines():
        if verdict := _VERDICT.match(line):
            current = Path(verdict[2]).name
            found[current] = () if verdict[1] == "PASS" else (UNREADABLE,)
        elif rule := _RULE.match(line):
            found[current] = (*(known for known in found[current] if known != UNREADABLE), rule[1])
        elif refused := _NO_PDF.match(line):
            found[Path(refused[1]).name] = (UNREADABLE,)
    silent = {path.name for path in folder.iterdir()} - found.keys()
    if silent:
        raise ValidatorFailedError(f"veraPDF said nothing of {len(silent)} files: {done.stderr[-1500:]}")
    return found
