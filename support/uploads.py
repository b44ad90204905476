"""Files that people attach: what they are is found in their bytes, never in a name."""

import io
import re
import unicodedata
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

MAX_FILES = 4  # per message
MAX_SIZE = 5 * 1024 * 1024  # bytes, of one file
MAX_PIXELS = 50_000_000  # of one picture: what the best phones take
NAME_LENGTH = 100
IMAGES = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "WEBP": "image/webp",
    "GIF": "image/gif",
}
# What some phones take: a JPEG with further pictures behind the first.
_MANY_IN_ONE = {"MPO": "image/jpeg"}
# What text may hold besides printable characters.
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file that was checked: its shown name, what it is, and its bytes."""

    name: str
    content_type: str
    content: bytes


class BadFile(Exception):
    """A file cannot be taken; the message says why and what is."""


def checked(name: str, content: bytes) -> Upload:
    """Return the file as it is kept, or raise BadFile."""
    shown = clean_name(name)
    if not content:
        raise BadFile(f"“{shown}” is empty.")
    if len(content) > MAX_SIZE:
        raise BadFile(f"“{shown}” is larger than {MAX_SIZE // 1024 // 1024} MB.")
    content_type = sniffed(content)
    if content_type is None:
        raise BadFile(
            f"“{shown}” cannot be attached. Images (PNG, JPEG, WebP, GIF), PDF and "
            "plain text can."
        )
    return Upload(name=shown, content_type=content_type, content=content)


def sniffed(content: bytes) -> str | None:
    """Return what the bytes are, or None when it is nothing that we take."""
    if content.startswith(b"%PDF-"):
        return "application/pdf"
    if (image := _image_type(content)) is not None:
        return image
    return "text/plain" if _is_text(content) else None


def _image_type(content: bytes) -> str | None:
    try:
        with Image.open(io.BytesIO(content), formats=list(IMAGES)) as image:
            # A picture that would fill the memory when opened is refused. Counted here:
            # making Pillow's warning an error would change a list that threads share.
            if image.width * image.height > MAX_PIXELS:
                return None
            image.verify()
            return (IMAGES | _MANY_IN_ONE).get(image.format or "")
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
        OSError,
        SyntaxError,
        ValueError,
    ):
        return None


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not _CONTROLS.search(text)


def clean_name(name: str) -> str:
    """Return a name that is safe to show and to save under: one line, no folders."""
    last = re.split(r"[/\\]", name)[-1]
    plain = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip(" .")
    if len(plain) <= NAME_LENGTH:
        return plain or "file"
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending) > 10:
        return plain[:NAME_LENGTH]
    return stem[: NAME_LENGTH - len(ending) - 1] + "." + ending
