"""``python -m benchmarks.audit``: Lighthouse on the phone profile, for the main pages.

Prints ``page category score`` lines and fails below ``FLOOR``. The medians of three
runs count, since one run on a busy machine says little about performance.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import django

LIGHTHOUSE = "lighthouse@12.8.2"
CATEGORIES = ("performance", "accessibility", "best-practices")
FLOOR = 95
RUNS = 3
CHROME_FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-background-networking "
    "--disable-component-update --disable-sync --no-first-run"
)


def npx() -> str:
    """Return npx, from Debian's package if it is not there yet."""
    from ops.local.packages import apt_install

    found = shutil.which("npx")
    if not found and apt_install("nodejs", "npm"):
        found = shutil.which("npx")
    if not found:
        raise SystemExit("audit: Node.js with npm is needed; please install it.")
    return found


def scores(url: str, cookie: str, folder: Path) -> dict[str, float]:
    """Return a run's scores, 0 to 100, by category."""
    report = folder / "report.json"
    headers = folder / "headers.json"
    headers.write_text(json.dumps({"Cookie": cookie} if cookie else {}))
    command = [
        *(npx(), "--yes", LIGHTHOUSE, url, "--quiet", "--output=json"),
        *(f"--output-path={report}", f"--only-categories={','.join(CATEGORIES)}"),
        *(f"--extra-headers={headers}", f"--chrome-flags={CHROME_FLAGS}"),
    ]
    variables = os.environ | {"CHROME_PATH": os.environ["CHROME"]}
    subprocess.run(command, env=variables, check=True)
    content = json.loads(report.read_text())
    show_failures(content)
    return {name: content["categories"][name]["score"] * 100 for name in CATEGORIES}


def show_failures(content: dict[str, Any]) -> None:
    for name in CATEGORIES:
        for reference in content["categories"][name]["auditRefs"]:
            audit = content["audits"][reference["id"]]
            if reference["weight"] and (audit["score"] or 0) < 0.9:
                value = audit.get("displayValue", "")
                print(f"# {name}: {audit['title']} {value}", file=sys.stderr)


def pages(address: str) -> dict[str, tuple[str, str]]:
    """Return the audited pages: name to path and cookie."""
    from benchmarks import seed
    from benchmarks.attempts import Browser

    test = seed.prepare_database()
    [learner] = seed.make_learners(1)
    browser = Browser(address, learner)
    body = {"test": test.pk, "mode": "exam", "length": 25}
    started = browser.post("/api/attempts", body)
    cookie = browser.headers["Cookie"]
    return {
        "home": ("/", ""),
        "certification": (test.certification.get_absolute_url(), cookie),
        "runner": (str(started["url"]), cookie),
    }


def main() -> int:
    from django.core.management import call_command

    from benchmarks.servers import granian

    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("migrate", verbosity=0)
    worst = 100.0
    with tempfile.TemporaryDirectory() as folder, granian({}) as address:
        for page, (path, cookie) in pages(address).items():
            runs = [scores(address + path, cookie, Path(folder)) for _ in range(RUNS)]
            for category in CATEGORIES:
                score = statistics.median(run[category] for run in runs)
                worst = min(worst, score)
                print(f"{page} {category} {score:.0f}", flush=True)
    return 0 if worst >= FLOOR else 1


if __name__ == "__main__":
    scratch = tempfile.TemporaryDirectory(prefix="testprep-audit-")
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "testprep.settings",
        "TESTPREP_DATA_DIR": scratch.name,
    }
    with scratch:
        django.setup()
        sys.exit(main())
