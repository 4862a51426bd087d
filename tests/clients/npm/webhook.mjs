// Verifies a delivery with the published library: webhook.mjs SECRET ID TIMESTAMP SIGNATURE BODY. Prints the event's type.
import { Webhook } from 'standardwebhooks'

const [secret, id, timestamp, signature, body] = process.argv.slice(2)
const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature }
console.log(new Webhook(secret).verify(body, headers).type)
let refused = false
try {
  new Webhook(secret).verify(`${body} `, headers)
} catch {
  refused = true
}
if (!refused) throw new Error('another body was taken')
