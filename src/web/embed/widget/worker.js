// Proof of work: finds a nonce so that SHA-256 of `token:nonce` begins with enough zero bits. Runs
// as a worker; where a page lets no worker start, the widget loads it as a script and calls it in
// slices. Written out because the browser's own digest is asynchronous, which costs more than the
// digest, and is missing on pages without TLS.
"use strict";
(() => {
  const primes = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p)) primes.push(n);
  const fraction = (x) => Math.floor((x - Math.floor(x)) * 2 ** 32) | 0;
  const K = primes.map((p) => fraction(Math.cbrt(p)));
  const START = primes.slice(0, 8).map((p) => fraction(Math.sqrt(p)));
  const w = new Int32Array(64);

  // The state after one block of 64 bytes (FIPS 180-4, 6.2.2).
  const block = (state, bytes, at) => {
    for (let i = 0; i < 16; i++, at += 4) w[i] = bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3];
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15], y = w[i - 2];
      w[i] = w[i - 16] + w[i - 7]
        + ((x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3)
        + ((y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10);
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      const one = h + ((e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7)) + (e & f ^ ~e & g) + K[i] + w[i] | 0;
      const two = ((a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10)) + (a & b ^ a & c ^ b & c) | 0;
      h = g; g = f; f = e; e = d + one | 0; d = c; c = b; b = a; a = one + two | 0;
    }
    return [a + state[0] | 0, b + state[1] | 0, c + state[2] | 0, d + state[3] | 0, e + state[4] | 0, f + state[5] | 0, g + state[6] | 0, h + state[7] | 0];
  };

  // A search that goes on where it stopped: the token's whole blocks are digested once.
  const search = (token, bits) => {
    const ascii = (text) => Array.from(text, (c) => c.charCodeAt(0));
    const prefix = ascii(`${token}:`);
    const whole = prefix.length - prefix.length % 64;
    let middle = START;
    for (let at = 0; at < whole; at += 64) middle = block(middle, prefix, at);
    const rest = prefix.slice(whole);
    let nonce = 0;
    return (tries) => {
      for (const end = nonce + tries; nonce < end; nonce++) {
        const last = [...rest, ...ascii(String(nonce)), 0x80];
        const length = (whole + last.length - 1) * 8;
        while (last.length % 64 !== 56) last.push(0);
        last.push(0, 0, 0, 0, length >>> 24, length >>> 16 & 255, length >>> 8 & 255, length & 255);
        let state = middle;
        for (let at = 0; at < last.length; at += 64) state = block(state, last, at);
        if (Math.clz32(state[0]) >= bits) return String(nonce);
      }
      return null;
    };
  };

  if (typeof document === "object") { window.hamletSearch = search; return; }
  onmessage = ({ data }) => {
    const step = search(data.token, data.bits);
    let proof = null;
    while (proof === null) proof = step(100000);
    postMessage(proof);
  };
})();
