"""``yesand serve-model MODEL HOUSE-FOLDER``: the house is on this machine.

The model is put in service if it is not yet, and the house's pages are served in a process of their
own, so that the predictor asks them as it asks any house. That process ends with this one.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess  # nosec B404
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from yesand.kernel.clock import stamp
from yesand.kernel.errors import BadInput, CheckFailed, Refused, YesAndError

#: Whose token it is; the account has no password.
ACCOUNT = "served-here"
SCOPES = ("models:read", "corpus:read", "usage:write")
#: Seconds until a house's first answer, on a machine that does much else.
_PATIENCE = 120


@dataclass(frozen=True)
class Here:
    """What the predictor needs to know of a house on this machine."""

    url: str
    token: str
    deployment: str
    began: bool


@contextmanager
def beside(house: Path, model: Path, deployment: str) -> Iterator[Here]:
    """Serve a house beside its model; put the model in service under a name if it is not.

    Parameters
    ----------
    deployment : its name; empty for the model's own name with ``-here``.

    Raises
    ------
    BadInput, Refused : no house there, or the model cannot be put in service.
    CheckFailed : the house did not answer.
    """
    owner = os.getpid()
    begins = [sys.executable, "-P", "-m", "yesand.cli.serving_here"]  # -P: nothing of this folder
    command = [*begins, str(house), str(model), deployment]
    # Ctrl-C is for the model alone, which then still hands in its usage here.
    process = subprocess.Popen(  # nosec B603
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        here = Here(**_told(process))
        _awake(here.url, process)
        yield here
    finally:
        if os.getpid() == owner:  # and not a worker that was forked meanwhile
            process.communicate()  # its input ends, and so does it


def _told(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise CheckFailed("The house beside the model ended at once", where="house")
    answer: dict[str, Any] = json.loads(line)
    if "what" in answer:
        kind = Refused if answer.pop("exit_code") == Refused.exit_code else BadInput
        raise kind(answer["what"], where=answer["where"], remedy=answer["remedy"])
    return answer


def _awake(url: str, process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < end:
        try:
            with urlopen(f"{url}/api/log/checkpoint", timeout=_PATIENCE):  # nosec B310
                return
        except (URLError, TimeoutError, ConnectionError):  # it does not listen yet
            time.sleep(0.1)
    raise CheckFailed("The house beside the model does not answer", where=url)


def main(house: str, model: str, deployment: str) -> None:
    """Open the house, make ready, say so in a line and answer until the input ends."""
    import yesand

    said = os.fdopen(os.dup(1), "w")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)  # one line is all that is read
    try:
        opened = yesand.open(house)
        name, began = _deployed(opened, Path(model), deployment)
        row, secret = _token(opened.place, name)
    except YesAndError as fault:
        print(json.dumps({**fault.as_dict(), "exit_code": fault.exit_code}), file=said, flush=True)
        return
    from yesand.people.security.services import revoke
    from yesand.royalties.spooling.collecting.services import collect
    from yesand.site.serving import serve

    Thread(target=_until_the_end, daemon=True).start()
    # Taken before its number is told, so that nobody else can answer on it.
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    told = {"url": url, "token": secret, "deployment": name, "began": began}
    print(json.dumps(told), file=said, flush=True)
    owner = os.getpid()
    try:
        serve(opened.place, "127.0.0.1", 0, listening=listening)
    finally:
        if os.getpid() == owner:
            collect(opened.place)  # what was told last, after the worker had ended
            revoke(opened.place, row)


def _until_the_end() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


def _deployed(house: Any, folder: Path, name: str) -> tuple[str, bool]:
    """Return the deployment's name, and whether it began just now."""
    from yesand.training.models import Deployment
    from yesand.training.services import registered

    model = registered(house.place, folder)
    name = name or f"{model.name}-here"
    known = Deployment.objects.filter(name=name, model=model).first()
    if known is None:
        house.deploy(folder, licensee=model.manifest.licensee.slug, name=name)
    elif hasattr(known, "decommission"):
        raise Refused(
            f"It was decommissioned on {stamp(known.decommission.until)}",
            where=name,
            remedy="Give another name: --deployment NAME.",
        )
    return name, known is None


def _token(place: Any, deployment: str) -> tuple[Any, str]:
    from yesand.people.models import Token
    from yesand.people.security.services import make_token, revoke
    from yesand.people.services import give_seat
    from yesand.training.models import Deployment

    user = _account()
    give_seat(user, "licensee", Deployment.objects.get(name=deployment).licensee)
    # What a process that was killed left is no good any more.
    for left in Token.objects.filter(user=user, revoked_at=None):
        if not _alive(left.name.rpartition(" ")[2]):
            revoke(place, left)
    return make_token(place, user, f"{deployment[:60]} {os.getpid()}", SCOPES, None)


def _account() -> Any:
    """Return the account; it is nobody's, so nobody may be able to open it."""
    from allauth.mfa.models import Authenticator

    from yesand.people.models import User
    from yesand.people.services import new_user

    user = User.objects.filter(username=ACCOUNT).first()
    if user is None:
        return new_user(ACCOUNT, None)
    if user.has_usable_password() or Authenticator.objects.filter(user=user).exists():
        raise Refused(
            f"Somebody's account here is called {ACCOUNT}",
            remedy="Serve by the house's address, with a token of your own.",
        )
    return user


def _alive(number: str) -> bool:
    try:
        os.kill(int(number), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


if __name__ == "__main__":
    main(*sys.argv[1:])
