"""An import contract of our own: a feature sees of another one only its doors."""

from __future__ import annotations

from typing import Any, cast

from importlinter import Contract, ContractCheck, fields, output


class FeatureDoors(Contract):
    """Every import from one child of `container` into another must name one of its `doors`."""

    container = fields.StringField()
    doors = fields.ListField(subfield=fields.StringField())

    def check(self, graph: Any, verbose: bool) -> ContractCheck:
        """Look at each import between two features."""
        prefix = f"{self.container}."
        wrong = sorted(
            (importer, imported)
            for importer in graph.modules
            if importer.startswith(prefix)
            for imported in graph.find_modules_directly_imported_by(importer)
            if imported.startswith(prefix) and not self._allowed(importer[len(prefix) :], imported[len(prefix) :])
        )
        return ContractCheck(kept=not wrong, metadata={"wrong": wrong})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name each import that goes through a wall."""
        for importer, imported in check.metadata["wrong"]:
            output.print_error(
                f"{importer} imports {imported}: only {', '.join(self._doors)} may be imported from another feature"
            )

    @property
    def _doors(self) -> list[str]:
        return cast("list[str]", self.doors)  # a field's value stands in the place of its declaration

    def _allowed(self, importer: str, imported: str) -> bool:
        feature, _, inside = imported.partition(".")
        return importer.partition(".")[0] == feature or inside.partition(".")[0] in self._doors
