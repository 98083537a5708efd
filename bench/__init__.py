"""Measures the platform on this machine; nothing here is asserted."""

import sys

from deploy.local.folders import REPOSITORY

# Where partners' own library is; it is no part of the platform and isn't installed with it.
sys.path.append(str(REPOSITORY / "clients" / "verify"))
