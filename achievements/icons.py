"""The names of the icons that achievements can have."""

from functools import cache
from importlib.resources import files
from zipfile import ZipFile

_FOLDER = "outline/"
_SUFFIX = ".svg"


@cache
def outline_icons() -> frozenset[str]:
    """Return the names in the packaged set; a page cannot show any other."""
    archive = files("heroicons") / "heroicons.zip"
    with archive.open("rb") as data, ZipFile(data) as icons:
        return frozenset(
            name.removeprefix(_FOLDER).removesuffix(_SUFFIX)
            for name in icons.namelist()
            if name.startswith(_FOLDER) and name.endswith(_SUFFIX)
        )
