import { WRONG, abuse, address, failed, key, talk } from './elsewhere.mjs'

const { google } = await import('googleapis')
const url = `http://${address}/$discovery/rest?version=v1alpha1`
const client = await google.discoverAPI(url)
const asked = (text, as = key) => client.comments.analyze({
  key: as,
  resource: { comment: { text }, languages: ['en'], requestedAttributes: { TOXICITY: {} } },
})
const score = async text => (await asked(text)).data.attributeScores.TOXICITY.summaryScore.value
const suggested = await client.comments.suggestscore({
  key,
  resource: { comment: { text: abuse }, clientToken: 'mine', attributeScores: { TOXICITY: { summaryScore: { value: 1 } } } },
})
console.log(JSON.stringify({
  abuse: await score(abuse), talk: await score(talk),
  wrong_key: !(await failed(asked(talk, WRONG))), suggested: suggested.data.clientToken,
}))
