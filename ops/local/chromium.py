"""Print the path of a Chromium for the browser tests; get one where there is none.

CHROME names one; then PATH is searched, then Debian's is installed, if we are root, or
else Playwright's own.
"""

import os
import shutil
import subprocess
import sys

from ops.local.packages import apt_install

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str:
    if named := os.environ.get("CHROME"):
        if found := shutil.which(named):
            return found
        sys.exit(f"chromium: CHROME names {named}, which cannot be run.")
    if found := in_path():
        return found
    if apt_install("chromium", "fonts-dejavu-core") and (found := in_path()):
        return found
    return of_playwright()


def in_path() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


def of_playwright() -> str:
    from playwright.sync_api import sync_playwright

    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    subprocess.run(command, stdout=sys.stderr, check=True)
    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


if __name__ == "__main__":
    print(chromium())
