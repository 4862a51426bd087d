import { promisify } from 'node:util'
import akismet from 'akismet'
import { WRONG, ham, key, port, spam } from './resolve.mjs'

const host = 'rest.hamlet.test'
const client = apiKey => akismet.client({ apiKey, blog: 'http://blog.example', host, port })
const calling = (of, name) => promisify(of[name].bind(of))
const right = client(key)
const comment = text => ({
  comment_author: 'Reader', comment_author_email: 'reader@example.org', comment_content: text,
  user_ip: '203.0.113.9',
})

const seen = {
  valid: await calling(right, 'verifyKey')(),
  wrong_key: await calling(client(WRONG), 'verifyKey')(),
  spam: await calling(right, 'checkComment')(comment(spam)),
  ham: await calling(right, 'checkComment')(comment(ham)),
}
await calling(right, 'submitHam')(comment(spam))
await calling(right, 'submitSpam')(comment(ham))
console.log(JSON.stringify({ ...seen, reported: true }))
