-- What wrk sends and what it prints at the end. `-- post SEED` makes each request a comment with a text
-- of its own; without it wrk repeats its GET. No measuring lives here: `run` reads the line of JSON.

local words = {}
for word in ([[
  the and that this with have from they would there their what about which when make like time just know
  people into year good some could them other than then look only come over think also back after use two
  how our work first well even want because these give most find here thing many tell very call world
  house read story paper point place group small large never under last right while might next sound
  water great music river garden light summer question answer problem reason morning evening friend
  article author comment opinion example picture travel market history science country language mountain
]]):gmatch("%a+") do
  words[#words + 1] = word
end

local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(args)
  if args[1] ~= "post" then return end
  prefix = args[2] .. "x" .. number
  math.randomseed(tonumber(args[2]) * 64 + number)
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  request = post
end

local sent = 0

-- About 45 words, as a comment on an article has; one in eight carries a link.
function post()
  sent = sent + 1
  local key = prefix .. "x" .. sent
  local text = { "Comment " .. key .. "." }
  for place = 2, 30 + math.random(30) do
    text[place] = words[math.random(#words)]
  end
  if sent % 8 == 0 then
    text[#text + 1] = "https://blog" .. sent .. ".example.net/a/" .. key
  end
  return wrk.format(nil, nil, nil, string.format(
    '{"page":"/articles/%d","name":"Reader %s","email":"reader.%s@example.org","text":"%s"}',
    sent % 100, key, key, table.concat(text, " ")))
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format(
    '{"requests":%d,"seconds":%.6f,"bytes":%d,"p50_ms":%.3f,"p99_ms":%.3f,"max_ms":%.3f,' ..
    '"refused":%d,"broken":%d}',
    summary.requests, summary.duration / 1e6, summary.bytes, latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3, latency.max / 1e3, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
