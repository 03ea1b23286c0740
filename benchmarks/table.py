"""What a measurement says, and the table of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rich.console import Console
from rich.table import Table

Verdict = Literal["met", "missed", "info"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure beside its target; a target is met when `value` is on its good side."""

    id: str
    what: str
    value: float
    unit: str
    target: float | None = None
    better: Literal["less", "more"] = "less"
    note: str = ""

    @property
    def verdict(self) -> Verdict:
        if self.target is None:
            return "info"
        good = self.value <= self.target if self.better == "less" else self.value >= self.target
        return "met" if good else "missed"

    @property
    def shown(self) -> str:
        """The value with as many digits as it deserves."""
        digits = 0 if abs(self.value) >= 100 else 1 if abs(self.value) >= 10 else 3
        return f"{self.value:,.{digits}f} {self.unit}".strip()

    @property
    def wanted(self) -> str:
        return "" if self.target is None else f"{'≤' if self.better == 'less' else '≥'} {self.target:g} {self.unit}".strip()


def show(figures: Sequence[Figure]) -> None:
    """Print the table."""
    table = Table("", "what", "measured", "target", "", "note", box=None)
    marks = {"met": "[green]met[/green]", "missed": "[red]missed[/red]", "info": ""}
    for figure in figures:
        table.add_row(figure.id, figure.what, figure.shown, figure.wanted, marks[figure.verdict], figure.note)
    Console(width=160).print(table)


def markdown(figures: Sequence[Figure]) -> str:
    """The table as a page shows it."""
    rows = [
        f"| {f.id} | {f.what} | {f.shown} | {f.wanted} | {f.verdict if f.target is not None else ''} | {f.note} |"
        for f in figures
    ]
    return "\n".join(["| # | what | measured | target | | note |", "| --- | --- | --- | --- | --- | --- |", *rows, ""])
