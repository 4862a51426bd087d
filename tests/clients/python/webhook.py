"""Verifies a delivery with the published library: webhook.py SECRET ID TIMESTAMP SIGNATURE BODY. Prints the event's type."""

import sys

from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

secret, message, timestamp, signature, body = sys.argv[1:]
headers = {"webhook-id": message, "webhook-timestamp": timestamp, "webhook-signature": signature}
print(Webhook(secret).verify(body, headers)["type"])
try:
    Webhook(secret).verify(body + " ", headers)
except WebhookVerificationError:
    pass
else:
    raise SystemExit("another body was taken")
