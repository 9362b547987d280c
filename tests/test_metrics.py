"""What a monitoring system reads: requests by route, answers by outcome, and the present state."""

from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families


def read(client: FlaskClient) -> dict[tuple[str, ...], float]:
    reply = client.get("/metrics")
    assert reply.headers["Content-Type"].startswith("text/plain; version=")
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(reply.text)
        for sample in family.samples
    }


def test_requests_are_counted_by_route_and_status_never_by_what_was_asked_for(client: FlaskClient) -> None:
    for path in ("/api/articles/bridge", "/api/articles/comet", "/api/articles/none", "/nothing", "/elsewhere"):
        client.get(path)
    found = read(client)
    assert found[("assistant_requests_total", "GET", "/api/articles/<article_id>", "200")] == 2
    assert found[("assistant_requests_total", "GET", "/api/articles/<article_id>", "404")] == 1
    assert found[("assistant_requests_total", "GET", "none", "404")] == 2
    assert found[("assistant_request_seconds_count", "/api/articles/<article_id>")] == 3


def test_methods_that_no_route_has_are_counted_as_one(client: FlaskClient) -> None:
    for method in ("INVENTED", "A" * 30_000, "PROPFIND"):
        assert client.open("/nothing", method=method).status_code == 404
    assert read(client)[("assistant_requests_total", "other", "none", "404")] == 3


def test_answers_are_counted_by_their_outcome_with_what_their_parts_took(client: FlaskClient) -> None:
    client.post("/api/ask", json={"question": "When did the Zephyr bridge in Oldport open?"})
    client.post("/api/ask", json={"question": "When did it open?", "filters": {"source": ["Nobody"]}})
    found = read(client)
    assert found[("assistant_answers_total", "answered")] == 1
    assert found[("assistant_answers_total", "no_match")] == 1
    assert found[("assistant_answer_seconds_count", "total")] == 2


def test_the_present_state_is_told(client: FlaskClient) -> None:
    before = read(client)
    assert before[("assistant_articles",)] == 2
    assert before[("assistant_index_degraded",)] == 0
    assert before[("assistant_questions_running",)] == 0
    assert before[("process_open_fds",)] > 0
    client.delete("/api/articles/bridge")
    assert read(client)[("assistant_articles",)] == 1
