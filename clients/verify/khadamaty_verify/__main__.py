"""Runs the command: `python -m khadamaty_verify`."""

import sys

from khadamaty_verify.command import main

sys.exit(main())
