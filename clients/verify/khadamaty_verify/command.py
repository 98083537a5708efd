"""The command `khadamaty-verify`: fetches keys and lists, and checks codes without a network."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from khadamaty_verify.fetching import FetchFailed, fetch
from khadamaty_verify.folder import Folder, Trusted
from khadamaty_verify.keys import BadKeys
from khadamaty_verify.lists import UntrustedList
from khadamaty_verify.pictures import NoPictureReader, UnreadablePicture, codes_in
from khadamaty_verify.telling import LANGUAGES, as_json, in_words, word
from khadamaty_verify.verdict import Reason, verify

EXIT_CODES: Final[Mapping[Reason, int]] = {
    Reason.VALID: 0,
    Reason.EXPIRED: 10,
    Reason.REVOKED: 11,
    Reason.SUSPENDED: 12,
    Reason.SUPERSEDED: 13,
    Reason.FORGED: 20,
    Reason.MALFORMED: 21,
    Reason.UNKNOWN_KEY: 22,
    Reason.STALE_LIST: 31,
    Reason.NOT_IN_LIST: 32,
    Reason.NO_LIST: 33,
    Reason.WRONG_CLOCK: 34,
}
UNUSABLE: Final = 2
FETCH_FAILED: Final = 40


class Refused(Exception):
    """The command can't do what it was asked; the message tells why."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: Its words; None for those of this process.

    Returns:
        The exit code: 0 for a valid code or a fetch that went well.
    """
    asked = _reader().parse_args(arguments)
    try:
        return _fetch(asked) if asked.what == "fetch" else _check(asked)
    except Refused as error:
        sys.stderr.write(f"{error}\n")
        return UNUSABLE


def _fetch(asked: argparse.Namespace) -> int:
    try:
        fetched = fetch(asked.address, Folder(asked.data))
    except FetchFailed as error:
        sys.stderr.write(f"{word(asked.lang, 'fetch_failed')} {error}\n")
        return FETCH_FAILED
    for number, each in fetched.lists.items():
        state = word(asked.lang, "changed" if number in fetched.changed else "unchanged")
        sys.stdout.write(f"{each.uri}: {state}, {each.as_of:%Y-%m-%d %H:%M:%S} UTC\n")
    return 0


def _check(asked: argparse.Namespace) -> int:
    trusted = _trusted(asked)
    codes = _codes(asked)
    verdicts = [verify(code, trusted.keys, trusted.lists) for code in codes]
    told = (as_json(each) if asked.json else in_words(each, asked.lang) for each in verdicts)
    sys.stdout.write(("\n" if asked.json else "\n\n").join(told) + "\n")
    # Of several codes the worst decides: every one has to be valid.
    return max(EXIT_CODES[each.reason] for each in verdicts)


def _trusted(asked: argparse.Namespace) -> Trusted:
    try:
        return Folder(asked.data).load()
    except FileNotFoundError:
        raise Refused(word(asked.lang, "nothing_fetched")) from None
    except (BadKeys, UntrustedList) as error:
        raise Refused(f"{word(asked.lang, 'damaged')} {error}") from error


def _codes(asked: argparse.Namespace) -> Sequence[str]:
    if asked.picture is None:
        text: str = sys.stdin.read() if asked.text == "-" else asked.text
        return [line.strip() for line in text.splitlines() if line.strip()] or [""]
    try:
        found = codes_in(asked.picture)
    except NoPictureReader:
        raise Refused(word(asked.lang, "no_picture_reader")) from None
    except (UnreadablePicture, OSError):
        raise Refused(word(asked.lang, "unreadable_picture")) from None
    if not found:
        raise Refused(word(asked.lang, "no_code_in_picture"))
    return found


def _reader() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--data", type=Path, default=_usual_folder(), help="folder of keys and lists")
    shared.add_argument("--lang", choices=LANGUAGES, default=_usual_language(), help="of what is told")
    reader = argparse.ArgumentParser(prog="khadamaty-verify", description=__doc__)
    ways = reader.add_subparsers(dest="what", required=True)
    fetching = ways.add_parser(
        "fetch", parents=[shared], help="fetch keys and lists; the only use of a network"
    )
    fetching.add_argument("address", help="the platform's, such as https://HOST")
    checking = ways.add_parser("check", parents=[shared], help="check a scanned code, without a network")
    code = checking.add_mutually_exclusive_group(required=True)
    code.add_argument("text", nargs="?", help="what the QR code holds; - for the standard input, one a line")
    code.add_argument("--picture", type=Path, help="a picture with QR codes in it")
    checking.add_argument("--json", action="store_true", help="one JSON object for each code")
    return reader


def _usual_folder() -> Path:
    kept = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(kept) / "khadamaty-verify"


def _usual_language() -> str:
    spoken = (os.environ.get("LC_ALL") or os.environ.get("LANG") or "")[:2]
    return spoken if spoken in LANGUAGES else "en"
