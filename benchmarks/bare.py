"""The yardstick: the barest Django view that does one indexed UPDATE.

Served with ``benchmarks.bare_settings``: no middleware, one URL, the product's own
database configuration. What the answer path adds to this is what it costs.
"""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

CREATE = "CREATE TABLE bench_row (id integer PRIMARY KEY, n integer NOT NULL)"
FILL = """
    INSERT INTO bench_row WITH RECURSIVE ids(id) AS (
        SELECT 1 UNION ALL SELECT id + 1 FROM ids WHERE id < %s
    ) SELECT id, 0 FROM ids
"""


@csrf_exempt
def update(request: HttpRequest, row: int) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE bench_row SET n = n + 1 WHERE id = %s", [row])
    return HttpResponse(b"{}", content_type="application/json")


urlpatterns = [path("bare/<int:row>/", update)]
