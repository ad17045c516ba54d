"""The rule that keeps every room's core free of the web framework.

A room's rules (terms, decisions, proofs, money) are plain Python: they can be read, tested and
taken to another machine without Django. Only a room's outer modules, named in ``outer_names``,
and the parts of the house in ``outer_packages`` may know of it.
"""

from __future__ import annotations

from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

ADVICE = """\
A core module must not need Django, neither itself nor through another module of ours.
Move what touches the database into the room's services.py or models.py, and hand the core
plain values; or, if the module is an outer one, give it one of these names:
{names}."""


class CoreWithoutFramework(Contract):
    """Every module except the outer ones is free of the framework, directly and indirectly.

    Options
    -------
    outer_names : names of modules, or of packages in a room, that may import the framework.
    outer_packages : whole packages that may import it.
    outer_modules : single modules that may import it (their submodules may not).
    framework : the external packages that are the framework.
    """

    type_name = "core"

    outer_names = fields.SetField(subfield=fields.StringField())
    outer_packages = fields.SetField(subfield=fields.StringField())
    outer_modules = fields.SetField(subfield=fields.StringField(), required=False, default=set())
    framework = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Find, for each core module, its shortest way to the framework, if there is one."""
        root = self.session_options["root_packages"][0]
        # The public door names its rooms for the type checker and opens them when asked.
        for room in graph.find_modules_directly_imported_by(root):
            graph.remove_import(importer=root, imported=room)
        framework = sorted(self._told("framework") & graph.modules)
        core = sorted(m for m in graph.modules if self._is_core(m, root))
        chains = [
            chain
            for module in core
            for package in framework
            if (chain := graph.find_shortest_chain(importer=module, imported=package))
        ]
        # A chain through another core module tells nothing new: that module is found by itself.
        found = [_with_line(graph, chain) for chain in chains if chain[1] not in core]
        return ContractCheck(kept=not found, metadata={"chains": found, "core": len(core)})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print each way from the core to the framework, and what to do about it."""
        for chain in check.metadata["chains"]:
            output.print_error(" -> ".join(chain["modules"]))
            output.print(f"    first step at line {chain['line']}")
        names = ", ".join(sorted(self._told("outer_names")))
        output.new_line()
        output.print(ADVICE.format(names=names))

    def _is_core(self, module: str, root: str) -> bool:
        if not module.startswith(f"{root}.") or module in self._told("outer_modules"):
            return False
        parts = module.split(".")
        prefixes = {".".join(parts[: i + 1]) for i in range(len(parts))}
        return not (
            set(parts) & self._told("outer_names") or prefixes & self._told("outer_packages")
        )

    def _told(self, option: str) -> set[str]:
        return set(getattr(self, option))


def _with_line(graph: ImportGraph, chain: tuple[str, ...]) -> dict[str, Any]:
    details = graph.get_import_details(importer=chain[0], imported=chain[1])
    return {"modules": chain, "line": details[0]["line_number"] if details else "?"}
