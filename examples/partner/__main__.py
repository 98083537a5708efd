"""Runs the kit's commands: `python -m examples.partner`."""

import sys

from .command import main

if __name__ == "__main__":
    sys.exit(main())
