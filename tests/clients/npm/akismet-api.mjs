import { AkismetClient } from 'akismet-api'
import { WRONG, ham, key, port, spam } from './resolve.mjs'

const options = { blog: 'http://blog.example', host: `rest.hamlet.test:${port}`, protocol: 'http' }
const client = new AkismetClient({ ...options, key })
const comment = content => ({
  content, email: 'reader@example.org', ip: '203.0.113.9', name: 'Reader', useragent: 'Mozilla/5.0',
})

const seen = {
  valid: await client.verifyKey(),
  wrong_key: await new AkismetClient({ ...options, key: WRONG }).verifyKey(),
  spam: await client.checkSpam(comment(spam)),
  ham: await client.checkSpam(comment(ham)),
}
await client.submitHam(comment(spam))
await client.submitSpam(comment(ham))
console.log(JSON.stringify({ ...seen, reported: true }))
