"""Finding resources: what matches, what the page shows, and at what cost."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from exams.models import Certification
from support.catalogue import load_resources
from support.finding import PAGE, Found, Wanted, certification_names, find_resources
from support.models import Bookmark, Resource
from tests.exams.factories import make_certification, make_learner
from tests.support.factories import NOW, make_resource

pytestmark = pytest.mark.django_db
URL = reverse("support:resources")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def net() -> Certification:
    return make_certification(slug="network-plus", short_name="Network+")


@pytest.fixture
def sec() -> Certification:
    return make_certification(slug="security-plus", short_name="Security+")


@pytest.fixture
def learner() -> User:
    return make_learner()


@pytest.fixture
def client(learner: User) -> Client:
    client = Client()
    client.force_login(learner)
    return client


def find(learner: User | None = None, **wanted: Any) -> Found:
    return find_resources(
        Wanted(**wanted),
        learner=learner,
        certifications=certification_names(),
        now=NOW,
    )


def titles(**wanted: Any) -> list[str]:
    return [row.resource.title for row in find(**wanted).rows]


# --- what matches ---------------------------------------------------------------------


@pytest.mark.both_databases
def test_all_words_have_to_stand_somewhere(net: Certification) -> None:
    make_resource(net, title="Subnetting", by="Messer", description="Splits it.")
    make_resource(title="Subnetting", by="Somebody")
    for q in (
        "subnetting messer",
        "MESSER splits",
        "network+ subnet",
        "  subnet  messer",
    ):
        assert find(q=q).n_found == 1, q
    assert find(q="subnetting").n_found == 2
    assert find(q="subnetting nobody").n_found == 0
    assert find(q=net.exam_code.lower()).n_found == 1


@pytest.mark.parametrize("q", ["%", "_", "\\", "'", '"', "100%", "a_b", "*", "("])
def test_no_character_means_something_else(q: str) -> None:
    make_resource(title="Plain words")
    found = make_resource(title=f"With {q} in it")
    assert titles(q=q) == [found.title]


@pytest.mark.both_databases
def test_filters_combine(net: Certification, sec: Certification) -> None:
    make_resource(net, sec, title="A", kind="lab", cost="paid", level="advanced")
    make_resource(net, title="B", kind="lab", cost="free")
    make_resource(sec, title="C", kind="book", cost="free")
    assert titles(certification="network-plus") == ["A", "B"]
    assert titles(certification="network-plus", cost="free") == ["B"]
    assert titles(kind="lab", level="advanced") == ["A"]
    assert titles(certification="security-plus", kind="lab", cost="free") == []
    assert titles(certification="security-plus", q="a", kind="lab") == ["A"]
    assert titles(certification="nothing") == []


@pytest.mark.both_databases
def test_a_row_names_its_certifications_in_their_order(
    net: Certification, sec: Certification
) -> None:
    make_resource(sec, net)
    make_resource()
    rows = find().rows
    assert [[one.slug for one in row.certifications] for row in rows] == [
        ["network-plus", "security-plus"],
        [],
    ]


def test_learners_see_what_is_published_and_not_broken() -> None:
    make_resource(title="Here", link="unsure")
    make_resource(title="Also here", link="moved", moved_to="https://example.org/")
    for status in ("suggested", "declined", "withdrawn"):
        make_resource(status=status)
    make_resource(link="broken")
    assert titles() == ["Also here", "Here"]


def test_only_my_bookmarks(learner: User) -> None:
    mine, others = make_resource(title="Mine"), make_resource(title="Others'")
    Bookmark.objects.create(learner=learner, resource=mine)
    Bookmark.objects.create(learner=make_learner(), resource=others)
    found = find(learner, bookmarked=True)
    assert [row.resource.title for row in found.rows] == ["Mine"]
    assert [row.resource.is_bookmarked for row in find(learner).rows] == [True, False]
    assert find(None, bookmarked=True).n_found == 0


def test_what_came_lately_is_new_but_not_what_was_there_first() -> None:
    first = NOW - timedelta(days=10)
    make_resource(title="First", added_at=first)
    make_resource(title="First too", added_at=first)
    make_resource(title="Later", added_at=NOW - timedelta(days=5))
    new = [row.resource.title for row in find().rows if row.is_new]
    assert new == ["Later"]
    make_resource(title="Long ago", added_at=NOW - timedelta(days=90))
    make_resource(title="A month ago", added_at=NOW - timedelta(days=30))
    new = [row.resource.title for row in find().rows if row.is_new]
    assert new == ["First", "First too", "Later"]


def test_after_four_hundred_there_is_another_page() -> None:
    rows = [
        Resource(
            slug=f"r-{n}",
            title=f"R {n:04}",
            url=f"https://example.com/{n}",
            canonical_url=f"example.com/{n}",
            added_at=NOW,
        )
        for n in range(PAGE + 3)
    ]
    Resource.objects.bulk_create(rows)
    first, second = find(), find(page=2)
    assert (len(first.rows), len(second.rows)) == (PAGE, 3)
    assert (first.n_found, first.n_pages, first.before, first.after) == (403, 2, 0, 2)
    assert (second.before, second.after) == (1, 0)
    assert find(page=3).rows == []


# --- what it costs --------------------------------------------------------------------


@pytest.mark.both_databases
@pytest.mark.parametrize("n_rows", [1, 40])
def test_the_search_is_one_query_beside_the_user(
    n_rows: int, client: Client, net: Certification
) -> None:
    for _ in range(n_rows):
        make_resource(net)
    client.get(URL)
    asked = {"q": "course network", "kind": "course", "cost": "free"}
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = client.get(URL, asked, headers=HTMX)
    assert response.context["found"].n_found == n_rows
    # The user; the list with certifications, bookmarks and the count.
    assert len(queries) == 2, [one["sql"] for one in queries]


@pytest.mark.parametrize("n_rows", [1, 40])
def test_the_page_costs_at_most_four_queries(
    n_rows: int, client: Client, net: Certification
) -> None:
    for _ in range(n_rows):
        make_resource(net)
    client.get(URL)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(URL)
    assert len(response.context["found"].rows) == n_rows
    # The user, the list, and what the frame says of the learner's rewards.
    assert len(queries) <= 4, [one["sql"] for one in queries]


# --- the page -------------------------------------------------------------------------


def test_a_card_says_what_it_is_and_links_in_the_same_window(
    client: Client, net: Certification
) -> None:
    make_resource(
        net,
        slug="messer",
        title="<b>Course</b>",
        by="Messer",
        url="https://example.com/a?b=1&c=2",
        cost="freemium",
        kind="video",
        checked_at=timezone.now() - timedelta(days=3),
    )
    html = client.get(URL).text
    assert 'href="https://example.com/a?b=1&amp;c=2" rel="noopener"' in html
    assert (
        "target=" not in html.split('id="messer"')[1].split("<h2>")[1].split("</h2>")[0]
    )
    for words in ("&lt;b&gt;Course", "Messer", "Video", "Free in part", "Beginner"):
        assert words in html
    assert "Network+" in html
    assert "3\xa0days ago" in html
    assert "1 resource" in html


def test_what_nobody_checked_says_so(client: Client) -> None:
    make_resource(checked_at=None, link="unchecked")
    assert "Not checked yet" in client.get(URL).text


def test_everybody_may_look_and_is_told_how_to_keep(net: Certification) -> None:
    make_resource(net)
    html = Client().get(URL).text
    assert "to keep bookmarks" in html
    assert "bookmark-" not in html
    assert "Only my bookmarks" not in html


def test_htmx_gets_the_results_and_a_clean_address(client: Client) -> None:
    make_resource(title="Subnetting")
    asked = {"q": "sub", "kind": "", "cost": "free", "level": "", "certification": ""}
    response = client.get(URL, asked, headers=HTMX)
    assert "<html" not in response.text
    assert "Subnetting" in response.text
    assert 'id="resource-count" hx-swap-oob="innerHTML">1 resource<' in response.text
    assert response.headers["HX-Push-Url"] == f"{URL}?q=sub&cost=free"
    assert "HX-Request" in response.headers["Vary"]


def test_going_back_gets_the_whole_page(client: Client) -> None:
    headers = {**HTMX, "HX-History-Restore-Request": "true"}
    assert "<html" in client.get(URL, headers=headers).text


def test_without_scripts_the_form_keeps_what_was_asked(
    client: Client, net: Certification
) -> None:
    asked = {"q": "x", "certification": net.slug, "kind": "lab", "bookmarked": "1"}
    html = client.get(URL, asked).text
    assert 'name="q" value="x"' in html
    assert f'<option value="{net.slug}" selected>' in html
    assert '<option value="lab" selected>' in html
    assert 'value="1" checked' in html


@pytest.mark.parametrize(
    "asked",
    [
        {"kind": "podcast"},
        {"cost": "cheap", "level": "?"},
        {"certification": "nope"},
        {"q": "\0"},
        {"q": "x" * 101},
        {"page": "0"},
        {"page": "nine"},
        {"page": "9" * 30},
    ],
)
def test_what_makes_no_sense_is_left_out(client: Client, asked: dict[str, str]) -> None:
    make_resource(title="Shown")
    response = client.get(URL, asked)
    assert response.status_code == 200
    assert "Shown" in response.text


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({}, "Nothing is listed yet"),
        ({"q": "zebra"}, "Nothing fits all of that"),
        ({"bookmarked": "1"}, "No bookmarks here"),
        ({"page": "7"}, "Nothing this far back"),
    ],
)
def test_an_empty_list_says_what_to_do(
    client: Client, asked: dict[str, str], words: str
) -> None:
    assert words in client.get(URL, asked).text


def test_a_certification_s_page_leads_to_its_resources(net: Certification) -> None:
    html = Client().get(net.get_absolute_url()).text
    assert f'href="{URL}?certification=network-plus"' in html


# --- bookmarks ------------------------------------------------------------------------


def mark(client: Client, resource: Resource, keep: str, **options: Any) -> Any:
    url = reverse("support:bookmark", args=[resource.pk])
    return client.post(url, {"keep": keep, **options.pop("data", {})}, **options)


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_keeping_and_letting_go_may_be_said_twice(
    client: Client, learner: User, headers: dict[str, str]
) -> None:
    resource = make_resource()
    for keep, n_kept in (("1", 1), ("1", 1), ("0", 0), ("0", 0)):
        response = mark(client, resource, keep, headers=headers)
        assert response.status_code == (200 if headers else 302)
        assert Bookmark.objects.filter(learner=learner).count() == n_kept
        if headers:
            pressed = "true" if n_kept else "false"
            assert f'aria-pressed="{pressed}"' in response.text


def test_without_scripts_one_comes_back_to_the_card(client: Client) -> None:
    resource = make_resource(slug="messer")
    back = mark(client, resource, "1", data={"next": f"{URL}?q=a"})
    assert back.headers["Location"] == f"{URL}?q=a#messer"
    for elsewhere in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        back = mark(client, resource, "1", data={"next": elsewhere})
        assert back.headers["Location"] == f"{URL}#messer"


def test_who_is_not_signed_in_is_sent_there() -> None:
    resource = make_resource()
    plain = mark(Client(), resource, "1")
    assert plain.headers["Location"].startswith(reverse("account_login"))
    by_htmx = mark(Client(), resource, "1", headers=HTMX)
    assert by_htmx.headers["HX-Redirect"].startswith(reverse("account_login"))
    assert not Bookmark.objects.exists()


def test_what_is_not_shown_cannot_be_kept(client: Client) -> None:
    for hidden in (make_resource(status="suggested"), make_resource(link="broken")):
        assert mark(client, hidden, "1").status_code == 404


# --- the catalogue as it ships --------------------------------------------------------


@pytest.fixture
def shipped(django_db_blocker: Any) -> None:
    from exams.bank import BANKS

    for folder in sorted(BANKS.iterdir()):
        if folder.is_dir() and not folder.name.startswith(("_", ".")):
            make_certification(slug=folder.name)
    load_resources(now=NOW)


@pytest.mark.usefixtures("shipped")
def test_the_catalogue_is_large_and_has_no_address_twice() -> None:
    assert Resource.objects.count() >= 250
    addresses = Resource.objects.values_list("canonical_url", flat=True)
    assert len(set(addresses)) == len(addresses)
    html = Client().get(URL).text
    assert html.count('<li class="card resource"') == Resource.objects.count() <= PAGE


@pytest.mark.usefixtures("shipped")
def test_each_certification_has_a_dozen_of_five_kinds_half_of_them_free() -> None:
    certifications = Certification.objects.all()
    assert len(certifications) == 13
    for certification in certifications:
        own = list(certification.resources.all())
        assert len(own) >= 12, certification.slug
        assert len({one.kind for one in own}) >= 5, certification.slug
        assert 2 * sum(one.cost == "free" for one in own) >= len(own)


@pytest.mark.usefixtures("shipped")
def test_no_two_resources_say_the_same_and_none_has_a_long_dash() -> None:
    rows = list(Resource.objects.all())
    assert len({one.description for one in rows}) == len(rows)
    assert len({(one.title, one.by) for one in rows}) == len(rows)
    for one in rows:
        assert "\u2014" not in one.title + one.by + one.description
        assert one.url.startswith("https://")
        assert len(one.description) >= 40, one.slug
