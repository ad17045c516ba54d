"""Look at what we run on, and at what we wrote: licences, known weaknesses, secrets, settings.

``make audit`` works without a network too: then it says that nobody was asked for weaknesses.
It ends with 1 for a finding, and only for one. ``build/bill-of-materials.json`` (CycloneDX 1.6)
lists every library of the environment.
"""

from __future__ import annotations

import json
import math
import os
import re
import secrets
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
OUT = ROOT / "build" / "bill-of-materials.json"
#: What we take: permissive licences, and LGPL and MPL libraries as they come, never changed.
_TAKEN = re.compile(
    r"\b(MIT|BSD|0BSD|Apache|ISC|PSF|Python Software Foundation|Zlib|CC0|Unlicense|BSL-1\.0"
    r"|MPL|Mozilla Public|LGPL|Lesser|CNRI|DFSG approved)",
    re.I,
)
_REFUSED = re.compile(r"\bA?GPL|GNU (Affero )?General Public|non-?commercial|\bNC\b", re.I)
#: Read in the library's own files, since it does not name its licence, or names two for one.
_READ = {
    "axe-playwright-python": "MIT",
    "sigstore-models": "MIT",
    "qrcode": "BSD-3-Clause",
}
#: What secrets look like: keys by their first signs, and what is set to a long random text.
_SECRETS = {
    "private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/]{16}"),
    "cloud key": re.compile(r"\b(AKIA|ASIA)[A-Z0-9]{16}\b"),
    "token of a forge": re.compile(r"\b(ghp|gho|ghs|glpat|github_pat)[_-][A-Za-z0-9_-]{20,}"),
    "key of a language model": re.compile(r"\bsk-[A-Za-z0-9_-]{24,}"),
    "token of ours": re.compile(r"\byesand_[A-Za-z0-9_-]{43}\b"),
}
_SET = re.compile(
    r"""(?:secret|password|passwd|api_?key|token)\w*["']?\s*[:=]\s*["']([\w+/=-]{20,})["']""", re.I
)
_UNREAD = {".png", ".jpg", ".wav", ".flac", ".woff2", ".mo", ".pdf", ".min.js", ".ico"}


def main() -> int:
    """Run it."""
    found = sorted(distributions(), key=lambda d: d.name.lower())
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(bill(found), indent=1) + "\n", "utf-8")
    print(f"{len(found)} libraries, listed in {OUT.relative_to(ROOT)}\n")
    faults = [*licences(found), *weaknesses(), *bandit(), *leaked(), *deployed()]
    print("\n" + ("\n".join(f"FINDING {fault}" for fault in faults) or "No findings."))
    return 1 if faults else 0


def licences(libraries: list[Distribution]) -> Iterator[str]:
    """Print every library's licence; yield those that we do not take."""
    for d in {d.name: d for d in libraries}.values():
        told = licence(d)
        print(f"  {d.name:28} {d.version:14} {told}")
        if not taken(told):
            yield f"{d.name} {d.version}: {told}: not a licence that we take"


def taken(told: str) -> bool:
    """Tell whether we take a library under this licence.

    >>> [taken(name) for name in ("MIT", "LGPL-3.0-only", "AGPL-3.0", "CC-BY-NC-4.0", "MIT OR GPL")]
    [True, True, False, False, True]
    """
    choices = re.split(r"\s+OR\s+", told)
    return any(_TAKEN.search(c) and not _REFUSED.search(c) for c in choices)


def licence(library: Distribution) -> str:
    """Return a library's licence as it names it: an SPDX expression, classifiers, or its words."""
    if library.name in _READ:
        return _READ[library.name]
    told = library.metadata
    if "License-Expression" in told:
        return told["License-Expression"]
    named = [c.rpartition(" :: ")[2] for c in told.get_all("Classifier") or [] if "License" in c]
    words = told["License"].splitlines() if "License" in told else []
    return ", ".join(named) or next((line[:80] for line in words if line.strip()), "not told")


def bill(libraries: list[Distribution]) -> dict[str, Any]:
    """Return the list of libraries as CycloneDX has it."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "metadata": {"timestamp": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"},
        "components": [
            {
                "type": "library",
                "name": d.name,
                "version": d.version,
                "purl": f"pkg:pypi/{d.name.lower().replace('_', '-')}@{d.version}",
                "licenses": [{"license": {"name": licence(d)}}],
            }
            for d in libraries
        ],
    }


def weaknesses() -> Iterator[str]:
    """Ask the index for advisories (pip-audit); say so clearly where nobody could be asked."""
    ran = _run(sys.executable, "-m", "pip_audit", "--local", "--skip-editable", "--format=json")
    try:
        rows = json.loads(ran.stdout)["dependencies"]
    except (ValueError, KeyError):
        why = (ran.stderr.strip().splitlines() or ["no answer"])[-1][:160]
        print(f"\nKnown weaknesses: NOT ASKED, for want of pip-audit or a network ({why})")
        return
    asked = [d for d in rows if "vulns" in d]
    none = "" if asked else ": NOT ASKED, the index here keeps no advisories"
    print(f"\nKnown weaknesses: {len(asked)} libraries looked up{none}")
    for library in asked:
        for fault in library["vulns"]:
            mended = ", ".join(fault["fix_versions"]) or "no version yet"
            yield f"{library['name']} {library['version']}: {fault['id']}, mended in {mended}"


def bandit() -> Iterator[str]:
    """Lint our own code for security."""
    told = ("--quiet", "--recursive", "--configfile", "pyproject.toml", "--format", "json", "src")
    ran = _run(sys.executable, "-m", "bandit", *told)
    rows = json.loads(ran.stdout)["results"]
    print(f"bandit: {len(rows)} findings in src")
    for row in rows:
        yield f"{row['filename']}:{row['line_number']}: {row['test_id']} {row['issue_text']}"


def leaked() -> Iterator[str]:
    """Look for secrets in every file that git keeps; tests' own made-up ones are few and short."""
    names = _run("git", "ls-files", "-z").stdout.split("\0")
    read = [name for name in names if name and not name.endswith(tuple(_UNREAD))]
    print(f"Secrets: {len(read)} files read")
    for name in read:
        path = ROOT / name
        if path.is_file():
            text = path.read_text("utf-8", errors="replace")
            yield from (f"{name}: {kind}" for kind in secrets_in(text))


def secrets_in(text: str) -> Iterator[str]:
    """Yield what kind of secrets a text seems to hold.

    >>> list(secrets_in('KEY = "AKIA' + "Q3EGTB7XW5LNZ2PM" + '"'))
    ['cloud key']
    """
    yield from (kind for kind, shape in _SECRETS.items() if shape.search(text))
    if any(_random(found) for found in _SET.findall(text)):
        yield "a long random text that is called a secret"


def _random(text: str) -> bool:
    """Tell whether a text is as mixed as random ones are: bits a sign, and digits among letters."""
    bits = -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())
    mixed = any(c.isdigit() for c in text) and any(c.isalpha() for c in text)
    return mixed and bits > 3.9


def deployed() -> Iterator[str]:
    """Have Django judge the settings as they are behind HTTPS."""
    told = {"YESAND_HTTPS": "1", "YESAND_HOSTS": "yes-and.example"}
    told |= {"DJANGO_SETTINGS_MODULE": "yesand.site.settings", "YESAND_SECRET": secrets.token_hex()}
    check = ("-m", "django", "check", "--deploy", "--fail-level", "WARNING")
    # Preloading (W021) binds a whole domain for years: the keeper's to decide.
    code = (
        "import sys; from django.conf import settings; "
        "settings.SILENCED_SYSTEM_CHECKS = ['security.W021']; "
        "from django.core.management import execute_from_command_line as run; run(sys.argv)"
    )
    ran = _run(sys.executable, "-c", code, *check[2:], env={**os.environ, **told})
    print(f"Django's check --deploy: {'clean' if ran.returncode == 0 else 'see below'}")
    if ran.returncode:
        yield ran.stderr.strip()[-600:]


def _run(*words: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


if __name__ == "__main__":
    sys.exit(main())
