#!/usr/bin/env python3
"""Writes a Disqus export of about so many megabytes to standard output: `disqus.py 500 > export.xml`.

Threads first, then posts, as Disqus writes them; a fifth is spam, every third answers an earlier one.
The texts are put together from words, and no two are alike."""

import random
import sys

WORDS = """garden peas spring seed soil water sun row frost leaf root bloom harvest shade compost bed
sugar snap vine trellis morning evening neighbour recipe soup market price offer visit channel follow
subscribe cheap watches pills free winner click bonus casino loan credit""".split()

size = int(sys.argv[1]) * 1_000_000
random.seed(7)
threads = size // 100_000 + 1
out = sys.stdout.buffer
written = out.write(
    b'<?xml version="1.0" encoding="utf-8"?>\n<disqus xmlns="http://disqus.com" '
    b'xmlns:dsq="http://disqus.com/disqus-internals">\n'
)
for thread in range(threads):
    written += out.write(
        f'<thread dsq:id="{thread}"><id>page-{thread}</id><forum>garden</forum>'
        f"<link>https://garden.example/{thread}/</link><title>Page {thread}</title></thread>\n".encode()
    )
post = 0
while written < size:
    post += 1
    words = " ".join(random.choices(WORDS, k=random.randint(10, 90)))
    spam = "true" if random.random() < 0.2 else "false"
    parent = f'<parent dsq:id="{random.randint(max(1, post - 2000), post - 1)}" />' if post % 3 == 0 else ""
    second = post % 86_400
    created = f"2026-01-{1 + post % 28:02}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z"
    written += out.write(
        f'<post dsq:id="{post}"><id /><message><![CDATA[<p>{words} {post}</p>]]></message>'
        f"<createdAt>{created}</createdAt><isDeleted>false</isDeleted><isSpam>{spam}</isSpam>"
        f"<author><email>reader{post % 50_000}@example.org</email><name>Reader {post % 50_000}</name>"
        f"<isAnonymous>false</isAnonymous></author><ipAddress>203.0.113.{post % 255}</ipAddress>"
        f'<thread dsq:id="{random.randrange(threads)}" />{parent}</post>\n'.encode()
    )
out.write(b"</disqus>\n")
print(f"{post} posts on {threads} pages", file=sys.stderr)
