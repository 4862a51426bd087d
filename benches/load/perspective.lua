-- What wrk sends to measure Perspective's protocol: each request asks about a text of its own. `-- KEY ATTRIBUTES`, with commas between
-- attributes. `perspective` reads the line of JSON at the end.

local words = {}
for word in ([[
  the and that this with have from they would there their what about which when make like time just know
  article author comment opinion example picture travel market history science country language stupid idiot
]]):gmatch("%a+") do
  words[#words + 1] = word
end

local sent = 0
local asked = {}

function init(args)
  for name in args[2]:gmatch("[^,]+") do
    asked[#asked + 1] = string.format('"%s":{}', name)
  end
  math.randomseed(7)
  wrk.method = "POST"
  wrk.path = "/v1alpha1/comments:analyze?key=" .. args[1]
  wrk.headers["Content-Type"] = "application/json"
end

function request()
  sent = sent + 1
  local text = { "Comment " .. sent }
  for place = 2, 15 + math.random(30) do
    text[place] = words[math.random(#words)]
  end
  return wrk.format(nil, nil, nil, string.format(
    '{"comment":{"text":"%s"},"languages":["en"],"requestedAttributes":{%s}}', table.concat(text, " "), table.concat(asked, ",")))
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format(
    '{"requests":%d,"seconds":%.3f,"p50_ms":%.2f,"p99_ms":%.2f,"max_ms":%.2f,"refused":%d,"broken":%d}',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
