"""`python -m tests`: every check there is - style, types, import rules, tests - in one command.

Exit code 0 when all pass. Arguments go to pytest: `python -m tests -k quick_exit`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHECKS: tuple[tuple[str, ...], ...] = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("importlinter",),
    (
        "pytest",
        "-n2",
        "--dist=worksteal",
        "--cov",
        "--cov-report=term:skip-covered",
        "--cov-fail-under=90",
    ),
)


def main() -> int:
    """Run all checks, even after one failed, and say which did."""
    failed = []
    for module, *arguments in CHECKS:
        print(f"\n== {module} {' '.join(arguments)}", flush=True)
        command = [sys.executable, "-m", module, *arguments, *sys.argv[1:] * (module == "pytest")]
        if module == "importlinter":  # has no -m entry, only its own command
            command = [str(Path(sys.executable).with_name("lint-imports"))]
        if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
            failed.append(module)
    print(f"\n{'All checks passed.' if not failed else 'Failed: ' + ', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
