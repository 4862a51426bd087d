"""The client from PyPI against the service: its transport changes the host, nothing else."""

import json
import sys
from urllib.parse import urlsplit

import akismet
import httpx

ADDRESS, KEY, SPAM, HAM = sys.argv[1:5]
WRONG = "0123456789ab"


class Elsewhere(httpx.HTTPTransport):
    """Sends what is meant for the public service to this one."""

    def handle_request(self, request):
        url = urlsplit(f"http://{ADDRESS}")
        request.url = request.url.copy_with(scheme="http", host=url.hostname, port=url.port)
        return super().handle_request(request)


def client(key):
    config = akismet.Config(key=key, url="http://blog.example")
    transport = httpx.Client(transport=Elsewhere(), timeout=1.0)
    return akismet.SyncClient(config=config, http_client=transport)


def comment(text):
    return {
        "user_ip": "203.0.113.9",
        "comment_author": "Reader",
        "comment_author_email": "reader@example.org",
        "comment_content": text,
    }


with client(KEY) as right:
    seen = {
        "valid": right.verify_key(),
        "wrong_key": right.verify_key(key=WRONG, url="http://blog.example"),
        "spam": right.comment_check(**comment(SPAM)) == akismet.CheckResponse.SPAM,
        "ham": right.comment_check(**comment(HAM)) != akismet.CheckResponse.HAM,
        "reported": right.submit_ham(**comment(SPAM)) and right.submit_spam(**comment(HAM)),
        "usage": right.usage_limit()["usage"],
    }
print(json.dumps(seen))
