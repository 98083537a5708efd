"""Runs veraPDF, the PDF Association's own validator, on many files in one start of Java."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeAlias

from deploy.local.errors import FetchFailedError
from deploy.local.folders import cache_folder
from deploy.local.progress import step

POM: Final = Path(__file__).with_name("pom.xml")
UNREADABLE: Final = "unreadable"
UNCLAIMED: Final = "unclaimed"
_CLASS: Final = "org.verapdf.apps.GreenfieldCliWrapper"
# Each file's rules are compiled anew, so a quick compiler serves better than a thorough one.
_JAVA: Final = ("java", "-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
_CLAIMED: Final = "0"
_WORTH_A_PROCESS: Final = 50
_VERDICT: Final = re.compile(r"^(?P<verdict>PASS|FAIL|ERROR) (?P<path>.+\.pdf) (?P<flavour>\w+)$")
_NO_PDF: Final = re.compile(r"^(.+\.pdf) does not appear to be a valid PDF")
_RULE: Final = re.compile(r"^  FAIL (\S+)$")
_TIMEOUT_S: Final = 1800


_Found: TypeAlias = dict[str, list[str]]


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
    """What veraPDF finds by one standard, by the name of each file that isn't clean.

    Args:
        pdfs: Files by any name.
        flavour: The standard to judge by.

    Returns:
        Broken rules as `clause-test`, or `unreadable` where veraPDF could not parse the file; a clean
        file has no entry.
    """
    judged = _judged_in_halves(pdfs, flavour)
    return {name: tuple(found[flavour]) for name, found in judged.items() if found[flavour]}


def broken_claims(pdfs: Mapping[str, bytes]) -> dict[str, tuple[str, ...]]:
    """What veraPDF finds by both standards at once, which takes half the time.

    Args:
        pdfs: Files by any name; each must claim both standards in its metadata.

    Returns:
        Broken rules as `flavour clause-test`, `flavour unclaimed` or `flavour unreadable`; a clean file has
        no entry.
    """
    judged = _judged_in_halves(pdfs, None)
    broken = {
        name: tuple(f"{flavour} {rule}" for flavour in Flavour for rule in found.get(flavour, (UNCLAIMED,)))
        for name, found in judged.items()
    }
    return {name: rules for name, rules in broken.items() if rules}


def _judged_in_halves(pdfs: Mapping[str, bytes], flavour: Flavour | None) -> dict[str, _Found]:
    """The files judged by as many processes as pay, since one judges a file after the other."""
    if not pdfs:
        raise ValueError("no file to judge")
    fetch_jars()
    names = list(pdfs)
    shares = 1 if len(names) < _WORTH_A_PROCESS else 2
    with ThreadPoolExecutor(shares) as pool:
        parts = [{name: pdfs[name] for name in names[start::shares]} for start in range(shares)]
        found = [
            each for part in pool.map(lambda part: _judged(part, flavour), parts) for each in part.items()
        ]
    return dict(found)


def _judged(pdfs: Mapping[str, bytes], flavour: Flavour | None) -> dict[str, _Found]:
    """What one start of veraPDF finds: broken rules by file and flavour, none where it is clean."""
    with tempfile.TemporaryDirectory() as folder:
        files = {f"{index:05d}.pdf": name for index, name in enumerate(pdfs)}
        for file, name in files.items():
            Path(folder, file).write_bytes(pdfs[name])
        command = [*_JAVA, "-cp", str(fetch_jars() / "*"), _CLASS, "--format", "text", "-v"]
        command += ["-f", flavour or _CLAIMED, folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_TIMEOUT_S)
    found = _found_in(done.stdout)
    silent = files.keys() - found.keys()
    if silent:
        raise ValidatorFailedError(f"veraPDF said nothing of {len(silent)} files: {done.stderr[-1500:]}")
    return {name: found[file] for file, name in files.items()}


def _found_in(report: str) -> dict[str, _Found]:
    """Broken rules by file and flavour."""
    found: dict[str, _Found] = {}
    broken: list[str] = []
    for line in report.splitlines():
        if verdict := _VERDICT.match(line):
            failed = verdict["verdict"] != "PASS"
            broken = [UNREADABLE] if failed else []
            found.setdefault(Path(verdict["path"]).name, {})[verdict["flavour"]] = broken
        elif rule := _RULE.match(line):
            broken[:] = [known for known in broken if known != UNREADABLE] + [rule[1]]
        elif refused := _NO_PDF.match(line):
            found[Path(refused[1]).name] = {flavour: [UNREADABLE] for flavour in Flavour}
    return found
