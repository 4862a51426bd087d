"""The whole loop by a client that openapi-python-client made of the service's description.

    loop.py FOLDER URL TOKEN         posts, looks at the queue, decides, takes back, sends samples, starts a run
    loop.py FOLDER URL TOKEN MODEL   puts the run's model into use

FOLDER has the client, as the package `hamlet_client`. Prints one JSON object.
"""

import json
import sys
from io import BytesIO

folder, url, token, *rest = sys.argv[1:]
sys.path.insert(0, folder)

from hamlet_client import AuthenticatedClient, Client
from hamlet_client.api.operators import activate_model, give_samples, list_models, show_model, start_training, take_samples
from hamlet_client.api.public import list_published, post_comment
from hamlet_client.api.review import decide, get_comment, list_comments, undo
from hamlet_client.models import Decision, DecisionRequest, Fields, FieldsForm, FieldsMultipart, Status, TrainRequest
from hamlet_client.models import ActivateRequest
from hamlet_client.types import File

moderator = AuthenticatedClient(base_url=url, token=token)
reader = Client(base_url=url)


def right(response, status):
    if response.status_code != status or (status != 204 and response.parsed is None):
        raise SystemExit(f"{response.status_code}: {response.content!r}")
    return response.parsed


def samples():
    lines = []
    for n in range(80):
        lines.append({"label": "spam", "text": f"Zorblax pills {n} for {n * 7} crowns only, order at http://zorblax{n}.example"})
        lines.append({"label": "ham", "text": f"My row of beans number {n} came up after {n * 3} days, what about yours?"})
    return "\n".join(map(json.dumps, lines)).encode()


def before():
    wanted = {"page": "/beans", "name": "Ophelia", "email": "ophelia@example.org"}
    for body in (
        Fields(text="There is rosemary, that is for remembrance.", **wanted),
        FieldsForm(text="There is fennel for you, and columbines.", **wanted),
        FieldsMultipart(text="There is a daisy; I would give you some violets.", **wanted),
    ):
        receipt = right(post_comment.sync_detailed("default", client=reader, body=body), 202)
    queue = right(list_comments.sync_detailed(client=moderator, status=Status.PENDING, site="default"), 200)
    seen = next(item for item in queue.comments if item.id == receipt.id)
    request = DecisionRequest(decision=Decision.SPAM, version=seen.version, note="not ours")
    decided = right(decide.sync_detailed(receipt.id, client=moderator, body=request), 200)
    back = right(undo.sync_detailed(receipt.id, client=moderator), 200)
    stale = decide.sync_detailed(receipt.id, client=moderator, body=request)
    request = DecisionRequest(decision=Decision.APPROVE, version=back.version)
    right(decide.sync_detailed(receipt.id, client=moderator, body=request), 200)
    detail = right(get_comment.sync_detailed(receipt.id, client=moderator), 200)
    public = right(list_published.sync_detailed("default", client=reader, page="/beans"), 200)
    report = right(take_samples.sync_detailed(client=moderator, body=File(payload=BytesIO(samples())), source="loop"), 200)
    given = give_samples.sync_detailed(client=moderator, site="default")
    run = right(start_training.sync_detailed(client=moderator, body=TrainRequest(site="default")), 202)
    return {
        "pending": len(queue.comments),
        "decided": decided.status.value,
        "undone": back.status.value,
        "stale": [stale.status_code, stale.parsed.code],
        "history": [entry.action.value for entry in detail.history],
        "spans": sum(len(token.spans or []) for token in detail.evidence.model.tokens),
        "public": [comment.text for comment in public.comments],
        "samples": report.records,
        "given": len(given.content.splitlines()),
        "model": str(run.id),
    }


def after(model):
    shown = right(show_model.sync_detailed(model, client=moderator), 200)
    live = right(activate_model.sync_detailed(model, client=moderator, body=ActivateRequest(force=True)), 200)
    listed = right(list_models.sync_detailed(client=moderator, site="default"), 200)
    return {"status": shown.status.value, "live": live.version == shown.version, "models": len(listed.models)}


print(json.dumps(after(*rest) if rest else before()))
