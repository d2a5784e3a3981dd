"""`./dev bench NAME`: run one bench; the last line of its output is one JSON object."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

NAMES = sorted(
    path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_")
)


def main() -> int:
    """Run the bench that the command line names."""
    if len(sys.argv) != 2 or sys.argv[1] not in NAMES:  # noqa: PLR2004 - the program and a name
        print(f"用法 / usage: ./dev bench {{{'|'.join(NAMES)}}}", file=sys.stderr)
        return 2
    import_module(f"mingqian.bench.{sys.argv[1]}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
