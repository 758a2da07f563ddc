namespace ReplicatedDs.Replica.Ids;

/// <summary>
/// The two things that happen atomically in Redis. Each answers a word, with a value behind a blank where there is one. Both may run
/// late, after their caller gave up: a late allocation wastes an id, a late founding is recognised by its nonce.
/// </summary>
internal static class RedisScripts
{
    /// <summary>Keys: cluster, ids, epoch. Arguments: cluster id, nonce of the founder.</summary>
    public const string Found = """
        local cluster = redis.call('GET', KEYS[1])
        local counter = redis.call('GET', KEYS[2])
        local epoch = redis.call('GET', KEYS[3])
        local isOwnAttempt = epoch == ARGV[2] and counter == '1'
        if (cluster or counter or epoch) and not isOwnAttempt then
            return 'taken ' .. (cluster or '')
        end
        redis.call('SET', KEYS[1], ARGV[1])
        redis.call('SET', KEYS[2], '1')
        redis.call('SET', KEYS[3], ARGV[2])
        return 'founded'
        """;

    /// <summary>
    /// Keys: cluster, ids, epoch. Arguments: cluster id, highest id known, highest id anywhere (empty: not asked yet), new epoch, margin.
    /// </summary>
    public const string Allocate = """
        local cluster = redis.call('GET', KEYS[1])
        if cluster and cluster ~= ARGV[1] then
            return 'other ' .. cluster
        end
        local counter = tonumber(redis.call('GET', KEYS[2]) or '0')
        if not counter then
            return 'damaged'
        end
        local known = tonumber(ARGV[2])
        if not cluster or counter == 0 or redis.call('EXISTS', KEYS[3]) == 0 then
            if ARGV[3] == '' then
                return 'lost'
            end
            local margin = tonumber(ARGV[5])
            local highest = math.max(counter, known, tonumber(ARGV[3]))
            counter = (math.floor(highest / margin) + 1) * margin
            redis.call('SET', KEYS[1], ARGV[1])
            redis.call('SET', KEYS[3], ARGV[4])
        end
        local id = math.max(counter, known) + 1
        if id > 2147483647 then
            return 'exhausted'
        end
        redis.call('SET', KEYS[2], string.format('%.0f', id))
        return 'id ' .. string.format('%.0f', id)
        """;
}
