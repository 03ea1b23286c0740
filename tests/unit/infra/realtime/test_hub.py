"""The hub: topics, slow clients, sources that run only while somebody listens."""

from __future__ import annotations

import json

import pytest
from prometheus_client import CollectorRegistry

from matinee.infra.realtime.hub import RESYNC, RealtimeHub

pytestmark = pytest.mark.anyio


def numbers(batch: list[str]) -> list[int]:
    return [json.loads(text)["data"]["n"] for text in batch]


async def test_only_the_subscribed_topics_arrive_and_in_order() -> None:
    hub = RealtimeHub()
    with hub.subscribe(["a", "b"]) as both, hub.subscribe(["b"]) as one:
        for n, topic in enumerate(("a", "b", "c", "a")):
            hub.publish(topic, "thing", {"n": n})
        assert numbers(await both.take()) == [0, 1, 3]
        assert numbers(await one.take()) == [1]


async def test_a_message_is_json_with_type_and_data() -> None:
    hub = RealtimeHub()
    with hub.subscribe(["a"]) as inbox:
        hub.publish("a", "job", {"title": "Bücher"})
        assert [json.loads(text) for text in await inbox.take()] == [{"type": "job", "data": {"title": "Bücher"}}]


async def test_waiting_messages_with_the_same_key_are_replaced_by_the_last() -> None:
    hub = RealtimeHub(capacity=2)
    with hub.subscribe(["a"]) as inbox:
        hub.publish("a", "job", {"n": 1}, key="x")
        hub.publish("a", "job", {"n": 2}, key="y")
        hub.publish("a", "job", {"n": 3}, key="x")
        assert numbers(await inbox.take()) == [2, 3]


async def test_a_slow_client_is_told_to_resync_and_then_goes_on() -> None:
    registry = CollectorRegistry()
    hub = RealtimeHub(registry, capacity=3)
    with hub.subscribe(["a"]) as slow, hub.subscribe(["a"]) as quick:
        for n in range(5):
            hub.publish("a", "thing", {"n": n})
            assert numbers(await quick.take()) == [n]
        assert await slow.take() == [RESYNC]
        hub.publish("a", "thing", {"n": 5})
        assert numbers(await slow.take()) == [5]
    assert registry.get_sample_value("matinee_realtime_messages_lost_total") == 2


async def test_sources_run_while_there_are_clients() -> None:
    hub = RealtimeHub()
    log: list[str] = []

    def source() -> object:
        log.append("start")
        return lambda: log.append("stop")

    hub.add_source(source)  # type: ignore[arg-type]  # list.append gives None, as the contract wants
    with hub.subscribe(["a"]):
        with hub.subscribe(["b"]):
            assert log == ["start"]
        assert log == ["start"]
    with hub.subscribe([]):
        pass
    assert log == ["start", "stop", "start", "stop"]


async def test_who_has_left_costs_nothing() -> None:
    registry = CollectorRegistry()
    hub = RealtimeHub(registry)
    with hub.subscribe(["a"]):
        assert registry.get_sample_value("matinee_realtime_clients") == 1
    hub.publish("a", "thing", {})
    assert registry.get_sample_value("matinee_realtime_clients") == 0
    assert registry.get_sample_value("matinee_realtime_messages_total", {"topic": "a"}) is None
