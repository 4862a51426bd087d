// How long the queue takes until it is painted, with so many comments waiting: `npm run first-paint [comments]`. Wants a release
// build (`HAMLET_TEST_PROGRAM`). Prints the median and the worst of some loads beside those of a plain page with next to nothing on it, which
// is what the browser and the machine take, and exits with 1 where the queue's median is over its bar.

import { launch, signInFirst } from "./browser.mjs";
import { Service } from "./service.mjs";

const WAITING = Number(process.argv[2] ?? 100_000);
const SENDERS = 32;
const LOADS = 15;
const BAR_MS = 100;

const [service, browser] = await Promise.all([Service.start(), launch()]);
await service.call("POST", "sites", { slug: "long", policy: { spam_threshold: 1.0 } });
let next = 0;
const fill = async () => {
  for (let n = next++; n < WAITING; n = next++) {
    const text = n % 3 ? `Comment ${n}: win a free prize number ${n} at http://p${n % 997}.example.` : `Comment ${n}: our garden had ${n} peas and a quiet fig.`;
    await service.posted("long", text, { page: `/post/${n % 50}`, name: `Visitor ${n}`, email: `v${n}@example.org` });
  }
};
await Promise.all(Array.from({ length: SENDERS }, fill));
// A moment later all are in search's index, by which the orders by score are read.
const behind = async () => (await service.call("GET", "comments?site=long&q=zzzz&limit=1")).searched.behind;
while (await behind() > 0) await new Promise((resolve) => setTimeout(resolve, 200));
const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1280, height: 800 } });
const page = await context.newPage();
await signInFirst(page, service);

// Time from the request to the first paint that has content, and to the end of the HTML.
const paint = () => page.evaluate(() => new Promise((resolve) => {
  const done = () => {
    const [{ startTime }] = performance.getEntriesByName("first-contentful-paint");
    const { responseStart, responseEnd } = performance.getEntriesByType("navigation")[0];
    resolve({ startTime, responseStart, responseEnd });
  };
  if (performance.getEntriesByName("first-contentful-paint").length) done();
  else new PerformanceObserver((list) => { if (list.getEntriesByName("first-contentful-paint").length) done(); }).observe({ type: "paint", buffered: true });
}));
const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

let held = true;
for (const [name, path, isHeld] of [["a plain form", "/sites/long/form?page=/post/1", false], ["newest first", "/desk", true], ["least certain first", "/desk?status=pending&sort=uncertain", true]]) {
  const found = [];
  for (let n = 0; n <= LOADS; n += 1) {
    await page.goto(service.url + path, { waitUntil: "load" });
    found.push(await paint());
  }
  found.shift(); // the first one fills the browser's caches
  const [painted, answered] = [found.map((one) => one.startTime), found.map((one) => one.responseEnd)];
  console.log(`${name}: first paint median ${median(painted).toFixed(0)} ms, worst ${Math.max(...painted).toFixed(0)} ms; all HTML after ${median(answered).toFixed(0)} ms, bar ${BAR_MS} ms`);
  if (isHeld) held &&= median(painted) <= BAR_MS;
}
const { counts } = await service.call("GET", "comments?site=long&limit=1");
console.log(`${counts.pending.toLocaleString("en")} comments wait`);
await browser.close();
await service.stop();
process.exitCode = held ? 0 : 1;
