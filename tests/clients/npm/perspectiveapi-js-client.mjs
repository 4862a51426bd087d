import { createRequire } from 'node:module'
import { WRONG, abuse, failed, key, talk } from './elsewhere.mjs'

const { Client } = createRequire(import.meta.url)('@conversationai/perspectiveapi-js-client')
const asked = (text, as = key) => new Client(as).getScores(text, { attributes: ['TOXICITY'] })
const score = async text => (await asked(text)).TOXICITY
console.log(JSON.stringify({
  abuse: await score(abuse), talk: await score(talk), wrong_key: !(await failed(asked(talk, WRONG))),
}))
