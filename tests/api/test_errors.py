def test_smoke(client, town):
    from tests.small_town import body

    r = client.post(
        "/api/v1/orders",
        json=body(),
        headers=town.key("channel", town.channel.id) | {"Idempotency-Key": "a"},
    )
    print(r.status_code, r.text)
    r2 = client.post(
        "/api/v1/orders",
        json=body(),
        headers=town.key("channel", town.channel.id) | {"Idempotency-Key": "a"},
    )
    assert r.content == r2.content
