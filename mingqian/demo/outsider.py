"""An outsider with nothing but python3 and one file checks every proof of an export."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from audit import verifier

if TYPE_CHECKING:
    from collections.abc import Iterable

VERIFIER = Path(verifier.__file__).with_name("verify_draw.py")
SECONDS = 60


def verify(bundles: Iterable[Path]) -> dict[str, int]:
    """Count the bundles that the stand-alone verifier finds whole, and the others.

    Each is checked by a Python of its own that sees neither this project nor any installed package.
    """
    verdicts = [_is_whole(bundle) for bundle in bundles]
    return {"whole": sum(verdicts), "broken": len(verdicts) - sum(verdicts)}


def _is_whole(bundle: Path) -> bool:
    command = [sys.executable, "-I", "-S", str(VERIFIER), str(bundle), "--json"]
    done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603 - our own file
    return done.returncode == 0
