"""Runs one Apache Kafka node in KRaft mode on loopback, with SCRAM users and deny-by-default ACLs."""

import json
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from deploy.kafka_access import KafkaAdmin
from deploy.local.children import Child, Program
from deploy.local.errors import FetchFailedError, PartFailedError
from deploy.local.folders import cache_folder, write_private
from deploy.local.kafka.settings import ADMIN, Listeners, new_cluster_id, scram_option, server_settings
from deploy.local.ports import LOOPBACK, choose_ports, is_listening
from deploy.local.progress import step
from libs.contracts.topics import Topic

HERE: Final = Path(__file__).parent
POM: Final = HERE / "pom.xml"
START_TIMEOUT_S: Final = 90.0
# A trial run writes its archive while it stops.
STOP_TIMEOUT_S: Final = 60.0
JAVA_OPTIONS: Final = ("-Xms96m", "-Xmx256m", "-XX:+UseSerialGC")


def fetch_jars() -> Path:
    """Return the folder of the broker's jars, resolved by Maven from the pinned pom when it changed.

    Raises:
        FetchFailedError: Maven could not resolve them.
    """
    jars = cache_folder() / "kafka"
    stamp = jars / "pom.xml"
    if stamp.exists() and stamp.read_bytes() == POM.read_bytes():
        return jars
    with step("Fetching Apache Kafka's jars from Maven Central (43 MB), the broker that carries every fact"):
        shutil.rmtree(jars, ignore_errors=True)
        command = ["mvn", "--batch-mode", "--quiet", "--file", str(POM), "dependency:copy-dependencies"]
        command += [f"-DoutputDirectory={jars}", "-DincludeScope=runtime"]
        fetched = subprocess.run(command, capture_output=True, text=True, check=False, cwd=cache_folder())
        if fetched.returncode:
            raise FetchFailedError(f"Kafka's jars could not be resolved:\n{fetched.stdout[-1500:]}")
        shutil.copyfile(POM, stamp)
    return jars


def java_command(*options: str) -> tuple[str, ...]:
    """Return the command that runs a class of the broker's jars with a small heap."""
    level = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
    return ("java", *JAVA_OPTIONS, *options, level, "-cp", str(fetch_jars() / "*"))


def stored_classes() -> tuple[str, ...]:
    """Return Java's option for an archive of the broker's loaded classes, made by a trial run once.

    It halves the start; Java ignores an archive that doesn't fit its own version or the jars.
    """
    archive = fetch_jars() / "classes.jsa"
    if not archive.exists():
        with (
            step(
                "Running Kafka once to store its loaded classes, so that it starts twice as fast from now on"
            ),
            tempfile.TemporaryDirectory(dir=cache_folder()) as folder,
        ):
            draft = Path(folder) / archive.name
            trial = Kafka(Path(folder) / "trial", class_options=(f"-XX:ArchiveClassesAtExit={draft}",))
            try:
                trial.start()
                trial.credentials("trial")
            finally:
                trial.stop()
            if draft.exists():
                draft.replace(archive)
    return (f"-XX:SharedArchiveFile={archive}",)


class Kafka:
    """One Kafka broker with its data folder; `start` leaves it answering its administrator.

    Args:
        folder: Where topics, settings, passwords and log live; kept between runs.
        port: Loopback port of the clients' listener; None for any free one.
        log_path: Where its log goes; None for a file in the folder.
        controller_port: Loopback port of the controller's listener; None for any free one.
        class_options: Java's options for its class archive; None to use the stored one.
    """

    def __init__(
        self,
        folder: Path,
        port: int | None = None,
        log_path: Path | None = None,
        controller_port: int | None = None,
        class_options: tuple[str, ...] | None = None,
    ) -> None:
        self.folder = folder.resolve()
        free = choose_ports({"clients": port, "controller": controller_port})
        self.port = port or free["clients"]
        self._controller_port = controller_port or free["controller"]
        self._log_path = log_path or self.folder / "kafka.log"
        self._class_options = class_options
        self._passwords: dict[str, str] = {}
        self._known: set[str] = {ADMIN}
        self._child: Child | None = None

    @property
    def child(self) -> Child:
        """The broker's process."""
        if self._child is None:
            options = self._class_options or stored_classes()
            command = (*java_command(*options), "kafka.Kafka", str(self._settings_path))
            self._child = Child(
                Program("kafka", command, self.folder, self._log_path, stop_timeout_s=STOP_TIMEOUT_S)
            )
        return self._child

    @property
    def bootstrap(self) -> str:
        """Address that clients connect to first."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def _settings_path(self) -> Path:
        return self.folder / "server.properties"

    def start(self) -> None:
        """Start the broker and wait until it answers.

        Raises:
            PartFailedError: It ended, took too long, or its storage could not be formatted.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        passwords = self.folder / "passwords.json"
        if passwords.exists():
            self._passwords = json.loads(passwords.read_text(encoding="utf-8"))
        self._write_settings()
        if not (self.folder / "data" / "meta.properties").exists():
            self._format()
        self.child.start()
        self.child.wait_until(lambda: is_listening(self.port), START_TIMEOUT_S)
        self.child.wait_until(self.admin().is_answering, START_TIMEOUT_S)

    def _write_settings(self) -> None:
        listeners = Listeners(LOOPBACK, LOOPBACK, self.port, self._controller_port)
        settings = server_settings(listeners, self.credentials(ADMIN)[1], str(self.folder / "data"))
        write_private(self._settings_path, settings)

    def _format(self) -> None:
        password = self.credentials(ADMIN)[1]
        options = () if self._class_options else stored_classes()
        command = [
            *java_command(*options),
            "kafka.tools.StorageTool",
            "format",
            "--cluster-id",
            new_cluster_id(),
        ]
        command += ["--config", str(self._settings_path), "--add-scram", scram_option(password)]
        formatted = subprocess.run(command, capture_output=True, text=True, check=False)
        if formatted.returncode:
            raise PartFailedError("kafka", "storage could not be formatted", formatted.stderr[-1500:])

    def admin(self) -> KafkaAdmin:
        """Return the administrator's client, which makes topics, users and ACLs."""
        return KafkaAdmin(self.bootstrap, *self.credentials(ADMIN))

    def credentials(self, principal: str) -> tuple[str, str]:
        """Return a principal's name and password, making its user where it has none.

        Args:
            principal: A service's name; a test may pass any name.
        """
        if principal not in self._passwords:
            self._passwords[principal] = secrets.token_urlsafe(24)
            write_private(self.folder / "passwords.json", json.dumps(self._passwords))
        if principal not in self._known:
            self.admin().ensure_user(principal, self._passwords[principal])
            self._known.add(principal)
        return principal, self._passwords[principal]

    def provision(self, topics: Sequence[Topic], services: Sequence[str]) -> None:
        """Make what is missing of the services' users, the topics and the ACLs that the topics imply."""
        admin = self.admin()
        for service in services:
            self.credentials(service)
        admin.ensure_topics(topics)
        admin.ensure_access(topics, services)

    def kill(self) -> None:
        """End the broker with SIGKILL."""
        self.child.kill()

    def restart(self) -> None:
        """Stop the broker where it runs, and start it again on the same port and data."""
        self.stop()
        self.start()

    def stop(self) -> None:
        """Stop the broker; harmless when it doesn't run."""
        self.child.stop()
