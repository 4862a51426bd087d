import { Author, Blog, CheckResult, Client, Comment } from '@cedx/akismet'
import { WRONG, address, ham, key, spam } from './resolve.mjs'

const blog = new Blog({ url: 'http://blog.example' })
const client = new Client(key, blog, { baseUrl: `http://${address}` })
const author = new Author({
  email: 'reader@example.org', ipAddress: '203.0.113.9', name: 'Reader', userAgent: 'Mozilla/5.0',
})
const comment = content => new Comment({ author, content, context: ['music', 'peas'], date: new Date() })
const [first, second] = [comment(spam), comment(ham)]

const seen = {
  valid: await client.verifyKey(),
  wrong_key: await new Client(WRONG, blog, { baseUrl: `http://${address}` }).verifyKey(),
  spam: (await client.checkComment(first)) === CheckResult.spam,
  ham: (await client.checkComment(second)) !== CheckResult.ham,
}
await client.submitHam(first)
await client.submitSpam(second)
console.log(JSON.stringify({ ...seen, reported: true }))
