"""The page docs/conformance.md, made from the records."""

from __future__ import annotations

from pathlib import Path

from conformance.records import Records

PAGE = Path(__file__).parents[1] / "docs" / "conformance.md"
INTRODUCTION = """\
# Conformance

Suites that others wrote, run against our code as they are. `make conformance` runs all of them \
and rewrites this page; `make conformance NAME=rfc8785` runs one. It fails when a suite passes \
fewer cases than it once did. The suites are looked for where `YESAND_CONFORMANCE` points.

| suite | passed | from | what it checks |
|---|--:|---|---|
"""
ABOUT = {
    "asvs": ("OWASP ASVS 5.0.0, level 2", "one test or one written reason for each requirement"),
    "clinc150": ("clinc/oos-eval", "the assistant's router on phrases that we did not write"),
    "croissant": (
        "mlcommons/croissant (mlcroissant)",
        "exports of the sample troupe: errors, warnings, and every record streamed",
    ),
    "dpv": ("w3c/dpv", "agreements and consent records in the DPV's vocabulary, one case a file"),
    "merkle-vectors": ("transparency-dev/merkle", "inclusion, consistency and subtree proofs"),
    "odrl-test-suite": ("SolidLabResearch/ODRL-Test-Suite", "policies against requests"),
    "rfc8785": ("cyberphone/json-canonicalization", "canonical JSON, byte by byte"),
    "tessera-log": ("transparency-dev/tessera", "checkpoints, tiles and entry bundles of a log"),
}


def page(records: Records) -> str:
    """Return the whole page."""
    rows = "".join(_row(name, records) for name in sorted(records))
    return INTRODUCTION + rows + "".join(_failures(name, records) for name in sorted(records))


def _row(name: str, records: Records) -> str:
    record, (source, checks) = records[name], ABOUT.get(name, ("", ""))
    note = f" ({record['note']})" if record["note"] else ""
    return f"| {name} | {record['passed']}/{record['total']} | {source} | {checks}{note} |\n"


def _failures(name: str, records: Records) -> str:
    failures = records[name]["failures"]
    if not failures:
        return ""
    return f"\n## What {name} still finds\n\n" + "".join(f"- {f}\n" for f in failures)
