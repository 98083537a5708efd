"""The bootstrap names everything that is missing at once where it may not install it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "deploy" / "local" / "bootstrap.py"


def run(path: Path, *needs: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": str(path)}
    command = [sys.executable, str(SCRIPT), *needs]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_all_missing_tools_are_named_with_one_command(tmp_path: Path) -> None:
    refused = run(tmp_path, "java", "mvn", "chromium")
    assert refused.returncode == 1
    assert "java: Apache Kafka runs on Java 17 or newer" in refused.stderr
    assert "apt-get install --no-install-recommends default-jdk-headless maven chromium" in refused.stderr


def test_a_java_that_is_too_old_counts_as_missing(tmp_path: Path) -> None:
    java = tmp_path / "java"
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n")
    java.chmod(0o755)
    refused = run(tmp_path, "java")
    assert (refused.returncode, "default-jdk-headless" in refused.stderr) == (1, True)


@pytest.mark.parametrize("need", ["sudo", "everything"])
def test_a_tool_that_it_does_not_know_is_refused(tmp_path: Path, need: str) -> None:
    refused = run(tmp_path, need)
    assert refused.returncode == 2
    assert f"no such tool: {need}" in refused.stderr
