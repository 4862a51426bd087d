// What is meant for the public service, or for the name under which this one is known, is sent to this one: beneath the
// clients, of which nothing is touched.
import http from 'node:http'
import https from 'node:https'

export const [address, key, abuse, talk] = process.argv.slice(2)
const [hostname, port] = address.split(':')
const meant = name => ['commentanalyzer.googleapis.com', 'hamlet.test'].includes(name)

const { request } = http
const elsewhere = original => (options, callback) => {
  const name = (options.hostname ?? options.host ?? '').split(':')[0]
  if (!meant(name)) return original(options, callback)
  return request({ ...options, protocol: 'http:', hostname, host: hostname, port, agent: undefined, agents: undefined }, callback)
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
