import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { open, signIn, Visitor } from "./browser.mjs";
import { OPERATOR } from "./service.mjs";
const [service, browser] = await open();
try {
  await service.call("POST", "sites", { slug: "garden", policy: { spam_threshold: 1.0 } });
  const ids = [];
  for (let n = 0; n < 6; n++) ids.push(await service.posted("garden", `Sorrow ${n} comes not as a single spy, but in battalions.`, { email: `o${n}@example.org` }));
  await service.call("POST", "moderators", { name: "Rosencrantz", email: "r@elsinore.example" });
  const me = (await service.call("GET", "moderators")).moderators;
  const files = readdirSync(service.folder, { recursive: true }).filter((f) => /\.(db|sqlite)$/.test(f));
  console.log(files, me.map((m) => m.id));
  const py = `
import sqlite3,random,time,sys
db=sqlite3.connect(sys.argv[1]); ids=sys.argv[2:]
random.seed(4)
day=int(time.time()//86400)
def add(site,kind,d,word,c,p=0): db.execute("INSERT INTO tallies VALUES (?,?,?,?,?,?) ON CONFLICT (site,kind,day,word) DO UPDATE SET count=excluded.count, part=excluded.part",(site,kind,d,word,c,p))
for site,f in (('default',1.0),('demo',.4),('garden',2.2)):
  for n in range(40):
    d=day-n
    sp=int(f*random.randint(20,60)); ho=int(f*random.randint(3,12)); pu=int(f*random.randint(4,20))
    add(site,'came',d,'spam',sp); add(site,'came',d,'hold',ho); add(site,'came',d,'publish',pu)
    for p,w in (('/2026/balcony-gardens',.5),('/a/very/long/path/of/an/article/that/goes/on/and/on/and/does/not/end',.2),('/post/3',.3)):
      add(site,'page',d,p,int((sp+ho+pu)*w),int(sp*w))
    for l,w in (('en',.6),('de',.2),('ar',.1),('unknown',.1)): add(site,'language',d,l,int((sp+ho+pu)*w),int(sp*w))
    for b,c in (('score',sp),('all_reviewed',ho),('trusted',pu),('honeypot',2),('blocklist',1),('unknown',1)): add(site,'because',d,b,c,c if b in('score','honeypot') else 0)
    add(site,'decided',d,'approve',int(ho*.6)); add(site,'decided',d,'spam',int(ho*.3)); add(site,'back',d,'',random.randint(0,2)); add(site,'missed',d,'',int(ho*.3))
    for r in ('abuse','off_topic'): add(site,'reason',d,r,random.randint(0,2))
    for wt,c in (('0',3),('5',4),('15',5),('60',3),('120',2),('540',2),('600',1),('1440',1)): add(site,'wait',d,wt,int(f*random.randint(0,c)))
    for i,x in enumerate(ids): add(site,'person',d,x,random.randint(1,9),random.randint(0,1))
db.commit()
`;
  const db = `${service.folder}/${files[0]}`;
  const r = spawnSync("python3", ["-c", py, db, ...me.map((m) => m.id)], { encoding: "utf8" });
  console.log(r.stderr);
  const looks = [["light", {}], ["dark", { colorScheme: "dark" }], ["phone", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }], ["ar", { locale: "ar-EG" }], ["arphone", { locale: "ar-EG", viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }]];
  for (const [name, options] of looks) {
    const visitor = await Visitor.enter(browser, [service.url], { viewport: { width: 1280, height: 800 }, ...options });
    const page = await visitor.page();
    try {
      await page.goto(`${service.url}/sign-in`);
      await page.locator("[name=email]").fill(OPERATOR.email);
      await page.locator("[name=password]").fill(OPERATOR.password);
      await page.locator("main form button").click();
      await page.waitForURL(`${service.url}/desk`);
      for (const [what, path, full] of [["queue", "/desk", false], ["statistics", "/desk/statistics", true], ["model", "/desk/model?site=demo", true]]) {
        await page.goto(service.url + path);
        await page.screenshot({ path: `/tmp/desk-shots/${what}-${name}.png`, fullPage: full });
      }
      if (name === "light") {
        const other = await browser.newContext();
        const p2 = await other.newPage();
        await page.goto(`${service.url}/desk/comments/${ids[5]}`);
        await page.screenshot({ path: `/tmp/desk-shots/comment-${name}.png` });
        await other.close();
      }
    } catch (e) { console.log(name, String(e)); }
    await visitor.context.close();
  }
} finally {
  await browser.close();
  await service.stop();
}
