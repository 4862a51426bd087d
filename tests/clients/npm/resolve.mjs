// Names under hamlet.test are this machine's, as a site's own name server would say. Nothing of a
// client is touched.
import dns from 'node:dns'

const lookup = dns.lookup
dns.lookup = (name, options, callback) => {
  const local = name.endsWith('.hamlet.test') ? '127.0.0.1' : name
  return lookup(local, options, callback)
}

export const [address, key, spam, ham] = process.argv.slice(2)
export const port = Number(address.split(':')[1])
export const WRONG = '0123456789ab'
