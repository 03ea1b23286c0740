"""The filter of `docs/how-to/fail2ban.md`, as fail2ban would read it."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "how-to" / "fail2ban.md"
# What fail2ban 1.0 puts for <ADDR> and for the parts of a date.
_ADDRESS = (
    r"\[?(?:(?:::f{4,6}:)?(?P<ip4>(?:\d{1,3}\.){3}\d{1,3})"
    r"|(?P<ip6>(?:[0-9a-fA-F]{1,4}::?|:){1,7}(?:[0-9a-fA-F]{1,4}|(?<=:):)))\]?"
)
_DATE = {"%%Y": r"\d{4}", "%%m": r"\d\d", "%%d": r"\d\d", "%%H": r"\d\d", "%%M": r"\d\d", "%%S": r"\d\d", "%%f": r"\d{1,6}"}
_ZONE = r"(?:Z|UTC|GMT|[+-][01]\d(?::?\d{2})?)"


def banned(log: str) -> list[str]:
    """The address of each line that the filter takes for a failed sign-in."""
    page = PAGE.read_text(encoding="utf-8")
    failure = re.compile(_value(page, "failregex").replace("<ADDR>", _ADDRESS))
    date = _value(page, "datepattern").replace("%%z", _ZONE)
    for mark, pattern in _DATE.items():
        date = date.replace(mark, pattern)
    found = []
    for line in log.splitlines():
        without, dates = re.subn(date, "", line, count=1)
        match = failure.search(without)
        if match:
            assert dates == 1, f"no date in {line}"
            found.append(match["ip4"] or match["ip6"])
    return found


def _value(page: str, name: str) -> str:
    match = re.search(rf"^{name} = (.+)$", page, re.MULTILINE)
    assert match is not None
    return match[1]
