"""The API object and its routes."""

from ninja import NinjaAPI
from ninja.security import SessionAuth

from exams.api import answers, attempts, releases
from exams.api.errors import add_handlers

api = NinjaAPI(
    title="TestPrep",
    version="1",
    description=(
        "What the runner talks to, and threads with people. Every error is an object "
        "with a stable `code` and a `message` for people. Times are milliseconds since "
        "the epoch by the server's clock; ids are integers."
    ),
    urls_namespace="api",
    docs_url="/docs",
    auth=SessionAuth(),
)
add_handlers(api)
api.add_router("", answers.router)
api.add_router("", attempts.router)
api.add_router("", releases.router)
