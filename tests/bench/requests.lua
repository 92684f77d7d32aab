-- What wrk sends: each line of the file that it is given is a request, one after the other. The
-- fields of a line stand between tabs: method, path, headers as name and value, and the body last.
-- With a number of milliseconds beside it, each connection pauses about so long before a request.

local requests = {}
local sent = 0

function init(args)
  for line in io.lines(args[1]) do
    local fields = {}
    for field in (line .. "\t"):gmatch("([^\t]*)\t") do
      fields[#fields + 1] = field
    end
    local headers = {}
    for i = 3, #fields - 1, 2 do
      headers[fields[i]] = fields[i + 1]
    end
    requests[#requests + 1] = wrk.format(fields[1], fields[2], headers, fields[#fields])
  end
  if args[2] then
    local most = 2 * tonumber(args[2])
    delay = function() return math.random(0, most) end
  end
end

function request()
  sent = sent + 1
  return requests[(sent - 1) % #requests + 1]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("MEASURED %d %d %d %d\n", summary.requests, summary.duration,
    errors.connect + errors.read + errors.write + errors.timeout + errors.status,
    latency:percentile(99)))
end
