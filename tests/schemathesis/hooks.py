"""What schemathesis has to mind on its way: nothing may leave this machine."""

import os

import schemathesis

CLOSED = os.environ["HAMLET_TEST_CLOSED"]
LONGEST = 2000


@schemathesis.hook
def before_call(context, case, kwargs):
    """Puts every webhook on a closed port of this machine: made-up hosts might be somebody's. What is no
    address, or too long for one, is sent as it is, to be refused."""
    if case.operation.definition.raw.get("operationId") != "add_webhook" or not isinstance(case.body, dict):
        return
    url = case.body.get("url")
    if isinstance(url, str) and ":" in url and len(url) <= LONGEST:
        case.body["url"] = CLOSED
