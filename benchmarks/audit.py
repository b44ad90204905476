"""``python -m benchmarks.audit``: Lighthouse on the phone profile, for the main pages.

Prints ``page category score`` lines and fails below ``FLOOR``. The medians of three
runs count, since one run on a busy machine says little about performance.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import django
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from benchmarks.attempts import Browser

LIGHTHOUSE = "lighthouse@12.8.2"
CATEGORIES = ("performance", "accessibility", "best-practices")
FLOOR = 95
RUNS = 3
CHROME_FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--no-first-run"),
    "--password-store=basic",
]


def npx() -> str:
    """Return npx, from Debian's package if it is not there yet."""
    from ops.local.packages import apt_install

    found = shutil.which("npx")
    if not found and apt_install("nodejs", "npm"):
        found = shutil.which("npx")
    if not found:
        raise SystemExit("audit: Node.js with npm is needed; please install it.")
    return found


def sign_in(address: str, cookies: dict[str, str], profile: Path) -> None:
    """Put the cookies into a new browser profile.

    With an expiry, since a browser forgets the others when it closes; and closed before
    Lighthouse opens the profile, for two that steer one browser disturb each other.
    """
    expires = time.time() + 3600
    # For the whole site: a page's own address would bind them to its folder.
    site = urljoin(address, "/")
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=os.environ["CHROME"],
            headless=True,
            args=CHROME_FLAGS,
        )
        context.add_cookies(
            [
                {"name": name, "value": value, "url": site, "expires": expires}
                for name, value in cookies.items()
            ]
        )
        context.close()


def scores(url: str, profile: Path, folder: Path) -> dict[str, float]:
    """Return a run's scores, 0 to 100, by category."""
    report = folder / "report.json"
    flags = " ".join([*CHROME_FLAGS, "--headless=new", f"--user-data-dir={profile}"])
    command = [
        *(npx(), "--yes", LIGHTHOUSE, url, "--quiet", "--output=json"),
        *(f"--output-path={report}", f"--only-categories={','.join(CATEGORIES)}"),
        *(f"--chrome-flags={flags}", "--disable-storage-reset"),
    ]
    chrome = {"CHROME_PATH": os.environ["CHROME"]}
    subprocess.run(command, check=True, env=os.environ | chrome)
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
                for item in audit.get("details", {}).get("items", [])[:5]:
                    print(f"#   {json.dumps(item)[:400]}", file=sys.stderr)


def pages(browser: Browser) -> dict[str, tuple[str, bool]]:
    """Return the audited pages: name to path, and whether one is signed in there."""
    from benchmarks import seed

    test = seed.prepare_database()
    body = {"test": test.pk, "mode": "exam", "length": 25}
    started = browser.post("/api/attempts", body)
    return {
        "home": ("/", False),
        "certification": (test.certification.get_absolute_url(), True),
        "runner": (str(started["url"]), True),
    }


def audit(url: str, cookies: dict[str, str], folder: Path) -> dict[str, float]:
    """Return the medians of several runs, by category; each is a first visit."""
    runs = []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory(dir=folder) as profile:
            sign_in(url, cookies, Path(profile))
            runs.append(scores(url, Path(profile), folder))
    return {name: statistics.median(run[name] for run in runs) for name in CATEGORIES}


def main() -> int:
    from django.core.management import call_command

    from benchmarks import seed
    from benchmarks.attempts import Browser
    from benchmarks.servers import granian

    call_command("collectstatic", interactive=False, verbosity=0)
    seed.prepare_database()
    worst = 100.0
    with tempfile.TemporaryDirectory() as folder, granian({}) as address:
        [learner] = seed.make_learners(1)
        browser = Browser(address, learner)
        for page, (path, signed_in) in pages(browser).items():
            cookies = browser.cookies if signed_in else {}
            for category, score in audit(address + path, cookies, Path(folder)).items():
                worst = min(worst, score)
                print(f"{page} {category} {score:.0f}", flush=True)
    return 0 if worst >= FLOOR else 1


if __name__ == "__main__":
    scratch = tempfile.TemporaryDirectory(prefix="testprep-audit-")
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "testprep.settings",
        "TESTPREP_DATA_DIR": scratch.name,
        # Playwright's event loop runs in this thread; the database is not used in it.
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
    }
    with scratch:
        django.setup()
        sys.exit(main())
