-- What wrk sends to measure Akismet's protocol: each request asks about a text of its own, as a form,
-- from an author and a network of its own. `-- KEY`. `akismet` reads the line of JSON at the end.

local words = {}
for word in ([[
  the and that this with have from they would there their what about which when make like time just know
  article author comment opinion example picture travel market history science country language mountain
]]):gmatch("%a+") do
  words[#words + 1] = word
end

local sent = 0

function init(args)
  key = args[1]
  math.randomseed(7)
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
  wrk.headers["User-Agent"] = "WordPress/6.1 | Akismet/5.0.2"
end

function request()
  sent = sent + 1
  local text = { "Comment " .. sent }
  for place = 2, 30 + math.random(30) do
    text[place] = words[math.random(#words)]
  end
  local body = string.format(
    "api_key=%s&blog=http%%3A%%2F%%2Fblog.example&user_ip=%d.%d.%d.%d&user_agent=Mozilla&comment_type=comment" ..
    "&comment_author=Reader+%d&comment_author_email=reader%d%%40example.org&comment_content=%s" ..
    "&permalink=http%%3A%%2F%%2Fblog.example%%2F%d",
    key, 1 + math.random(200), math.random(255), math.random(255), math.random(255), sent, sent,
    table.concat(text, "+"), sent % 100)
  return wrk.format(nil, nil, nil, body)
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format(
    '{"requests":%d,"seconds":%.3f,"p50_ms":%.2f,"p99_ms":%.2f,"max_ms":%.2f,"refused":%d,"broken":%d}',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    latency.max / 1e3, errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
