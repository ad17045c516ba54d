"""Databases on a PostgreSQL server, each copied from the one of an empty house."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import uuid4

from yesand.kernel.errors import BadInput

_REMEDY = "Name a PostgreSQL server whose user may make databases, and install yesand[postgres]."


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server.

    Parameters
    ----------
    address : of any of its databases, such as ``postgresql://user@host/postgres``.
    """

    address: str

    def url(self, name: str) -> str:
        """Return the address of one of its databases."""
        return urlsplit(self.address)._replace(path=f"/{name}").geturl()

    def make(self, template: str = "") -> str:
        """Make a database, as a copy of another if one is named, and return its name.

        Raises
        ------
        BadInput : the server is not there, or does not let its user.
        """
        name = f"yesand_simulated_{uuid4().hex}"
        self._tell(f'CREATE DATABASE "{name}"' + f' TEMPLATE "{template}"' * bool(template))
        return name

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected to it."""
        self._tell(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _tell(self, command: str) -> None:
        try:
            import psycopg

            with psycopg.connect(self.address, autocommit=True) as connection:
                connection.execute(command.encode())
        except ImportError as fault:
            raise BadInput("psycopg is not installed", where="server", remedy=_REMEDY) from fault
        except psycopg.Error as fault:
            told = str(fault).strip().splitlines()[0]
            raise BadInput(
                f"No use of that server: {told}", where="server", remedy=_REMEDY
            ) from fault
