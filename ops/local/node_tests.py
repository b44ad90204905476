"""Run the tests of the pages' JavaScript with Node's own test runner."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from ops.local.packages import apt_install

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    files = sorted(str(path) for path in (ROOT / "tests" / "js").rglob("*.test.*js"))
    if not files:
        print("node_tests: there are no tests/js/**/*.test.js", file=sys.stderr)
        return 1
    program = node()
    flags = [*module_flags(program), "--test", "--test-reporter=spec"]
    command = [program, *flags, *files]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def node() -> str:
    if found := shutil.which("node"):
        return found
    if apt_install("nodejs") and (found := shutil.which("node")):
        return found
    sys.exit("node_tests: Node.js 18.19 or newer is needed; please install it.")


def module_flags(program: str) -> list[str]:
    """Older ones take a .js file without package.json for no module unless told."""
    printed = subprocess.run(
        [program, "--version"], capture_output=True, text=True, check=True
    ).stdout
    version = tuple(map(int, re.findall(r"\d+", printed)[:2]))
    detects = version >= (22, 7) or (20, 19) <= version < (21, 0)
    return [] if detects else ["--experimental-default-type=module"]


if __name__ == "__main__":
    sys.exit(main())
