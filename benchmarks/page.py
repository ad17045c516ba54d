"""The page docs/performance.md, made from the results and the benchmarks' own docstrings."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

from benchmarks.harness import ROOT, figure
from benchmarks.results import kept

PAGE = ROOT / "docs" / "performance.md"
INTRODUCTION = """\
# Performance

Every figure here stands beside a peer that was measured in the same run, on the same machine: \
machines differ and are noisy, so compare only within a row. A ratio above one means that many \
times better than the peer. `make bench` measures everything again and rewrites this page; \
`make bench NAME=gate` measures one. The full record of each (versions, machine, memory) is in \
`benchmarks/results/`.

"""
HEADER = "| benchmark | ours | peer | ratio | peak memory | date |\n|---|--:|--:|--:|--:|---|\n"


def page(results: dict[str, dict[str, Any]] | None = None) -> str:
    """Return the whole page."""
    results = kept() if results is None else results
    if not results:
        return INTRODUCTION + "Nothing has been measured yet.\n"
    rows = "".join(_row(name, result) for name, result in results.items())
    return INTRODUCTION + HEADER + rows + "".join(_part(n, r) for n, r in results.items())


def about(name: str) -> str:
    """Return a benchmark's docstring, without running it."""
    path = Path(__file__).with_name(f"{name}.py")
    path = path if path.exists() else path.with_suffix("") / "__init__.py"
    if not path.exists():
        return "This benchmark is no longer kept."
    return ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""


def _row(name: str, result: dict[str, Any]) -> str:
    unit = result["unit"]
    return (
        f"| [{result['name']}](#{name}) | {figure(result['value'])} {unit} "
        f"| {figure(result['peer_value'])} {unit} ({result['peer']}) "
        f"| **{figure(result['ratio'])}** | {_size(result['peak_memory_bytes'])} "
        f"| {result['date']} |\n"
    )


def _part(name: str, result: dict[str, Any]) -> str:
    where = result["machine"]
    versions = ", ".join(f"{k} {v}" for k, v in result["versions"].items())
    return (
        f'\n<a id="{name}"></a>\n## {result["name"]}\n\n{result["what"]}\n\n{about(name)}\n\n'
        f"`{result['command']}` · {where['cpu']}, {where['cores']} cores, "
        f"{where['memory_gib']} GiB · peak memory: {result['peak_memory_of']} · {versions}\n"
    )


def _size(count: int) -> str:
    return f"{count / 2**20:,.0f} MiB"
