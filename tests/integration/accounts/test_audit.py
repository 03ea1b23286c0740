"""The audit log: what is in it, who finds what, and how large it gets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from matinee.features.accounts.audit import AuditLog, Subject, keeping_audit
from matinee.features.accounts.housekeeping import Housekeeping
from matinee.infra.errors import DatabaseUnavailable
from tests.integration.accounts.conftest import PASSWORD, Server, SignIn

pytestmark = pytest.mark.anyio


async def entries(boss: httpx2.AsyncClient, **wanted: object) -> list[dict[str, Any]]:
    answer = await boss.get("/admin/audit", params={"limit": 100, **wanted})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def rows(server: Server) -> int:
    async with server.database.read() as unit:
        return int((await unit.session.execute(text("SELECT count(*) FROM audit_entry"))).scalar_one())


async def wrong(server: Server, address: str = "10.0.0.3", name: str = "anna") -> httpx2.Response:
    return await server.client(address).post("/auth/login", json={"name": name, "password": "wrong secret"})


async def test_each_act_is_written_with_who_whom_and_where_from(ready: Server, sign_in: SignIn) -> None:
    boss, anna = await sign_in("boss"), await sign_in(address="10.0.0.9")
    [person] = (await boss.get("/admin/users", params={"q": "anna"})).json()["items"]
    path = f"/admin/users/{person['id']}"
    await boss.patch(path, json={"role": "admin", "tier": "premium"})
    key = (await anna.post("/me/api-keys", json={"name": "k", "scopes": ["playback"]})).json()
    rotated = (await anna.post(f"/me/api-keys/{key['id']}/rotate")).json()
    await anna.delete(f"/me/api-keys/{rotated['id']}")
    made = (await boss.post("/admin/invitations", json={"note": "for Carl"})).json()
    await boss.delete(f"/admin/invitations/{made['id']}")
    await boss.post(f"{path}/password-reset")
    await anna.put("/me/password", json={"current_password": PASSWORD, "new_password": "seven sleepers"})
    await anna.delete(f"/me/sessions/{(await anna.get('/me/sessions')).json()['items'][0]['id']}")
    found = {entry["event"]: entry for entry in await entries(boss)}
    assert found.keys() == {
        "user_created", "sign_in", "role_changed", "user_changed", "api_key_created", "api_key_rotated", "api_key_deleted",
        "invitation_created", "invitation_deleted", "password_reset", "password_changed", "session_revoked",
    }  # fmt: skip
    assert found["role_changed"]["actor"]["name"] == "boss"
    assert found["role_changed"]["subject"] == {"kind": "user", "id": person["id"], "name": "Anna"}
    assert found["role_changed"]["detail"] == {"before": "user", "role": "admin"}
    assert found["user_changed"]["detail"] == {"changed": ["tier: premium"]}
    assert found["api_key_created"]["address"] == "10.0.0.9"
    assert found["user_created"]["actor"] is None


async def test_the_log_is_filtered_and_paged_without_gaps(ready: Server, sign_in: SignIn) -> None:
    boss = await sign_in("boss")
    audit = ready.container.get(AuditLog)
    me = (await boss.get("/me")).json()["id"]
    start = ready.clock.now()
    for number in range(7):
        await ready.clock.advance(60)
        async with ready.database.write() as unit:
            subject = Subject("user", me if number % 2 else f"other {number}")
            outcome = "failure" if number == 3 else "success"
            await audit.record(unit, "setting_changed", outcome=outcome, subject=subject, number=number)
    seen, cursor = [], None
    while True:
        wanted = {"event": "setting_changed", "limit": 3, **({"cursor": cursor} if cursor else {})}
        page = (await boss.get("/admin/audit", params=wanted)).json()
        seen += [item["detail"]["number"] for item in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert seen == [6, 5, 4, 3, 2, 1, 0]
    assert [one["detail"]["number"] for one in await entries(boss, event="setting_changed", user_id=me)] == [5, 3, 1]
    about_me = [one["event"] for one in await entries(boss, user_id=me)]
    assert about_me == ["setting_changed"] * 3 + ["sign_in", "user_created"]
    assert [one["detail"]["number"] for one in await entries(boss, outcome="failure")] == [3]
    since, until = start + timedelta(seconds=120), start + timedelta(seconds=240)
    found = await entries(boss, event="setting_changed", since=since.isoformat(), until=until.isoformat())
    assert [one["detail"]["number"] for one in found] == [2, 1]
    paged = (await boss.get("/admin/audit", params={"user_id": me, "limit": 2})).json()
    more = (await boss.get("/admin/audit", params={"user_id": me, "limit": 9, "cursor": paged["next_cursor"]})).json()
    assert [one["id"] for one in [*paged["items"], *more["items"]]] == [one["id"] for one in await entries(boss, user_id=me)]
    for refused in ({"event": "nonsense"}, {"since": "2026-01-01T00:00:00"}, {"until": "0.5"}, {"outcome": "maybe"}):
        assert (await boss.get("/admin/audit", params=refused)).status_code == 422


async def test_a_failed_sign_in_names_the_account_to_administrators_and_never_what_was_typed(
    ready: Server, sign_in: SignIn, capsys: pytest.CaptureFixture[str]
) -> None:
    boss = await sign_in("boss")
    await wrong(ready)
    await wrong(ready, name="my password typed here")
    known, unknown = sorted(await entries(boss, event="sign_in", outcome="failure"), key=lambda one: one["subject"] is None)
    assert (known["subject"]["name"], known["actor"], known["address"]) == ("Anna", None, "10.0.0.3")
    assert unknown["subject"] is None
    assert unknown["detail"] == known["detail"] == {"method": "password", "reason": "wrong_password"}
    lines = [line for line in capsys.readouterr().out.splitlines() if "sign_in_failed" in line]
    assert len(lines) == 2
    assert all("10.0.0.3" in line and "nna" not in line and "typed" not in line for line in lines)


async def test_a_flood_of_failures_makes_few_rows_and_says_how_many_there_were(ready: Server, sign_in: SignIn) -> None:
    boss = await sign_in("boss")
    before = await rows(ready)
    audit = ready.container.get(AuditLog)
    for _ in range(4):
        for address in ("10.0.0.3", "10.0.0.4"):
            for _ in range(50):
                client = ready.client(address)  # each failure is one, also when the throttle answers it
                await client.post("/auth/login", json={"name": "anna", "password": "wrong secret"})
        await audit.flush()
        await ready.clock.advance(60)
    await audit.flush()
    assert await rows(ready) - before <= 4 * (2 * 10 + 2)
    found = await entries(boss, event="sign_in", outcome="failure")
    counted = [one for one in found if "attempts" in one["detail"]]
    assert sum(one["detail"]["attempts"] for one in counted) + len(found) - len(counted) <= 400
    assert all(one["subject"] is None and one["detail"]["seconds"] == 60 for one in counted)


async def test_what_cannot_be_written_waits_and_an_undone_change_leaves_no_entry(
    ready: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit = ready.container.get(AuditLog)
    await audit.flush()
    before = await rows(ready)
    with pytest.raises(RuntimeError):
        async with ready.database.write() as unit:
            await audit.record(unit, "setting_changed", name="undone")
            raise RuntimeError
    assert await rows(ready) == before
    await audit.record(None, "sign_in", outcome="failure")

    async def fail(*_: object) -> None:
        raise DatabaseUnavailable

    with monkeypatch.context() as patch:
        patch.setattr(audit._repository, "add", fail)
        with pytest.raises(DatabaseUnavailable):
            await audit.flush()
    assert await rows(ready) == before
    async with keeping_audit(ready.container):
        pass
    assert await rows(ready) == before + 1


async def test_old_entries_go_after_the_time_that_they_are_kept(ready: Server, sign_in: SignIn) -> None:
    await sign_in()
    assert await rows(ready) > 0
    await ready.clock.advance(364 * 86400)
    await sign_in()
    await ready.container.get(Housekeeping).delete_ended()
    assert await rows(ready) > 1
    await ready.clock.advance(2 * 86400)
    await ready.container.get(Housekeeping).delete_ended()
    assert await rows(ready) == 1
