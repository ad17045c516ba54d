"""Look at what we run on: every library's licence, its known weaknesses, and a list of them all.

Writes ``build/bill-of-materials.json`` (CycloneDX 1.6) of the environment it runs in. ``pip-audit``
asks the package index for advisories; where that has none, it is said. Exits 1 on a licence that
we do not take or on a known weakness.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

OUT = Path(__file__).parents[1] / "build" / "bill-of-materials.json"
#: LGPL and MPL libraries are used as they come and linked to, never changed.
_REFUSED = re.compile(r"\bA?GPL|GNU (Affero )?General Public|non-?commercial", re.I)
_ALLOWED = re.compile(r"LGPL|Lesser|Library or Lesser|GPL-compatible| OR |with .*exception", re.I)


def main() -> int:
    """Run it."""
    found = sorted(distributions(), key=lambda d: d.name.lower())
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(bill(found), indent=1) + "\n", "utf-8")
    print(f"{len(found)} libraries, listed in {OUT.relative_to(Path.cwd())}")
    refused = [d for d in found if _refuses(licence(d))]
    for d in refused:
        print(f"{d.name} {d.version}: {licence(d)}: not a licence that we take")
    return 1 if refused or weaknesses() else 0


def licence(library: Distribution) -> str:
    """Return a library's licence as it names it: an SPDX expression, classifiers, or its words."""
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


def weaknesses() -> bool:
    """Ask the index for advisories; tell whether any library has one."""
    ran = subprocess.run(
        [sys.executable, "-m", "pip_audit", "--local", "--skip-editable", "--format=json"],
        capture_output=True,
        text=True,
        check=False,
    )
    if not ran.stdout:
        print("No advisories: pip-audit did not run:", ran.stderr.strip()[-300:])
        return False
    asked = [d for d in json.loads(ran.stdout)["dependencies"] if "vulns" in d]
    for library in asked:
        for fault in library["vulns"]:
            mended = ", ".join(fault["fix_versions"]) or "no version yet"
            print(f"{library['name']} {library['version']}: {fault['id']}, mended in {mended}")
    none = "" if asked else ": the index here keeps no advisories"
    print(f"{len(asked)} of them looked up among known weaknesses{none}")
    return any(library["vulns"] for library in asked)


def _refuses(words: str) -> bool:
    return bool(_REFUSED.search(words)) and not _ALLOWED.search(words)


if __name__ == "__main__":
    sys.exit(main())
