"""How long a start and a finish take over HTTP, and what the runner weighs."""

import gzip
import http.client
import json
import re
import time
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore

from accounts.models import User
from benchmarks import seed
from benchmarks.figures import alternate, figure, median
from benchmarks.servers import granian
from exams.models import Test
from exams.releases import release_content

ROUNDS = 40
_CSRF = "x" * 32


@dataclass
class Browser:
    """One signed-in learner on one kept connection."""

    address: str
    learner: User

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(self.address).netloc)
        session = SessionStore()
        session[SESSION_KEY] = str(self.learner.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = self.learner.get_session_auth_hash()
        session.create()
        self.cookies = {
            settings.SESSION_COOKIE_NAME: str(session.session_key),
            settings.CSRF_COOKIE_NAME: _CSRF,
        }
        self.headers = {
            "Cookie": "; ".join(f"{n}={value}" for n, value in self.cookies.items()),
            "X-CSRFToken": _CSRF,
            "Content-Type": "application/json",
        }

    def get(self, path: str, *, encoding: str = "identity") -> tuple[bytes, str]:
        """Return the body as it came and its content encoding."""
        headers = self.headers | {"Accept-Encoding": encoding}
        self.connection.request("GET", path, headers=headers)
        response = self.connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise RuntimeError(f"GET {path}: {response.status}")
        return body, response.headers.get("Content-Encoding", "identity")

    def post(self, path: str, content: object) -> dict[str, object]:
        body = json.dumps(content)
        self.connection.request("POST", path, body, self.headers)
        response = self.connection.getresponse()
        text = response.read()
        if response.status not in (200, 201):
            raise RuntimeError(f"POST {path}: {response.status} {text[:300]!r}")
        answer: dict[str, object] = json.loads(text)
        return answer


def measure_attempts(test: Test, *, prefix: str = "") -> None:
    """Print the medians of starting and of finishing 25 and 100 questions."""
    with granian({}) as address:
        learners = seed.make_learners(2 * ROUNDS)
        starts: list[float] = []

        def finish(length: int, learner: User) -> float:
            browser = Browser(address, learner)
            body = {"test": test.pk, "mode": "practice", "length": length}
            taken, started = _timed(browser, "/api/attempts", body)
            starts.append(taken)
            answers = [
                {"question": question, "choices": [question % 4], "seq": 1}
                for question in range(length)
            ]
            path = f"/api/attempts/{started['id']}"
            browser.post(f"{path}/sync", {"answers": answers})
            return _timed(browser, f"{path}/finish", {})[0]

        short, long = alternate(
            ROUNDS,
            lambda number: finish(25, learners[2 * number]),
            lambda number: finish(100, learners[2 * number + 1]),
        )
    figure(f"{prefix}start_ms", median(starts))
    figure(f"{prefix}finish_ms_25", median(short))
    figure(f"{prefix}finish_ms_100", median(long))


def _timed(
    browser: Browser, path: str, body: object
) -> tuple[float, dict[str, object]]:
    started = time.perf_counter()
    answer = browser.post(path, body)
    return (time.perf_counter() - started) * 1000, answer


def measure_weight(test: Test) -> None:
    """Print the bytes of the payload and of the runner's first visit, gzipped."""
    with granian({}) as address:
        [learner] = seed.make_learners(1)
        browser = Browser(address, learner)
        body = {"test": test.pk, "mode": "exam", "length": 100}
        started = browser.post("/api/attempts", body)
        payload = release_content(test.current_release_id).questions_url(100)
        figure("payload_gzip_bytes_100q", len(_gzipped(browser, payload)))
        sizes = _page_files(browser, str(started["url"]))
    figure("runner_page_gzip_bytes", sum(sizes.values()))
    figure("runner_page_files", len(sizes))


def _gzipped(browser: Browser, path: str) -> bytes:
    body, encoding = browser.get(path, encoding="gzip")
    return body if encoding == "gzip" else gzip.compress(body, 6)


def _page_files(browser: Browser, page: str) -> dict[str, int]:
    """Follow the page's stylesheets and modules, and theirs; sizes by path."""
    sizes: dict[str, int] = {}
    waiting = [page]
    while waiting:
        path = waiting.pop()
        if path in sizes:
            continue
        body = _gzipped(browser, path)
        sizes[path] = len(body)
        text = gzip.decompress(body).decode()
        waiting += [urljoin(path, found) for found in _links(path, text)]
    return sizes


_HTML = re.compile(
    r'<link[^>]*rel="(?:stylesheet|modulepreload)"[^>]*href="([^"]+)"'
    r'|<link[^>]*href="([^"]+)"[^>]*rel="(?:stylesheet|modulepreload)"'
    r'|<script[^>]*src="([^"]+)"'
)
_MODULE = re.compile(r"""(?:import|from)\s*\(?\s*["']([^"']+\.js)["']""")
_STYLE = re.compile(r"""@import\s+(?:url\()?["']([^"']+)["']""")


def _links(path: str, text: str) -> list[str]:
    if path.endswith(".js"):
        return _MODULE.findall(text)
    if path.endswith(".css"):
        return _STYLE.findall(text)
    return [next(filter(None, groups)) for groups in _HTML.findall(text)]
