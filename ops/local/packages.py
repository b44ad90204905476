"""Programs that tests need and that no Python package brings."""

import os
import shutil
import subprocess
import sys


def apt_install(*packages: str) -> bool:
    """Install Debian packages where we may; False where we may not."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["install", "-y", "--no-install-recommends", *packages]
    for arguments in (["update"], install):
        command = ["apt-get", "-q", *arguments]
        # Whoever calls us may read a path from our standard output.
        subprocess.run(command, env=environment, stdout=sys.stderr, check=True)
    return True
