// The whole loop by openapi-fetch, with the types that openapi-typescript made of the service's description (`schema.d.ts` beside this
// file). Compiled with `strict`: what the description does not have is an error.
//
//   loop.js URL TOKEN         posts, looks at the queue, decides, takes back, sends samples, starts a run
//   loop.js URL TOKEN MODEL   puts the run's model into use
//
// Prints one JSON object.
import createClient from 'openapi-fetch'
import type { components, paths } from './schema.js'

declare const process: { argv: string[] }

const [baseUrl, token, model] = process.argv.slice(2) as [string, string, string?]
const reader = createClient<paths>({ baseUrl })
const moderator = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${token}` } })

function right<T>({ data, error, response }: { data?: T; error?: unknown; response: Response }): T {
  if (data === undefined) throw new Error(`${response.status}: ${JSON.stringify(error)}`)
  return data
}

function samples(): string {
  const lines: object[] = []
  for (let n = 0; n < 80; n++) {
    lines.push({ label: 'spam', text: `Zorblax pills ${n} for ${n * 7} crowns only, order at http://zorblax${n}.example` })
    lines.push({ label: 'ham', text: `My row of beans number ${n} came up after ${n * 3} days, what about yours?` })
  }
  return lines.map((line) => JSON.stringify(line)).join('\n')
}

async function before() {
  const site = { params: { path: { site: 'default' } } }
  const fields = { page: '/beans', name: 'Ophelia', email: 'ophelia@example.org' }
  const body: components['schemas']['Fields'] = { ...fields, text: 'There is rosemary, that is for remembrance.' }
  const receipt = right(await reader.POST('/api/v1/sites/{site}/comments', { ...site, body }))
  const form = { ...fields, text: 'There is fennel for you, and columbines.' }
  right(
    await reader.POST('/api/v1/sites/{site}/comments', {
      ...site,
      body: form,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    }),
  )
  const query = { status: 'pending', site: 'default' } as const
  const queue = right(await moderator.GET('/api/v1/comments', { params: { query } }))
  const seen = queue.comments.find((comment) => comment.id === receipt.id)
  if (!seen) throw new Error('it is not in the queue')
  const one = { params: { path: { id: receipt.id } } }
  const spam = { decision: 'spam', version: seen.version, note: 'not ours' } as const
  const decided = right(await moderator.POST('/api/v1/comments/{id}/decisions', { ...one, body: spam }))
  const back = right(await moderator.POST('/api/v1/comments/{id}/undo', one))
  const stale = await moderator.POST('/api/v1/comments/{id}/decisions', { ...one, body: spam })
  const approve = { decision: 'approve', version: back.version } as const
  right(await moderator.POST('/api/v1/comments/{id}/decisions', { ...one, body: approve }))
  const detail = right(await moderator.GET('/api/v1/comments/{id}', one))
  const published = { ...site, params: { ...site.params, query: { page: '/beans' } } }
  const list = right(await reader.GET('/api/v1/sites/{site}/comments', published))
  const report = right(
    await moderator.POST('/api/v1/samples', {
      params: { query: { source: 'loop' } },
      body: samples(),
      bodySerializer: (text: string) => text,
      headers: { 'Content-Type': 'application/x-ndjson' },
    }),
  )
  const given = right(await moderator.GET('/api/v1/samples', { params: { query: { site: 'default' } }, parseAs: 'text' }))
  const run = right(await moderator.POST('/api/v1/models', { body: { site: 'default' } }))
  const tokens = detail.evidence.model?.tokens ?? []
  return {
    pending: queue.comments.length,
    decided: decided.status,
    undone: back.status,
    stale: [stale.response.status, stale.error?.code],
    history: detail.history.map((entry) => entry.action),
    spans: tokens.flatMap((one) => one.spans).length,
    public: list.comments.map((comment) => comment.text),
    samples: report.records,
    given: given.trimEnd().split('\n').length,
    model: run.id,
  }
}

async function after(id: string) {
  const one = { params: { path: { id } } }
  const shown = right(await moderator.GET('/api/v1/models/{id}', one))
  const live = right(await moderator.POST('/api/v1/models/{id}/activate', { ...one, body: { force: true } }))
  const listed = right(await moderator.GET('/api/v1/models', { params: { query: { site: 'default' } } }))
  return { status: shown.status, live: live.version === shown.version, models: listed.models.length }
}

console.log(JSON.stringify(model ? await after(model) : await before()))
