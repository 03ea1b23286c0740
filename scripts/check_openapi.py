"""`openapi.json` is what the routes say; the web UI's types are made from it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from matinee.bootstrap import openapi_document

COMMITTED = Path("openapi.json")


def main() -> None:
    """Status 1 when the committed document is not the generated one."""
    generated = json.loads(json.dumps(openapi_document()))
    committed = json.loads(COMMITTED.read_text(encoding="utf-8")) if COMMITTED.exists() else {}
    if generated == committed:
        return
    paths = generated.get("paths", {}), committed.get("paths", {})
    changed = sorted(path for path in {*paths[0], *paths[1]} if paths[0].get(path) != paths[1].get(path))
    print(f"openapi.json is not what the routes say: run `make openapi`. Changed paths: {', '.join(changed) or 'none (schemas)'}")
    sys.exit(1)


if __name__ == "__main__":
    main()
