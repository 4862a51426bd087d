import { createRequire } from 'node:module'
import { WRONG, abuse, failed, key, talk } from './elsewhere.mjs'

const Perspective = createRequire(import.meta.url)('perspective-api-client')
const asked = (text, apiKey = key) =>
  new Perspective({ apiKey }).analyze(text, { attributes: ['toxicity'], languages: ['en'] })
const score = async text => (await asked(text)).attributeScores.TOXICITY.summaryScore.value
console.log(JSON.stringify({
  abuse: await score(abuse), talk: await score(talk), wrong_key: !(await failed(asked(talk, WRONG))),
}))
