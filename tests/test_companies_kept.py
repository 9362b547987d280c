"""The companies that stored articles name: noted at each publish, filtered by in search, answers and the list."""

from contextlib import closing
from pathlib import Path

import pytest
from articles import Folder, article, stored
from conftest import HashingEmbedder
from flask.testing import FlaskClient
from sqlalchemy import text as sql
from test_cli import Place
from web_fixtures import ended, reply_json

from assistant.answer import Question
from assistant.assistant import Assistant
from index.library import Library
from index.search.filters import Filters
from index.store.catalogue import Selection
from web.schemas.replies import CompaniesReply, FoundReply
from web.schemas.topics import TimelineReply

PRICES = article(
    "prices",
    "Tesla Inc (NASDAQ: TSLA) cut the price of its cars on 6 October 2023. Kestrel Freight Group (LSE: KFRT) has them.",
    title="Cars get cheaper",
    published_at="2023-10-06",
)
STRIKE = article(
    "strike",
    "Drivers of Kestrel Freight ($KFRT) went on strike. Ford shares fell 2%.",
    title="Drivers strike",
    published_at="2023-10-09",
)
VALUE = article("value", "The shares (LSE: KFRT) fell to 4 crowns.", title="A bad day", published_at="2023-10-10")
FRUIT = article("fruit", "Apple growers in Kent have a late harvest.", title="Harvest", published_at="2023-10-11")
ALL = [PRICES, STRIKE, VALUE, FRUIT]
HEAD = "name,listings,aliases,ambiguous,not\n"


@pytest.fixture
def desk(library: Library) -> Library:
    library.add(ALL)
    return library


@pytest.fixture
def stocked(desk: Library) -> Library:
    """What the application is over."""
    return desk


def named(library: Library, article_id: str) -> list[tuple[str, str | None, str | None]]:
    stored = library.article(article_id)
    assert stored is not None
    return [(company.name, company.exchange, company.ticker) for company in stored.companies]


def naming(library: Library, *companies: str) -> set[str]:
    """By a search, the newest, and the list, which agree."""
    filters = Filters(company=companies)
    found = {hit.article.id for hit in library.search("cars", filters, 50).hits}
    assert {hit.article.id for hit in library.snapshot().newest(filters, 50).hits} == found
    assert {entry.article.id for entry in library.articles(Selection(company=companies)).articles} == found
    assert library.search("cars", filters).articles_searched == len(found)
    return found


def test_an_article_has_the_companies_that_it_names_in_their_order(desk: Library) -> None:
    assert named(desk, "prices") == [("Tesla", "NASDAQ", "TSLA"), ("Kestrel Freight Group", "LSE", "KFRT")]
    assert named(desk, "strike") == [("Kestrel Freight", None, "KFRT"), ("Ford Motor", "NYSE", "F")]
    assert named(desk, "value") == [("KFRT", "LSE", "KFRT")]
    assert named(desk, "fruit") == []
    listed = {entry.article.id: len(entry.companies) for entry in desk.articles().articles}
    assert listed == {"prices": 2, "strike": 2, "value": 1, "fruit": 0}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("TSLA", {"prices"}),
        ("$tsla", {"prices"}),
        ("nasdaq:TSLA", {"prices"}),
        ("NYSE: TSLA", {"prices"}),
        ("LSE: TSLA", set()),
        ("tesla", {"prices"}),
        ("Tesla Motors, Inc.", {"prices"}),
        ("ford", {"strike"}),
        ("KFRT", {"prices", "strike", "value"}),
        ("LON:KFRT", {"prices", "strike", "value"}),  # the exchange of a cashtag may be any
        ("kestrel freight", {"prices", "strike", "value"}),  # the third by the ticker of the others
        ("Kestrel", {"prices", "strike", "value"}),
        ("Kest", set()),
        ("Apple", set()),
        ("100%_", set()),
        ("", set()),
    ],
)
def test_a_company_is_asked_for_by_a_name_or_a_ticker_in_any_form(desk: Library, asked: str, found: set[str]) -> None:
    assert naming(desk, asked) == found


def test_of_several_companies_one_has_to_be_named_and_other_limits_hold_beside(desk: Library) -> None:
    assert naming(desk, "Tesla", "Ford", "Nobody") == {"prices", "strike"}
    both = Filters(company=("KFRT",), article_id=("strike", "fruit"), phrase=("went on strike",))
    assert {hit.article.id for hit in desk.search("cars", both, 50).hits} == {"strike"}
    assert desk.search("cars", Filters(company=("KFRT",), phrase=("late harvest",))).hits == ()


def test_a_new_text_of_an_article_is_told_by_what_it_names_now(desk: Library) -> None:
    desk.add([article("prices", "Boeing will build the cars.", published_at="2023-10-12")])
    assert naming(desk, "TSLA") == set()
    assert naming(desk, "Boeing") == {"prices"}


def test_what_was_removed_names_nothing_and_names_it_again_when_it_is_back(desk: Library) -> None:
    desk.remove(["prices"])
    assert naming(desk, "TSLA") == set()
    desk.restore("prices")
    desk.publish()
    assert naming(desk, "TSLA") == {"prices"}


def test_the_companies_are_listed_with_the_number_of_their_articles(desk: Library) -> None:
    found = [(one.name, one.exchange, one.ticker, one.articles) for one in desk.companies()]
    assert found == [
        ("Ford Motor", "NYSE", "F", 1),
        ("KFRT", "LSE", "KFRT", 1),
        ("Kestrel Freight", None, "KFRT", 1),
        ("Kestrel Freight Group", "LSE", "KFRT", 1),
        ("Tesla", "NASDAQ", "TSLA", 1),
    ]


def test_a_library_from_before_is_filled_by_the_next_rebuild_and_nothing_is_embedded_again(
    library: Library, folder: Folder, embedder: HashingEmbedder
) -> None:
    folder.write("prices.txt", PRICES.text)
    library.rebuild(folder.path)
    with library.database.write() as connection:
        for table in ("companies", "companies_read"):
            connection.execute(sql(f"DROP TABLE {table}"))
    embedder.embedded.clear()
    with closing(Library(library.data_dir, embedder=embedder)) as again:
        [article_id] = stored(again)
        assert named(again, article_id) == []
        again.rebuild(folder.path)
        assert [name for name, _, _ in named(again, article_id)] == ["Tesla", "Kestrel Freight Group"]
    assert embedder.embedded == []


def test_another_list_counts_from_the_next_rebuild_on_and_nothing_is_embedded_or_published_again(
    desk: Library, tmp_path: Path, embedder: HashingEmbedder
) -> None:
    own = tmp_path / "own.csv"
    own.write_text(f"{HEAD}Kent Orchards,LSE:KENT,Kent,,\n", encoding="utf-8")
    seq = desk.snapshot().seq
    with closing(Library(desk.data_dir, companies=own, embedder=embedder)) as another:
        assert naming(another, "KENT") == set()
        embedder.embedded.clear()
        assert (another.publish().embedded, embedder.embedded) == (0, [])
        assert naming(another, "LSE: kent") == naming(another, "kent orchards") == {"fruit"}
        assert named(another, "prices")[0] == ("Tesla", "NASDAQ", "TSLA")  # which the article says itself
        assert naming(another, "Ford") == set()
        assert another.snapshot().seq == seq


def test_an_article_is_gone_through_once(desk: Library, second: Library) -> None:
    with desk.database.write() as connection:
        connection.execute(
            sql("UPDATE companies SET name = 'As it was noted' WHERE article_id = 'prices' AND place = 0")
        )
    second.add([article("other", "Boeing built it.")])
    assert named(second, "prices")[0][0] == "As it was noted"


# -- questions


def test_a_question_is_held_to_the_articles_that_name_a_company(desk: Library) -> None:
    answer = Assistant(desk).ask(Question("Who went on strike?", filters=Filters(company=("kfrt",))))
    assert {citation.article_id for citation in answer.citations} == {"strike"}
    assert answer.applied_filters == {"company": ["kfrt"]}
    assert answer.understood.unknown_companies == ()


def test_a_company_that_no_article_names_is_told(desk: Library) -> None:
    answer = Assistant(desk).ask(Question("Who went on strike?", filters=Filters(company=("Apple", "Ford"))))
    assert answer.understood.unknown_companies == ("Apple",)
    nobody = Assistant(desk).ask(Question("Who went on strike?", filters=Filters(company=("Apple",))))
    assert (nobody.reason, nobody.understood.unknown_companies) == ("no_match", ("Apple",))


@pytest.mark.parametrize(
    ("question", "company"),
    [
        ("What did $KFRT drivers do?", "KFRT"),
        ("What did drivers of Kestrel Freight (LSE: KFRT) do?", "LSE: KFRT"),
    ],
)
def test_a_ticker_in_the_question_is_a_filter_which_can_be_taken_back(
    desk: Library, question: str, company: str
) -> None:
    answer = Assistant(desk).ask(Question(question))
    assert answer.applied_filters == answer.understood.filters == {"company": [company]}
    assert answer.citations[0].article_id == "strike"
    assert Assistant(desk).ask(Question(question, understand=False)).applied_filters == {}


def test_a_ticker_of_the_question_that_no_article_names_stays_text_and_is_told(desk: Library) -> None:
    answer = Assistant(desk).ask(Question("What did $NOPE do?"))
    assert (answer.applied_filters, answer.understood.unknown_companies) == ({}, ("NOPE",))


def test_a_companys_bare_name_in_the_question_is_no_filter(desk: Library) -> None:
    assert Assistant(desk).ask(Question("What did Tesla do on 6 October 2023?")).understood.filters == {}


def test_the_filter_of_the_caller_wins_over_a_ticker(desk: Library) -> None:
    answer = Assistant(desk).ask(Question("What did $KFRT do?", filters=Filters(company=("Tesla",))))
    assert answer.applied_filters == {"company": ["Tesla"]}


# -- over HTTP


def test_articles_come_with_their_companies_and_are_listed_by_them(client: FlaskClient) -> None:
    tesla = {"name": "Tesla", "ticker": "TSLA", "exchange": "NASDAQ"}
    one = reply_json(client.get("/api/articles/prices"))
    assert one["companies"][0] == tesla
    listed = reply_json(client.get("/api/articles?company=tsla&company=Boeing"))
    assert [(entry["id"], entry["companies"][0]) for entry in listed["articles"]] == [("prices", tesla)]
    assert listed["total"] == 1


def test_an_article_that_was_given_out_can_be_sent_back(client: FlaskClient) -> None:
    one = reply_json(client.get("/api/articles/prices"))
    started = reply_json(client.post("/api/articles", json=one))
    job = ended(client, f"/api/jobs/{started['job_id']}")
    assert (job["state"], job["unchanged"], job["errors"]) == ("done", 1, [])


def test_companies_are_listed_by_name(client: FlaskClient) -> None:
    reply = CompaniesReply.model_validate(client.get("/api/companies").json, strict=True)
    assert [(one.name, one.ticker, one.exchange, one.articles) for one in reply.companies][-1] == (
        *("Tesla", "TSLA", "NASDAQ"),
        1,
    )


def test_a_search_and_a_timeline_say_what_no_article_names(client: FlaskClient) -> None:
    filters = {"company": ["KFRT", "Nobody Ltd"]}
    found = client.post("/api/search", json={"query": "strike", "filters": filters})
    assert FoundReply.model_validate(found.json, strict=True).unknown_companies == ["Nobody Ltd"]
    assert {hit["article_id"] for hit in reply_json(found)["hits"]} == {"prices", "strike", "value"}
    assert reply_json(found)["applied_filters"] == filters
    told = client.post("/api/timeline", json={"topic": "$NOPE and the price of cars", "filters": {}})
    assert TimelineReply.model_validate(told.json, strict=True).unknown_companies == ["NOPE"]


@pytest.mark.parametrize("company", [["x" * 301], ["x"] * 21, [""], "TSLA"])
def test_a_filter_that_is_too_long_or_of_another_kind_is_422(client: FlaskClient, company: object) -> None:
    reply = client.post("/api/search", json={"query": "strike", "filters": {"company": company}})
    assert reply.status_code == 422


# -- on the command line


def test_the_commands_take_companies_and_say_which_no_article_names(tmp_path: Path) -> None:
    place = Place(tmp_path / "data", tmp_path / "articles")
    place.articles.mkdir()
    for one in ALL:
        (place.articles / f"{one.id}.txt").write_text(f"{one.title}\n\n{one.text}", encoding="utf-8")
    assert place.run("rebuild").status == 0
    found = place.run("search", "strike", "--company", "ford", "--company", "Nobody")
    assert found.out.startswith("1. Drivers strike")
    assert "2. " not in found.out
    assert found.err == "No article names the company “Nobody”.\n"
    refused = place.run("ask", "Who went on strike?", "--company", "Nobody")
    assert (refused.status, refused.err) == (3, "No article names the company “Nobody”.\n")
    told = place.run("timeline", "cars", "--company", "TSLA")
    assert (told.status, told.err) == (0, "")
    assert "2023-10-06" in told.out
    assert '"ticker": "TSLA"' in place.run("articles", "--json").out


def test_a_bad_list_stops_a_command_with_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place(tmp_path / "data", tmp_path)
    own = tmp_path / "own.csv"
    own.write_text(f"{HEAD}Kestrel,NSDQ:KFRT,,,\n", encoding="utf-8")
    monkeypatch.setenv("ASSISTANT_COMPANIES", str(own))
    stopped = place.run("articles")
    assert stopped.status == 1
    assert f"{own}, line 2: a listing is 'NSDQ:KFRT'" in stopped.err
    monkeypatch.setenv("ASSISTANT_COMPANIES", str(tmp_path))
    assert place.run("articles").err == (
        f"assistant: ASSISTANT_COMPANIES is {str(tmp_path)!r}; expected the path of a file.\n"
    )
