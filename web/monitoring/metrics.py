"""What a monitoring system reads at `/metrics`, in the format of Prometheus: requests, answers, the state of things.

Requests are counted by route, never by what was asked for. What can be looked up when it is read is not kept: articles,
jobs, feeds and places in the gate are counted then.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict

from flask import Flask, Response, g
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from assistant.answer import Answer
from web.monitoring.request_log import method, route

SECONDS = (0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

State = Callable[[], Mapping[str, float]]
"""What there is at the moment, by the names of its gauges."""

GAUGES = {
    "assistant_articles": "Articles that are stored.",
    "assistant_passages": "Passages that are stored.",
    "assistant_generation": "The state of the articles that answers come from.",
    "assistant_index_pending": "1 while there are changes that the index does not show.",
    "assistant_index_degraded": "1 while answers come from words alone or from an older index.",
    "assistant_jobs_unfinished": "Jobs that wait or run.",
    "assistant_feeds_failing": "Feeds that could not be read the last time.",
    "assistant_questions_running": "Questions that are being answered.",
    "assistant_questions_waiting": "Questions that wait for their turn.",
}


class Metrics:
    def __init__(self, state: State) -> None:
        """A registry of its own: two applications in one process count apart."""
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "assistant_requests", "Requests, by route.", ["method", "route", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "assistant_request_seconds",
            "Until the reply begins.",
            ["route"],
            buckets=SECONDS,
            registry=self._registry,
        )
        self._answers = Counter(
            "assistant_answers", "Questions that were answered, or why not.", ["outcome"], registry=self._registry
        )
        self._stages = Histogram(
            "assistant_answer_seconds",
            "What parts of an answer take.",
            ["stage"],
            buckets=SECONDS,
            registry=self._registry,
        )
        self._registry.register(_Gauges(state))
        ProcessCollector(registry=self._registry)

    def count_requests(self, app: Flask) -> None:
        @app.after_request
        def count(reply: Response) -> Response:
            self._requests.labels(method(), route(), str(reply.status_code)).inc()
            self._seconds.labels(route()).observe(time.perf_counter() - g.started)
            return reply

    def count_answer(self, answer: Answer) -> None:
        self._answers.labels(answer.reason or "answered").inc()
        for stage, milliseconds in asdict(answer.timings_ms).items():
            self._stages.labels(stage).observe(milliseconds / 1000)

    def text(self) -> bytes:
        return generate_latest(self._registry)


class _Gauges(Collector):
    def __init__(self, state: State) -> None:
        self._state = state

    def describe(self) -> Iterator[Metric]:
        yield from ()  # else it would be asked for its state when it is registered

    def collect(self) -> Iterator[Metric]:
        for name, value in self._state().items():
            yield GaugeMetricFamily(name, GAUGES[name], value=value)
