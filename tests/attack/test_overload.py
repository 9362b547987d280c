"""Many more requests at once than can be served: those beyond are told so at once, the others get what they asked for.

Health has a thread to itself, and every other route one of few: none can be asked for so often that nothing else is
answered.
"""

import json
from collections import Counter
from pathlib import Path

import pytest
from attack_fixtures import Measured, Size
from served import ANSWER, Latency, Reply, Served, at_once

from web.http.lanes import QUESTIONS
from web.services import MAX_RUNNING, MAX_WAITING

pytestmark = pytest.mark.usefixtures("many_files")

MOST_MS, MOST_MS_ON_A_BUSY_MACHINE = 1_000, 10_000
"""Of health, at p99: all that comes at once is read by one thread, beside those that answer."""
REFUSED = {429, 503}
FORM = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nThe meadow is open.\r\n--x--\r\n'


def test_questions_beyond_those_that_can_wait_are_refused_at_once_and_the_others_answered(
    tmp_path: Path, size: Size, is_whole: bool, measured: Measured
) -> None:
    count = max(size(200), 60)
    with Served(tmp_path / "data") as served:
        with Latency(served) as health:
            replies = at_once(served, [served.asking() for _ in range(count)])
        after = served.ask("/api/ask", json.loads(served.asking().partition(b"\r\n\r\n")[2]))
        log = served.log
    answered = [reply for reply in replies if reply.status == 200]
    refused = [reply for reply in replies if reply.status != 200]
    slowest = max(reply.seconds for reply in refused)
    measured(
        f"{count} questions at once",
        f"{len(answered)} answered, the last after {max(r.seconds for r in answered):.1f} s; "
        f"{len(refused)} refused, the last after {slowest * 1000:.0f} ms; health: {health}",
    )
    assert len(answered) >= MAX_RUNNING + MAX_WAITING
    assert {reply.json()["citations"][0]["quote"] for reply in answered} == {ANSWER}
    _check_refused(refused)
    assert len(refused) >= count - MAX_RUNNING - MAX_WAITING - QUESTIONS.max_waiting
    assert slowest < (1 if is_whole else 10)
    assert set(health.statuses) == {200}
    assert health.p99 < (MOST_MS if is_whole else MOST_MS_ON_A_BUSY_MACHINE)
    assert after.status == 200
    assert "Traceback" not in log


def test_no_route_asked_for_by_many_at_once_keeps_health_waiting(
    tmp_path: Path, size: Size, is_whole: bool, measured: Measured
) -> None:
    count = max(size(200), 30)
    with Served(tmp_path / "data") as served:
        answer = served.ask("/api/ask", json.loads(served.asking().partition(b"\r\n\r\n")[2])).json()
        routes = _routes(served, answer)
        statuses: dict[str, Counter[int]] = {}
        slowest = ("", 0.0)
        with Latency(served) as health:
            for name, sent in routes.items():
                replies = at_once(served, [sent] * count)
                statuses[name] = Counter(reply.status for reply in replies)
                _check_refused([reply for reply in replies if reply.status in REFUSED])
                slowest = max(slowest, (name, max(reply.seconds for reply in replies)), key=lambda one: one[1])
        with Latency(served) as health_of_all:
            everything = [list(routes.values())[n % len(routes)] for n in range(2 * count)]
            replies = at_once(served, everything)
        log = served.log
    measured(
        f"{count} at once on each of {len(routes)} routes, and all of them",
        f"health: {health}; of all: {health_of_all}; slowest {slowest[0]}, {slowest[1]:.1f} s",
    )
    assert {name: found for name, found in statuses.items() if found.keys() - {200, 202, 204} - REFUSED} == {}
    assert {name: found for name, found in statuses.items() if not found.keys() & {200, 202, 204}} == {}
    assert {reply.status for reply in replies} <= {200, 202, 204} | REFUSED
    assert {*health.statuses, *health_of_all.statuses} == {200}
    most = MOST_MS if is_whole else MOST_MS_ON_A_BUSY_MACHINE
    assert max(health.p99, health_of_all.p99) < most
    assert "Traceback" not in log


def _check_refused(replies: list[Reply]) -> None:
    assert {reply.status for reply in replies} <= REFUSED
    for reply in replies:
        assert int(reply.headers["Retry-After"]) > 0
        assert reply.json()["error"]["code"] in ("unavailable", "too_many")


def _routes(served: Served, answer: dict[str, str]) -> dict[str, bytes]:
    """A request to each route that reads much, writes, or is answered by a model."""
    session, message = answer["session_id"], answer["message_id"]
    gets = [
        "/",
        "/static/chat.js",
        "/api/openapi.json",
        "/api/articles?limit=200&q=bridge",
        "/api/articles/bridge",
        "/api/articles/bridge/related",
        "/api/sources",
        "/api/suggestions",
        "/api/jobs?limit=50",
        "/api/sessions?q=bridge",
        f"/api/sessions/{session}",
        f"/api/sessions/{session}/export?format=markdown",
        "/api/feedback",
    ]
    form = {"Content_Type": "multipart/form-data; boundary=x", "Content_Length": len(FORM)}
    found = {path: served.head(f"GET {path}") for path in gets}
    found["search"] = _json(served, "/api/search", {"query": "the bridge", "top_k": 50})
    found["preview"] = served.head("POST /api/articles/preview", **form) + FORM
    found["upload"] = served.head("POST /api/articles", **form) + FORM
    found["feedback"] = _json(served, "/api/feedback", {"message_id": message, "is_positive": True})
    return found


def _json(served: Served, path: str, body: object) -> bytes:
    data = json.dumps(body).encode()
    return served.head(f"POST {path}", Content_Type="application/json", Content_Length=len(data)) + data
