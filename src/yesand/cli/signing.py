"""Who signs at the command line: by their name and password, as on the pages."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from yesand.kernel.errors import Refused

if TYPE_CHECKING:
    from yesand.people.models import User

#: Who acts; their password is asked for, and read from standard input where that is no terminal.
By = Annotated[str, typer.Option("--by", help="Whose account signs; the password is asked for.")]


def proven(username: str) -> User:
    """Return the account of who proves by its password that they are that person.

    Raises
    ------
    Refused : no such account, or another password.
    """
    from yesand.people.models import User  # needs the open house

    password = _password()
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None or not user.check_password(password):
        raise Refused("That is not the name and password of an account here", where=username)
    return user


def _password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, err=True))
    return sys.stdin.readline().rstrip("\n")
