"""A house of its own for every test, copied from one made once, on SQLite or PostgreSQL."""

from __future__ import annotations

import gc
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

# What the tests import stays to the end: it is not looked through for garbage again and again.
gc.disable()
# One thread per worker: the same sums in the same order, and two workers fit two cores.
for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(threads, "1")
# The tests say which house and which database; what the shell had set must not leak in.
for told in ("DATABASE_URL", "YESAND_HOUSE", "YESAND_NOW", "YESAND_SECRET"):
    os.environ.pop(told, None)
# Who plays a part here signs in with a password; tests of the second factor ask for it.
os.environ["YESAND_REQUIRE_MFA"] = "nobody"
# Tones and noise stand for voices in most tests; who knows the difference is tested by name.
os.environ["YESAND_VOICE_ACTIVITY"] = "energy"
os.environ["DJANGO_SETTINGS_MODULE"] = "yesand.site.settings"

import django
import pytest
from django.db import connection
from hypothesis import HealthCheck, settings

from once import once

django.setup()

import yesand
from yesand.kernel.clock import SetClock

DATA = Path(os.environ.get("YESAND_DATA", Path(__file__).parents[2] / "shared" / "data"))
CONFORMANCE = Path(
    os.environ.get("YESAND_CONFORMANCE", Path(__file__).parents[2] / "shared" / "conformance")
)
POSTGRES = os.environ.get("YESAND_TEST_POSTGRES", "")
#: How the databases of this run begin, in every worker: they inherit what is set here first.
OURS = f"yesand_{os.environ.setdefault('PYTEST_RUN', uuid4().hex[:12])}_"
FIRST_OF_OCTOBER = datetime(2026, 10, 1, tzinfo=UTC)
LOCALHOST = ["127.0.0.1", "::1"]

# A loaded machine is slow, not wrong: examples have no deadline. In CI they are always the same.
settings.register_profile("dev", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("dev"), derandomize=True, print_blob=True)
settings.register_profile("deep", settings.get_profile("dev"), max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev"))


HERE = Path(__file__).parent
#: `make deep` runs everything on both databases; else the rooms that hold what was signed and paid.
DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
BOTH = {"kernel", "provenance", "royalties"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every test that opens a house on SQLite and, where there is a server, on PostgreSQL."""
    if "database" not in metafunc.fixturenames:
        return
    if _asks_both(metafunc):
        postgres = pytest.param("postgresql", marks=pytest.mark.postgres)
        metafunc.parametrize("database", ["sqlite", postgres], indirect=True)


def _asks_both(metafunc: pytest.Metafunc) -> bool:
    """Tell whether a test is to run on both databases, now."""
    marked = metafunc.definition.get_closest_marker
    if DEEP and POSTGRES:
        return not marked("sqlite")
    if marked("one_database"):
        return False
    room = metafunc.definition.path.relative_to(HERE).parts[0]
    quick = room in BOTH and not (marked("slow") or marked("sqlite"))
    return bool(marked("both_databases")) or (POSTGRES and quick)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let browser tests reach this machine, and this machine only; put off what takes long."""
    for item in items:
        if item.get_closest_marker("deep") and not DEEP:
            item.add_marker(pytest.mark.skip(reason="takes long: HYPOTHESIS_PROFILE=deep"))
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.allow_hosts(LOCALHOST))
    _longest_first(items)


def pytest_collection_finish() -> None:
    """Look for garbage from here on, in what the tests make, and less often than by default."""
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)
    gc.enable()


def _longest_first(items: list[pytest.Item]) -> None:
    """Let files that take long begin early: no worker is to be left alone with one at the end."""
    weights: Counter[Path] = Counter()
    for item in items:
        long = item.get_closest_marker("browser") or item.get_closest_marker("slow")
        weights[item.path] += 9 if long else 1
    items.sort(key=lambda item: (-weights[item.path], item.path))


@pytest.fixture
def clock() -> SetClock:
    """A clock at the first of October 2026."""
    return SetClock(FIRST_OF_OCTOBER)


@pytest.fixture(scope="session")
def empty_house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new house's folder, migrated, to copy from."""

    def make(root: Path) -> None:
        yesand.create(root, "Test House", clock=SetClock(FIRST_OF_OCTOBER)).close()

    return once(tmp_path_factory, "house", make)


@dataclass(frozen=True)
class Postgres:
    """A PostgreSQL server for the tests, and a new house in it to copy from."""

    server: str
    template: str
    root: Path

    def url(self, name: str) -> str:
        """Return the address of one of the server's databases."""
        return urlsplit(self.server)._replace(path=f"/{name}").geturl()

    def copy(self) -> str:
        """Make a copy of the new house's database and return its name."""
        name = f"{OURS}{uuid4().hex}"
        self.tell(f'CREATE DATABASE "{name}" TEMPLATE "{self.template}"', " STRATEGY FILE_COPY")
        return name

    def tell(self, command: str, since_15: str = "") -> None:
        """Run one command outside every test's database; PostgreSQL 15 and later may hear more."""
        import psycopg

        with psycopg.connect(self.server, autocommit=True) as connection:
            # Copied through the log, as is its way since version 15, a database takes ten times
            # longer than as files.
            more = since_15 if connection.info.server_version >= 150_000 else ""
            connection.execute((command + more).encode())


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Postgres:
    """The PostgreSQL server named by ``YESAND_TEST_POSTGRES``, or a skip that says so."""
    if not POSTGRES:
        pytest.skip("no PostgreSQL: set YESAND_TEST_POSTGRES")
    pytest.importorskip(
        "psycopg", reason="no PostgreSQL: install the extra `postgres`", exc_type=ImportError
    )

    def make(root: Path) -> None:
        server = Postgres(POSTGRES, template, root)
        server.tell(f'DROP DATABASE IF EXISTS "{template}"')
        server.tell(f'CREATE DATABASE "{template}"')
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DATABASE_URL", server.url(template))
            yesand.create(root, "Test House", clock=SetClock(FIRST_OF_OCTOBER)).close()

    template = f"{OURS}template"
    return Postgres(POSTGRES, template, once(tmp_path_factory, "postgres", make))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Drop what is left of this run when all workers are through: templates, and killed tests'."""
    if "PYTEST_XDIST_WORKER" in os.environ or not POSTGRES or not find_spec("psycopg"):
        return
    import psycopg

    with psycopg.connect(POSTGRES, autocommit=True) as connection:
        found = connection.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [OURS]
        )
        for (name,) in found.fetchall():
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@pytest.fixture(scope="session")
def on_sqlite(empty_house: Path) -> Path:
    """The folder that tests copy on SQLite; folders of tests may have another."""
    return empty_house


@pytest.fixture(scope="session")
def on_postgres(postgres: Postgres) -> Postgres:
    """The server whose database tests copy; folders of tests may have another."""
    return postgres


@pytest.fixture
def database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the test's house keeps its registry; gives the folder of a house to copy."""
    if getattr(request, "param", "sqlite") == "sqlite":
        folder: Path = request.getfixturevalue("on_sqlite")
        yield folder
        return
    server: Postgres = request.getfixturevalue("on_postgres")
    name = server.copy()
    monkeypatch.setenv("DATABASE_URL", server.url(name))
    yield server.root
    # By force: a test may have left a killed process's connection behind.
    server.tell(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def house(database: Path, tmp_path: Path, clock: SetClock) -> Iterator[yesand.House]:
    """An empty house of the test's own, on each database in turn."""
    root = tmp_path / "house"
    shutil.copytree(database, root)
    opened = yesand.open(root, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def unguard(house: yesand.House) -> Callable[[str], None]:
    """Take the triggers off a table, as someone with the database itself in hand could."""

    def off(table: str) -> None:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
                return
            query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s"
            for (name,) in cursor.execute(query, [table]).fetchall():
                cursor.execute(f"DROP TRIGGER {name}")

    return off


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real recordings, or a skip that says so."""
    if not DATA.exists():
        pytest.skip(f"no real recordings at {DATA} (set YESAND_DATA)")
    return DATA


@pytest.fixture(scope="session")
def conformance() -> Path:
    """The folder of outside test suites, or a skip that says so."""
    if not CONFORMANCE.exists():
        pytest.skip(f"no outside suites at {CONFORMANCE} (set YESAND_CONFORMANCE)")
    return CONFORMANCE
