"""Google's library from PyPI against the service, as Perspective's own samples use it: its transport changes the host, nothing else."""

import json
import sys
from urllib.parse import urlsplit, urlunsplit

import httplib2
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

ADDRESS, KEY, ABUSE, TALK = sys.argv[1:5]
WRONG = "0123456789ab"


class Elsewhere(httplib2.Http):
    """Sends what is meant for the service's public name to where it listens in the test."""

    def request(self, uri, *arguments, **named):
        moved = urlsplit(uri)._replace(scheme="http", netloc=ADDRESS)
        return super().request(urlunsplit(moved), *arguments, **named)


def client(key):
    return build(
        "commentanalyzer",
        "v1alpha1",
        developerKey=key,
        discoveryServiceUrl=f"http://{ADDRESS}/$discovery/rest?version=v1alpha1",
        static_discovery=False,
        http=Elsewhere(),
    )


def score(text, key=KEY):
    body = {"comment": {"text": text}, "languages": ["en"], "requestedAttributes": {"TOXICITY": {}}}
    answer = client(key).comments().analyze(body=body).execute()
    return answer["attributeScores"]["TOXICITY"]["summaryScore"]["value"]


def wrong_key():
    try:
        score(TALK, WRONG)
    except HttpError as error:
        return "API key not valid" not in str(error)
    return True


suggestion = {
    "comment": {"text": ABUSE},
    "clientToken": "mine",
    "attributeScores": {"TOXICITY": {"summaryScore": {"value": 1.0}}},
}
seen = {
    "abuse": score(ABUSE),
    "talk": score(TALK),
    "wrong_key": wrong_key(),
    "suggested": client(KEY).comments().suggestscore(body=suggestion).execute()["clientToken"],
}
print(json.dumps(seen))
