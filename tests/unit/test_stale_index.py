from camara.stale_index import STALE_SHARDS, stale_shard


def test_a_shard_is_one_of_so_many_and_a_key_stays_in_it() -> None:
    ids = [f"{number:032X}" for number in range(200)]

    assert {stale_shard(name) for name in ids} == {str(shard) for shard in range(STALE_SHARDS)}
    assert stale_shard("AB") == stale_shard("AB") == str((65 + 66) % 8)
