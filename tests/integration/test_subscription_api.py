"""The Subscription API, sentence by sentence."""

import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from camara.identity import client_key, subscriber_key
from events import api
from events.credentials import vault
from events.item import subscription_item
from events.store import subscription_store
from events.subscription import EventType, Subscription, TerminationReason
from tests.integration.conftest import FakeClock
from tests.integration.faulty_dynamodb import FaultyDynamoDB, client_error
from tests.support.api import Answer, Raw, invoke
from tests.support.builders import (
    ALICE,
    ALICE_KEY,
    BOB,
    CLIENT,
    CLIENT_KEY,
    NOBODY,
    NOW,
    SCOPES,
    SINK,
    SUBSCRIPTION_LIFETIMES,
    SUBSCRIPTION_SCOPES,
    a_context,
    a_registration,
    a_subscription,
    subscription_id,
)
from tests.support.devices import deregister, register
from tests.support.emf import metrics_in
from tests.support.lambda_context import a_lambda_context
from tests.support.privacy import personal_in
from tests.support.subscriptions_api import (
    INVITATION,
    REGISTRATION_ENDS,
    STATUS,
    SUBSCRIPTION_ENDED,
    SUBSCRIPTIONS,
    TOKEN,
    a_credential,
    a_subscription_request,
    delete,
    get,
    get_all,
    post,
    put,
)

DEVICE = a_registration().device_id
DAY = 24 * 3600
UNKNOWN = "0b9c2f4e-5a1d-4c3b-8e7f-6d5c4b3a2918"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
OPERATIONS: dict[str, Callable[..., Answer]] = {
    "create": post,
    "list": get_all,
    "read": lambda subscriber, **more: get(subscriber, UNKNOWN, **more),
    "update": lambda subscriber, **more: put(subscriber, UNKNOWN, **more),
    "delete": lambda subscriber, **more: delete(subscriber, UNKNOWN, **more),
}
OF_ONE: dict[str, Callable[..., Answer]] = {"read": get, "update": put, "delete": delete}
every_operation = pytest.mark.parametrize("name", OPERATIONS)
on_one = pytest.mark.parametrize("name", OF_ONE)


def at(seconds: int) -> str:
    """A time so many seconds from now, if that is less than a minute or whole days away."""
    return f"2027-01-{15 + seconds // DAY:02}T08:00:{seconds % DAY:02}Z"


def subscribed(subscriber: str = ALICE, *types: str, **config: Any) -> str:
    answer = post(subscriber, a_subscription_request(*types, config=config))
    assert answer.status == 201
    return str(answer.body["id"])


def stored(number: str = ALICE_KEY) -> list[Subscription]:
    return subscription_store().of_number(number)


def token_of(subscription: Subscription) -> str:
    """Open the access token that is stored."""
    assert subscription.credential
    return vault().open(subscription.subscription_id, subscription.credential)


# ---------------------------------------------------------------------- create


def test_a_subscription_is_for_the_tokens_number() -> None:
    answer = post()

    assert answer.status == 201
    assert UUID.fullmatch(answer.body["id"])
    assert answer.body == {
        "protocol": "HTTP",
        "sink": SINK,
        "types": [STATUS],
        "config": {
            "subscriptionDetail": {"deviceId": DEVICE},
            "subscriptionExpireTime": "2027-02-14T08:00:00Z",
        },
        "id": answer.body["id"],
        "startsAt": "2027-01-15T08:00:00Z",
        "expiresAt": "2027-02-14T08:00:00Z",
        "status": "ACTIVE",
    }
    assert answer.headers["Location"] == f"/camara{SUBSCRIPTIONS}/{answer.body['id']}"
    assert get(ALICE, answer.body["id"]).body == answer.body
    assert get_all().body == [answer.body]


@pytest.mark.parametrize("name", [INVITATION, STATUS, REGISTRATION_ENDS])
def test_what_is_kept_of_it(name: str) -> None:
    made = post(body=a_subscription_request(name, config={"subscriptionMaxEvents": 7}))

    assert stored() == [
        Subscription(
            number=subscriber_key(ALICE),
            subscription_id=made.body["id"],
            client=client_key(CLIENT),
            device_id=DEVICE,
            type=EventType(name),
            sink=SINK,
            starts_at=NOW,
            ends_at=NOW + SUBSCRIPTION_LIFETIMES.default,
            max_events=7,
        )
    ]
    assert made.body["config"]["subscriptionMaxEvents"] == 7


def test_no_two_subscriptions_have_the_same_id() -> None:
    assert subscribed() != subscribed()


def test_a_device_is_the_same_however_it_is_spelt() -> None:
    config = {"subscriptionDetail": {"deviceId": DEVICE.upper()}}

    answer = post(body=a_subscription_request(config=config))

    assert answer.body["config"]["subscriptionDetail"] == {"deviceId": DEVICE}


@pytest.mark.parametrize(
    ("asked", "got"),
    [
        (None, "2027-02-14T08:00:00Z"),
        ("2027-01-15T08:00:01Z", "2027-01-15T08:00:01Z"),
        ("2027-01-15T09:00:01.9+01:00", "2027-01-15T08:00:01Z"),
        ("2027-04-15T08:00:00Z", "2027-04-15T08:00:00Z"),
        ("2027-04-15T08:00:01Z", "2027-04-15T08:00:00Z"),
        ("9999-12-31T23:59:59-23:59", "2027-04-15T08:00:00Z"),
    ],
)
def test_it_lasts_as_long_as_asked_but_no_longer_than_it_may(asked: str | None, got: str) -> None:
    config = {"subscriptionExpireTime": asked} if asked else {}
    made = post(body=a_subscription_request(config=config))

    assert made.body["expiresAt"] == got
    assert made.body["config"]["subscriptionExpireTime"] == got
    assert get(ALICE, made.body["id"]).body == made.body


@pytest.mark.parametrize(
    "past", ["2027-01-15T08:00:00.999Z", "2027-01-15T07:59:59Z", "0001-01-01T00:00:00Z"]
)
def test_what_is_past_is_out_of_range(past: str) -> None:
    known = subscribed()
    before = stored()
    expiry = {"subscriptionExpireTime": past}
    token = {"sinkCredential": a_credential(accessTokenExpiresUtc=past)}

    for body in (a_subscription_request(config=expiry), a_subscription_request() | token):
        assert post(body=body).code == (400, "OUT_OF_RANGE")
    for body in ({"config": expiry}, token):
        assert put(ALICE, known, body).code == (400, "OUT_OF_RANGE")
    assert stored() == before


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"protocol": "MQTT3"}, "INVALID_PROTOCOL"),
        ({"protocol": 1}, "INVALID_ARGUMENT"),
        ({"protocol": None}, "INVALID_ARGUMENT"),
        ({"sink": None}, "INVALID_ARGUMENT"),
        ({"sink": ["https://app.example.com"]}, "INVALID_ARGUMENT"),
        ({"sink": ""}, "INVALID_SINK"),
        ({"sink": "app.example.com"}, "INVALID_SINK"),
        ({"sink": "http://app.example.com/"}, "INVALID_SINK"),
        ({"sink": "http://127.0.0.1:8080/"}, "INVALID_SINK"),
        ({"sink": "https://127.0.0.1/"}, "INVALID_SINK"),
        ({"sink": "https://169.254.169.254/latest"}, "INVALID_SINK"),
        ({"sink": "https://10.0.0.1/"}, "INVALID_SINK"),
        ({"sink": "https://[::1]/"}, "INVALID_SINK"),
        ({"sink": "https://app.example.com:22/"}, "INVALID_SINK"),
        ({"sink": "https://user@app.example.com/"}, "INVALID_SINK"),
        ({"sink": f"https://app.example.com/{'x' * 1001}"}, "OUT_OF_RANGE"),
        ({"types": []}, "INVALID_ARGUMENT"),
        ({"types": [STATUS, STATUS]}, "INVALID_ARGUMENT"),
        ({"types": [SUBSCRIPTION_ENDED]}, "INVALID_ARGUMENT"),
        ({"types": [STATUS, SUBSCRIPTION_ENDED]}, "INVALID_ARGUMENT"),
        ({"types": ["org.camaraproject.webrtc-events.v0.new"]}, "INVALID_ARGUMENT"),
        ({"config": None}, "INVALID_ARGUMENT"),
        ({"config": {}}, "INVALID_ARGUMENT"),
        ({"config": {"subscriptionDetail": {"deviceId": "device-1"}}}, "INVALID_ARGUMENT"),
        ({"sinkCredential": {"credentialType": "PLAIN"}}, "INVALID_CREDENTIAL"),
        ({"sinkCredential": a_credential(accessTokenType="mac")}, "INVALID_TOKEN"),
        ({"sinkCredential": a_credential(accessToken="")}, "INVALID_ARGUMENT"),
        ({"sinkCredential": a_credential(accessToken="caf\u00e9")}, "INVALID_ARGUMENT"),
        ({"sinkCredential": a_credential(accessToken="a\r\nb")}, "INVALID_ARGUMENT"),
        ({"sinkCredential": a_credential(accessToken="x" * 8193)}, "OUT_OF_RANGE"),
    ],
)
def test_a_bad_body_subscribes_to_nothing(changes: dict[str, Any], code: str) -> None:
    assert post(body=a_subscription_request() | changes).code == (400, code)
    assert stored() == []


def test_a_sink_on_this_machine_is_for_the_embedded_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOOPBACK_SINKS", "true")
    sink = "http://127.0.0.1:8080/notifications"

    answer = post(body=a_subscription_request(sink=sink))

    assert (answer.status, answer.body["sink"]) == (201, sink)


@pytest.mark.parametrize(
    ("events", "code"),
    [(0, "OUT_OF_RANGE"), (1_000_001, "OUT_OF_RANGE"), (1.5, "INVALID_ARGUMENT")],
)
def test_so_many_events_and_no_more(events: Any, code: str) -> None:
    body = a_subscription_request(config={"subscriptionMaxEvents": events})

    assert post(body=body).code == (400, code)


@pytest.mark.parametrize(
    "body",
    [
        Raw(None),
        Raw(""),
        Raw("{"),
        Raw("[]"),
        Raw('{"sink": "https://app.example.com", "sink": "https://app.example.com"}'),
    ],
    ids=str,
)
def test_what_is_no_object_is_invalid(body: Raw) -> None:
    assert post(body=body).code == (400, "INVALID_ARGUMENT")
    assert put(ALICE, subscribed(), body).code == (400, "INVALID_ARGUMENT")


def test_a_body_of_another_type_is_not_supported() -> None:
    body = Raw(json.dumps(a_subscription_request()), content_type="text/plain")

    assert post(body=body).code == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert put(ALICE, UNKNOWN, body).code == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize(
    "types", [(STATUS, INVITATION), (REGISTRATION_ENDS, INVITATION, STATUS)], ids=len
)
def test_several_types_are_not_supported(types: tuple[str, ...]) -> None:
    body = a_subscription_request(*types)

    assert post(body=body).code == (422, "MULTIEVENT_SUBSCRIPTION_NOT_SUPPORTED")
    assert stored() == []


@pytest.mark.parametrize("initial", [True, False])
def test_an_initial_event_is_accepted_and_ignored(initial: bool) -> None:  # noqa: FBT001
    body = a_subscription_request(config={"initialEvent": initial})

    assert "initialEvent" not in post(body=body).body["config"]


def test_unknown_properties_are_ignored() -> None:
    more = {"id": UNKNOWN, "status": None, "protocolSettings": {"method": "PUT"}}
    body = a_subscription_request(config={"future": None}) | more

    answer = post(body=body)

    assert answer.status == 201
    assert answer.body["id"] != UNKNOWN
    assert "protocolSettings" not in answer.body


@pytest.mark.parametrize("name", [INVITATION, STATUS, REGISTRATION_ENDS])
def test_each_type_needs_its_own_scope(name: str) -> None:
    own = f"webrtc-events:{name}:create"
    others = " ".join(scope for scope in SCOPES.split() if scope != own)
    body = a_subscription_request(name)

    denied = post(body=body, context=a_context(scope=others))

    assert denied.code == (403, "SUBSCRIPTION_MISMATCH")
    assert stored() == []
    assert post(body=body, context=a_context(scope=own)).status == 201


def test_a_device_that_is_not_the_tokens_looks_like_one_that_is_not_there(
    time_stands_still: FakeClock,
) -> None:
    register(BOB, device=2)
    register(ALICE, device=3, client=client_key("client-2"))
    register(ALICE, device=4, expires_at=NOW + 60)
    register(ALICE, device=5)
    deregister(ALICE, device=5)
    time_stands_still.now += 60

    for device in (2, 3, 4, 5, 6):
        detail = {"subscriptionDetail": {"deviceId": a_registration(device=device).device_id}}
        answer = post(body=a_subscription_request(config=detail))
        assert answer.code == (403, "SUBSCRIPTION_MISMATCH")
    assert post(context=a_context(client_id="client-2")).code == (403, "SUBSCRIPTION_MISMATCH")
    assert post(context=a_context(client_id=None)).code == (403, "SUBSCRIPTION_MISMATCH")
    assert post(NOBODY).code == (403, "SUBSCRIPTION_MISMATCH")
    assert stored() == []


def test_a_number_and_a_client_may_have_so_many(time_stands_still: FakeClock) -> None:
    over = a_subscription(900).ended_because(TerminationReason.MAX_EVENTS_REACHED, NOW)
    subscription_store().create(a_subscription(901, client=client_key("client-2")))
    subscription_store().create(a_subscription(902, ends_at=NOW))
    subscription_store().create(a_subscription(900))
    subscription_store().change(ALICE_KEY, over.subscription_id, lambda _: over)
    for number in range(99):
        subscription_store().create(a_subscription(number, ends_at=NOW + 60))

    known = subscribed()

    assert post().code == (429, "QUOTA_EXCEEDED")
    assert len(get_all().body) == 100
    assert post(BOB).status == 201
    delete(ALICE, known)
    assert post().status == 201
    assert post().code == (429, "QUOTA_EXCEEDED")
    time_stands_still.now += 60
    assert post().status == 201


def test_the_location_has_the_path_that_the_client_sees() -> None:
    event = {
        "httpMethod": "POST",
        "resource": SUBSCRIPTIONS,
        "path": SUBSCRIPTIONS,
        "requestContext": {"authorizer": a_context(), "path": f"/voice{SUBSCRIPTIONS}/"},
        "body": json.dumps(a_subscription_request()),
    }

    answer = api.handler(event, a_lambda_context())

    made = json.loads(answer["body"])["id"]
    assert answer["headers"]["Location"] == f"/voice{SUBSCRIPTIONS}/{made}"


# ---------------------------------------------------------------- access token


@pytest.mark.usefixtures("messaging")
@pytest.mark.parametrize("token", [TOKEN, "x" * 8192, "Az09-._~+/=="])
def test_an_access_token_is_kept_encrypted_and_never_shown(token: str, table: Any) -> None:
    credential = a_credential(accessToken=token, accessTokenExpiresUtc=at(2 * DAY))

    made = post(body=a_subscription_request(sinkCredential=credential))

    [known] = stored()
    assert token_of(known) == token
    assert known.credential
    assert known.credential.expires_at == NOW + 2 * DAY
    [item] = table.scan(TableName="subscriptions")["Items"]
    answers = [made, get(ALICE, made.body["id"]), get_all(), put(ALICE, made.body["id"])]
    for text in (str(item), *(str(answer.body) for answer in answers)):
        assert token[:100] not in text
        assert "accessToken" not in text


def test_without_the_key_nothing_is_stored() -> None:
    body = a_subscription_request(sinkCredential=a_credential())
    known = subscribed()
    before = stored()

    assert post(body=body).code == (503, "UNAVAILABLE")
    assert put(ALICE, known, {"sinkCredential": a_credential()}).code == (503, "UNAVAILABLE")
    assert stored() == before
    assert post().status == 201


# ------------------------------------------------------------------------ read


def test_the_list_is_of_this_number_and_client_and_of_what_is_active(
    time_stands_still: FakeClock,
) -> None:
    register(ALICE, device=2, client=client_key("client-2"))
    assert get_all().body == []
    expiring, gone, known = subscribed(subscriptionExpireTime=at(10)), subscribed(), subscribed()
    delete(ALICE, gone)
    detail = {"subscriptionDetail": {"deviceId": a_registration(device=2).device_id}}
    another = a_context(client_id="client-2")
    theirs = post(body=a_subscription_request(config=detail), context=another)
    bobs = post(BOB)

    assert {each["id"] for each in get_all().body} == {expiring, known}
    time_stands_still.now += 10
    assert get_all().body == [get(ALICE, known).body]
    assert get_all(context=another).body == [theirs.body]
    assert get_all(BOB).body == [bobs.body]


@on_one
def test_the_subscriptions_of_others_look_as_if_they_did_not_exist(name: str) -> None:
    known = subscribed()
    before = stored()

    for context in (a_context(BOB), a_context(ALICE, client_id="client-2")):
        found = OF_ONE[name](None, known, context=context)
        assert found == OF_ONE[name](None, UNKNOWN, context=context)
        assert found.code == (404, "NOT_FOUND")
    assert stored() == before


@pytest.mark.parametrize(
    "reason", [each for each in TerminationReason if each != TerminationReason.SUBSCRIPTION_DELETED]
)
def test_how_it_ended_is_shown_for_a_day(
    reason: TerminationReason, time_stands_still: FakeClock
) -> None:
    known = subscribed()
    subscription_store().change(ALICE_KEY, known, lambda each: each.ended_because(reason, NOW))

    for later in (0, DAY - 1):
        time_stands_still.now = NOW + later
        assert get(ALICE, known).body["status"] == "EXPIRED"
        assert get(BOB, known).code == (404, "NOT_FOUND")
    time_stands_still.now = NOW + DAY
    assert get(ALICE, known).code == (404, "NOT_FOUND")


def test_what_has_expired_is_shown_before_and_after_it_is_swept(
    time_stands_still: FakeClock,
) -> None:
    known = subscribed(subscriptionExpireTime=at(10))
    time_stands_still.now += 10

    before = get(ALICE, known)

    assert (before.body["status"], before.body["expiresAt"]) == ("EXPIRED", at(10))
    swept = TerminationReason.SUBSCRIPTION_EXPIRED
    subscription_store().change(
        ALICE_KEY, known, lambda each: each.ended_because(swept, NOW + 3600)
    )
    assert get(ALICE, known) == before
    time_stands_still.now += DAY - 1
    assert get(ALICE, known) == before
    time_stands_still.now += 1
    assert get(ALICE, known).code == (404, "NOT_FOUND")


@pytest.mark.parametrize("ended_at", [NOW, NOW + 3600])
def test_it_is_stored_for_as_long_as_it_is_shown(ended_at: int) -> None:
    expired = a_subscription(ends_at=NOW)
    swept = expired.ended_because(TerminationReason.SUBSCRIPTION_EXPIRED, ended_at)

    for over in (expired, swept):
        stored_until = int(subscription_item(over)["expiresAt"]["N"])
        assert stored_until >= NOW + api.SHOWN_AFTER_ITS_END


@pytest.mark.parametrize("name", ["update", "delete"])
def test_what_is_over_is_not_found(name: str, time_stands_still: FakeClock) -> None:
    expired, ended, gone = subscribed(subscriptionExpireTime=at(10)), subscribed(), subscribed()
    reason = TerminationReason.NETWORK_TERMINATED
    subscription_store().change(ALICE_KEY, ended, lambda each: each.ended_because(reason, NOW))
    delete(ALICE, gone)
    time_stands_still.now += 10
    before = stored()

    for known in (expired, ended, gone, UNKNOWN, "no-uuid"):
        assert OF_ONE[name](ALICE, known).code == (404, "NOT_FOUND")
    assert stored() == before


@on_one
@pytest.mark.parametrize(
    ("path_id", "code"),
    [
        (None, "INVALID_ARGUMENT"),
        ("", "INVALID_ARGUMENT"),
        ("a b", "INVALID_ARGUMENT"),
        ("{subscriptionId}", "INVALID_ARGUMENT"),
        ("\u00e9", "INVALID_ARGUMENT"),
        ("x" * 257, "OUT_OF_RANGE"),
    ],
)
def test_a_malformed_id(name: str, path_id: str | None, code: str) -> None:
    assert OF_ONE[name](ALICE, path_id).code == (400, code)


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_nothing_is_changed_without_an_id(method: str) -> None:
    known = subscribed()

    answer = invoke(method, SUBSCRIPTIONS, context=a_context())

    assert answer.code == (400, "INVALID_ARGUMENT")
    assert get(ALICE, known).body["status"] == "ACTIVE"


# ---------------------------------------------------------------------- update


def test_an_update_moves_the_end(time_stands_still: FakeClock) -> None:
    known = subscribed(subscriptionMaxEvents=5)
    [before] = stored()
    time_stands_still.now += 5

    answer = put(ALICE, known, {"config": {"subscriptionExpireTime": at(10)}})

    assert answer.status == 200
    assert answer.body["expiresAt"] == at(10)
    assert answer.body["config"]["subscriptionExpireTime"] == at(10)
    assert get(ALICE, known).body == answer.body
    assert stored() == [before.updated(None, NOW + 10)]


def test_an_update_is_capped() -> None:
    asked = {"config": {"subscriptionExpireTime": "9999-12-31T23:59:59Z"}}

    assert put(ALICE, subscribed(), asked).body["expiresAt"] == "2027-04-15T08:00:00Z"


@pytest.mark.usefixtures("messaging")
def test_an_update_changes_the_access_token_and_leaves_the_rest() -> None:
    known = subscribed(subscriptionExpireTime=at(10))
    shown = get(ALICE, known).body
    for token in (f"{TOKEN}-2", f"{TOKEN}-3"):
        expiry = at(3 * DAY)
        credential = a_credential(accessToken=token, accessTokenExpiresUtc=expiry)

        answer = put(ALICE, known, {"sinkCredential": credential})

        assert (answer.status, answer.body) == (200, shown)
        [after] = stored()
        assert token_of(after) == token
        assert after.credential
        assert after.credential.expires_at == NOW + 3 * DAY
        assert after.ends_at == NOW + 10
    put(ALICE, known, {"config": {"subscriptionExpireTime": at(20)}})
    [after] = stored()
    assert (after.ends_at, token_of(after)) == (NOW + 20, token)


@pytest.mark.usefixtures("messaging")
def test_an_update_changes_both() -> None:
    known = subscribed()
    both = {
        "sinkCredential": a_credential(),
        "config": {"subscriptionExpireTime": at(10)},
    }

    assert put(ALICE, known, both).body == put(ALICE, known, both).body

    [after] = stored()
    assert (after.ends_at, token_of(after)) == (NOW + 10, TOKEN)


@pytest.mark.parametrize("body", [{}, {"config": {}}])
def test_an_update_with_nothing_in_it_changes_nothing(
    body: Any, requests: list[tuple[str, Any]]
) -> None:
    known = subscribed(subscriptionExpireTime=at(10))
    before, shown = stored(), get(ALICE, known).body
    requests.clear()

    answer = put(ALICE, known, body)

    assert (answer.status, answer.body) == (200, shown)
    assert [name for name, _ in requests] == ["GetItem"]
    assert stored() == before


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"sink": SINK}, "INVALID_ARGUMENT"),
        ({"types": [STATUS]}, "INVALID_ARGUMENT"),
        ({"protocol": "HTTP"}, "INVALID_ARGUMENT"),
        ({"future": 1}, "INVALID_ARGUMENT"),
        ({"config": None}, "INVALID_ARGUMENT"),
        ({"config": {"future": 1}}, "INVALID_ARGUMENT"),
        ({"config": {"subscriptionDetail": {"deviceId": DEVICE}}}, "INVALID_ARGUMENT"),
        ({"config": {"subscriptionMaxEvents": 5}}, "INVALID_ARGUMENT"),
        ({"config": {"subscriptionExpireTime": "soon"}}, "INVALID_ARGUMENT"),
        ({"sinkCredential": None}, "INVALID_ARGUMENT"),
        ({"sinkCredential": {}}, "INVALID_ARGUMENT"),
        ({"sinkCredential": a_credential(accessToken=None)}, "INVALID_ARGUMENT"),
        ({"sinkCredential": a_credential(credentialType="PLAIN")}, "INVALID_CREDENTIAL"),
        ({"sinkCredential": a_credential(accessTokenType="mac")}, "INVALID_TOKEN"),
    ],
)
def test_a_bad_update_changes_nothing(body: Any, code: str) -> None:
    known = subscribed()
    before = stored()

    assert put(ALICE, known, body).code == (400, code)
    assert stored() == before


def test_who_loses_a_race_decides_again(monkeypatch: pytest.MonkeyPatch) -> None:
    known = subscribed()
    read = subscription_store().read
    reads = []

    def read_and_be_overtaken(number: str, subscription_id: str) -> Subscription:
        found = read(number, subscription_id)
        reads.append(found.version)
        if len(reads) == 1:
            assert delete(ALICE, known).status == 204
        return found

    monkeypatch.setattr(subscription_store(), "read", read_and_be_overtaken)

    late = put(ALICE, known, {"config": {"subscriptionExpireTime": at(10)}})

    assert late.code == (404, "NOT_FOUND")
    assert reads == [1, 1, 2]
    [after] = stored()
    assert after.ended is TerminationReason.SUBSCRIPTION_DELETED
    assert after.ends_at == NOW + SUBSCRIPTION_LIFETIMES.default


# ---------------------------------------------------------------------- delete


def test_a_deleted_subscription_is_gone() -> None:
    known = subscribed()
    [before] = stored()

    answer = delete(ALICE, known)

    assert (answer.status, answer.body) == (204, None)
    assert get(ALICE, known).code == (404, "NOT_FOUND")
    assert delete(ALICE, known).code == (404, "NOT_FOUND")
    assert stored() == [before.ended_because(TerminationReason.SUBSCRIPTION_DELETED, NOW)]


@pytest.mark.parametrize("name", ["create", "update", "delete"])
def test_an_answer_of_dynamodb_that_is_lost_makes_no_difference(
    name: str, dynamo: FaultyDynamoDB
) -> None:
    known = subscribed()
    requests: dict[str, Callable[[], Answer]] = {
        "create": post,
        "update": lambda: put(ALICE, known, {"config": {"subscriptionExpireTime": at(10)}}),
        "delete": lambda: delete(ALICE, known),
    }
    # The write is the last request: two reads come before it, or one.
    dynamo.lose_answers(1, after=2 if name == "create" else 1)

    assert requests[name]().status in {200, 201, 204}
    assert dynamo.requests == (4 if name == "create" else 3)
    assert len(stored()) == (2 if name == "create" else 1)


def test_a_delete_has_no_body() -> None:
    known = subscribed()

    assert delete(ALICE, known, body={}).code == (400, "INVALID_ARGUMENT")
    assert get(ALICE, known).body["status"] == "ACTIVE"


def test_a_subscription_outlives_the_registration_of_its_device() -> None:
    known = subscribed()
    deregister(ALICE)

    assert get(ALICE, known).body["status"] == "ACTIVE"
    assert put(ALICE, known).status == 200
    assert delete(ALICE, known).status == 204


# --------------------------------------------------------- what holds for each


@every_operation
def test_no_usable_context_is_no_authentication(name: str) -> None:
    contexts: list[Any] = [[], {}, {"scope": SCOPES}, a_context(exp="1")]
    for context in contexts:
        assert OPERATIONS[name](ALICE, context=context).code == (401, "UNAUTHENTICATED")


@every_operation
def test_each_operation_needs_its_own_scope(name: str) -> None:
    verb = "read" if name == "list" else name
    own = [scope for scope in SUBSCRIPTION_SCOPES if scope.endswith(f":{verb}")]
    others = " ".join(scope for scope in SCOPES.split() if scope not in own)
    granted = [OPERATIONS[name](ALICE, context=a_context(scope=scope)).status for scope in own]

    denied = OPERATIONS[name](ALICE, context=a_context(scope=others))

    assert denied.code == (403, "PERMISSION_DENIED")
    assert 403 not in granted if name != "create" else granted.count(201) == 1


@every_operation
def test_a_token_without_a_subscriber_leads_to_no_device(name: str) -> None:
    assert OPERATIONS[name](ALICE, context=a_context(None)).code == (422, "MISSING_IDENTIFIER")


@every_operation
def test_the_correlator_is_checked_and_echoed(name: str) -> None:
    assert OPERATIONS[name](ALICE, correlator="one").headers["x-correlator"] == "one"
    malformed = OPERATIONS[name](ALICE, correlator="a b")
    assert malformed.code == (400, "INVALID_ARGUMENT")
    assert malformed.headers["x-correlator"] == "a b"


@pytest.mark.parametrize("name", OPERATIONS.keys() - {"list"})
def test_bad_requests_come_before_missing_identities(name: str) -> None:
    nobody = a_context(None)
    requests: dict[str, list[Callable[[], Answer]]] = {
        "create": [
            lambda: post(body={}, context=nobody),
            lambda: post(body=a_subscription_request(sink="x"), context=nobody),
            lambda: post(
                body=a_subscription_request(config={"subscriptionExpireTime": at(0)}),
                context=nobody,
            ),
        ],
        "read": [lambda: get(ALICE, "a b", context=nobody)],
        "update": [
            lambda: put(ALICE, UNKNOWN, {"sink": "x"}, context=nobody),
            lambda: put(
                ALICE,
                UNKNOWN,
                {"sinkCredential": a_credential(accessTokenExpiresUtc=at(0))},
                context=nobody,
            ),
        ],
        "delete": [lambda: delete(ALICE, UNKNOWN, body={}, context=nobody)],
    }

    for request in requests[name]:
        assert request().status == 400


@every_operation
def test_a_failing_table_is_unavailable(name: str, dynamo: FaultyDynamoDB) -> None:
    dynamo.fail(client_error("ThrottlingException"))

    assert OPERATIONS[name](ALICE).code == (503, "UNAVAILABLE")


@every_operation
def test_an_unforeseen_fault_tells_nothing(
    name: str, dynamo: FaultyDynamoDB, logged: io.StringIO
) -> None:
    dynamo.fail(RuntimeError(ALICE))

    assert OPERATIONS[name](ALICE).code == (500, "INTERNAL")
    assert not personal_in(logged.getvalue())


def test_what_is_counted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "webrtc-test")
    known = subscribed()
    put(ALICE, known)
    get(ALICE, known)
    get_all()
    post(NOBODY)
    delete(ALICE, known)

    counted = [
        (metric.name, metric.value, dict(metric.dimensions))
        for metric in metrics_in(capsys.readouterr().out)
    ]
    service = {"service": "webrtc-test"}
    refused = {
        "operation": "createNotificationChannelSubscription",
        "code": "SUBSCRIPTION_MISMATCH",
    }
    assert counted == [("SubscriptionCreated", 1, service), ("Refused", 1, service | refused)]


@pytest.mark.usefixtures("messaging")
def test_the_log_follows_a_subscription_and_tells_no_secrets(
    logged: io.StringIO, dynamo: FaultyDynamoDB
) -> None:
    body = a_subscription_request(sinkCredential=a_credential())
    known = post(body=body).body["id"]
    put(ALICE, known, {"sinkCredential": a_credential()})
    get(ALICE, known)
    get_all()
    delete(ALICE, known)
    delete(ALICE, known)
    post(body=body | {"sink": f"{SINK}#fragment"})
    post(body=body | {"sinkCredential": a_credential(accessToken=f"{TOKEN} {TOKEN}")})
    get(ALICE, subscription_id())
    dynamo.fail(RuntimeError(TOKEN))
    post(body=body)

    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    assert [
        (line["message"], line["httpStatus"], line.get("subscriptionId"))
        for line in lines
        if line["level"] == "INFO"
    ] == [
        ("createNotificationChannelSubscription", 201, known),
        ("updateNotificationChannelSubscription", 200, known),
        ("retrieveNotificationChannelSubscription", 200, known),
        ("retrieveNotificationChannelSubscriptionList", 200, None),
        ("deleteNotificationChannelSubscription", 204, known),
        ("deleteNotificationChannelSubscription", 404, known),
        ("createNotificationChannelSubscription", 400, None),
        ("createNotificationChannelSubscription", 400, None),
        ("retrieveNotificationChannelSubscription", 404, subscription_id()),
        ("createNotificationChannelSubscription", 500, None),
    ]
    assert not personal_in(logged.getvalue())
    for secret in (TOKEN, SINK, "app.example", DEVICE, "user-1", ALICE_KEY, CLIENT_KEY):
        assert secret not in logged.getvalue()
