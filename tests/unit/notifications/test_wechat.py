"""WeChat's template messages against a server of this machine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest

from app.kernel import clock
from app.notifications.channels import DeliveryError, Outgoing
from app.notifications.channels.wechat import Wechat, make
from tests.unit.notifications.servers import Cloud, cloud

OPENID = "oAbc_123456789"


@pytest.fixture
def wechat() -> Iterator[tuple[Wechat, Cloud]]:
    with cloud() as seen:
        config = {"WECHAT_APP_ID": "wx1", "WECHAT_SECRET": "s3cret", "WECHAT_TEMPLATE_ID": "t1", "WECHAT_API_URL": seen.url}
        yield make(config), seen


def message(number: int = 7, body: str = "已交绿化市容所办理，承诺在 2026-11-25 17:00 前答复您。", to: str = OPENID) -> Outgoing:
    return Outgoing(UUID(int=number), to, "诉求 2026-1", body, "zh")


def test_a_message_fills_the_template_and_the_token_is_kept(wechat: tuple[Wechat, Cloud]) -> None:
    channel, seen = wechat
    channel.send(message())
    channel.send(message(8, "短"))
    first, second = seen.calls
    assert first["touser"] == OPENID and first["template_id"] == "t1" and first["client_msg_id"] == str(UUID(int=7))
    assert first["data"]["thing1"]["value"] == "诉求 2026-1" and len(first["data"]["thing2"]["value"]) == 20
    assert second["data"]["thing2"]["value"] == "短" and seen.tokens == 1
    with clock.use(clock.VirtualClock(clock.now() + timedelta(seconds=7000))):
        channel.send(message(9))
    assert seen.tokens == 2 and "s3cret" not in repr(channel)


def test_a_stale_token_is_fetched_anew_once(wechat: tuple[Wechat, Cloud]) -> None:
    channel, seen = wechat
    seen.codes = [40001]
    channel.send(message())
    assert seen.used == ["token-1", "token-2"] and len(seen.delivered) == 1


@pytest.mark.parametrize(("code", "again"), [(-1, True), (45009, True), (43004, False), (40003, False), (40037, False)])
def test_what_wechat_answers_decides_about_another_try(wechat: tuple[Wechat, Cloud], code: int, again: bool) -> None:
    channel, seen = wechat
    seen.codes = [code]
    with pytest.raises(DeliveryError) as error:
        channel.send(message())
    assert error.value.again is again and error.value.code == f"wechat_{code}"


def test_no_server_is_tried_again_and_a_strange_address_is_not(wechat: tuple[Wechat, Cloud]) -> None:
    channel, seen = wechat
    for to in ("", "a\r\nb", "x" * 200, "张三张三张三"):
        with pytest.raises(DeliveryError) as bad:
            channel.send(message(to=to))
        assert not bad.value.again
    assert seen.calls == []
    away = make({"WECHAT_APP_ID": "a", "WECHAT_SECRET": "b", "WECHAT_TEMPLATE_ID": "c", "WECHAT_API_URL": "http://127.0.0.1:9"})
    with pytest.raises(DeliveryError) as gone:
        away.send(message())
    assert gone.value.again
