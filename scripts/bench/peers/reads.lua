-- For wrk: sends ARG requests at a time on each connection, and prints the result as a line of JSON.
local batch

function init(arguments)
    local one = wrk.format()
    batch = string.rep(one, tonumber(arguments[1]))
end

function request()
    return batch
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format('{"answered": %d, "per_second": %.1f, "p50_us": %.1f, "p99_us": %.1f, "failed": %d}\n',
        summary.requests, summary.requests / (summary.duration / 1e6), latency:percentile(50), latency:percentile(99),
        errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
