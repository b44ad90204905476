-- wrk's script: each thread sends its own share of prepared answers, each once.
-- The file named by REQUESTS has a line per request: path, capability, body, by tabs.

local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(args)
  requests = {}
  local line_number = 0
  local n_threads = tonumber(args[1])
  for line in io.lines(os.getenv("REQUESTS")) do
    if line_number % n_threads == number then
      local path, capability, body = line:match("([^\t]*)\t([^\t]*)\t([^\t]*)")
      requests[#requests + 1] = wrk.format("POST", path, {
        ["Content-Type"] = "application/json",
        ["X-Attempt-Capability"] = capability,
      }, body)
    end
    line_number = line_number + 1
  end
  sent = 0
  refused = 0
end

function request()
  sent = sent + 1
  -- When a run outlasts the file its beginning comes again: those would be no saves,
  -- so the caller compares the counts and refuses the round.
  return requests[(sent - 1) % #requests + 1]
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    "RESULT %d %d %d %d %d %d\n",
    summary.requests,
    summary.duration,
    errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(95),
    latency.mean
  ))
end
