"""Everything we know about somebody, as one JSON document that is written in pieces."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder

from accounts.models import User
from accounts.privacy import tables


def export_of(user: User, *, now: datetime) -> Iterator[str]:
    """Yield the document. However much there is, only one row is held at a time."""
    yield f'{{\n"site": {_json(settings.SITE_NAME)},\n"exported_at": {_json(now)}'
    for table in tables():
        if table.section:
            yield f",\n{_json(table.section)}: ["
            for number, row in enumerate(table.exported(user)):
                yield (",\n" if number else "\n") + _json(row)
            yield "\n]"
    yield "\n}\n"


def _json(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
