// What is meant for the public service, or for the name under which this one is known, is sent to this one: beneath the
// clients, of which nothing is touched.
import http from 'node:http'
import https from 'node:https'

export const [address, key, abuse, talk] = process.argv.slice(2)
const [hostname, port] = address.split(':')
const meant = name => ['commentanalyzer.googleapis.com', 'hamlet.test'].includes(name)

const { request } = http
const elsewhere = original => (...given) => {
  const callback = given.find(one => typeof one === 'function')
  const [first, second] = given.filter(one => typeof one !== 'function')
  const isUrl = typeof first === 'string' || first instanceof URL
  const { pathname, search, hostname: named } = isUrl ? new URL(first) : {}
  const options = isUrl ? { path: `${pathname}${search}`, hostname: named, ...second } : first
  const name = (options.hostname ?? options.host ?? '').split(':')[0]
  if (!meant(name)) return original(...given)
  const moved = { protocol: 'http:', hostname, host: hostname, port, agent: undefined, agents: undefined }
  return request({ ...options, ...moved }, callback)
}
https.request = elsewhere(https.request)
http.request = elsewhere(http.request)

const { fetch } = globalThis
globalThis.fetch = (target, options) => {
  const url = new URL(target.url ?? target)
  if (meant(url.hostname)) [url.protocol, url.hostname, url.port] = ['http:', hostname, port]
  return fetch(url, options)
}

export const WRONG = '0123456789ab'
export const failed = async asked => { try { await asked; return false } catch { return true } }
