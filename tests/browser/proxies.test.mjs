// The whole loop below a path of a blog, behind the proxies that people have, with the configurations in deploy/proxies: a comment is
// posted on a static page, mailed, approved from the mail and shown; the desk works; senders are told apart.
// A proxy that is not installed is skipped, and said to be, unless HAMLET_TEST_REQUIRE_PROXIES=1.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { launch, Visitor } from "./browser.mjs";
import { MailServer } from "./mail.mjs";
import { freePort, OPERATOR, Service } from "./service.mjs";

const configuration = (name) => readFile(new URL(`../../deploy/proxies/${name}`, import.meta.url), "utf8");
const has = (program) => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;

// The command and the whole configuration of each, with ours put into a blog's.
const PROXIES = {
  nginx: {
    file: "nginx.conf",
    whole: (part, port, folder) => `daemon off; pid ${folder}/pid; error_log stderr; worker_processes 1;
events {} http { access_log off; client_body_temp_path ${folder}/a; proxy_temp_path ${folder}/b; fastcgi_temp_path ${folder}/c; uwsgi_temp_path ${folder}/d; scgi_temp_path ${folder}/e;
default_type text/html; server { listen 127.0.0.1:${port}; root ${folder}; ${part} } }`,
    command: (file, folder) => ["nginx", "-p", folder, "-c", file],
  },
  caddy: {
    file: "Caddyfile",
    whole: (part, port, folder) => `{\n\tadmin off\n\tauto_https off\n\tdefault_bind 127.0.0.1\n}\nhttp://127.0.0.1:${port} {\n${part}\nhandle {\n\troot * ${folder}\n\tfile_server\n}\n}\n`,
    command: (file) => ["caddy", "run", "--adapter", "caddyfile", "--config", file],
  },
  apache2: {
    file: "apache.conf",
    whole: (part, port, folder) => `ServerRoot ${folder}\nServerName 127.0.0.1\nPidFile ${folder}/pid\nErrorLog /dev/stderr\nListen 127.0.0.1:${port}
${["mpm_event", "authz_core", "authz_host", "dir", "mime", "proxy", "proxy_http"].map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join("\n")}
TypesConfig /etc/mime.types\nDocumentRoot ${folder}\nDirectoryIndex index.html\nUser www-data\nGroup www-data\n<Directory ${folder}>\nRequire all granted\n</Directory>\n${part}`,
    command: (file) => ["apache2", "-X", "-f", file],
  },
};

const listening = async (port, child) => {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    const socket = createConnection(port, "127.0.0.1");
    const open = await Promise.race([once(socket, "connect").then(() => true), once(socket, "error").then(() => false)]).catch(() => false);
    socket.destroy();
    if (open) return;
  }
};

// Posts from a loopback address of its own, with a forwarded one made up; answers the status.
const post = (origin, from, text) => new Promise((resolve, reject) => {
  const body = JSON.stringify({ page: "/", name: "Ostler", email: `${from}@inn.example`, text });
  const headers = { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body), "X-Forwarded-For": "198.51.100.7" };
  const call = request(`${origin}/comments/api/v1/sites/open/comments`, { method: "POST", localAddress: from, headers }, (answer) => {
    answer.resume();
    resolve(answer.statusCode);
  });
  call.on("error", reject);
  call.end(body);
});

for (const [name, proxy] of Object.entries(PROXIES)) {
  const skip = !has(name) && process.env.HAMLET_TEST_REQUIRE_PROXIES !== "1" && `${name} is not installed`;
  test(`behind ${name}, below a path: posted, mailed, approved from the mail, shown`, { skip, timeout: 120_000 }, async () => {
    const mail = await MailServer.start();
    const [port, folder, browser] = [await freePort(), await mkdtemp(join(tmpdir(), "hamlet-proxy-")), await launch()];
    const origin = `http://127.0.0.1:${port}`;
    const service = await Service.start({
      HAMLET_SERVER__PUBLIC_URL: `${origin}/comments`,
      HAMLET_SERVER__TRUSTED_PROXIES: "127.0.0.1",
      HAMLET_INTAKE__NETWORK_HARD_LIMIT: "5",
      HAMLET_MAIL__INTERVAL_SECONDS: "1",
      ...mail?.variables,
    });
    await writeFile(join(folder, "index.html"), `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>A blog</title><link rel="icon" href="data:,"><main><h1>A blog</h1>
<script src="/comments/embed.js" async></script><hamlet-comments site="blog"></hamlet-comments></main>`);
    const part = (await configuration(proxy.file)).replaceAll("127.0.0.1:8080", new URL(service.url).host);
    const file = join(folder, "proxy.conf");
    await writeFile(file, proxy.whole(part, port, folder));
    // Apache's workers read the page as another user.
    spawnSync("chmod", ["-R", "a+rX", folder]);
    const [program, ...rest] = proxy.command(file, folder);
    const child = spawn(program, rest, { stdio: "ignore", env: { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder } });
    try {
      await listening(port, child);
      await service.call("POST", "sites", { slug: "blog", name: "Blog", origins: [origin], policy: { spam_threshold: 1.0, proof_of_work_bits: 8 } });
      await service.call("POST", "sites", { slug: "open", name: "Open", origins: [origin] });
      const visitor = await Visitor.enter(browser, [origin]);
      const desk = await visitor.page();
      await desk.goto(origin + service.link);
      await desk.getByLabel("Name").fill(OPERATOR.name);
      await desk.getByLabel("Email").fill(OPERATOR.email);
      await desk.getByLabel("Password").fill(OPERATOR.password);
      await desk.locator("main form button").click();
      await desk.waitForURL(`${origin}/comments/desk`);

      const article = await visitor.page();
      await article.goto(`${origin}/`);
      await article.getByLabel("Name").fill("Rosalind");
      await article.getByLabel("Email").fill("rosalind@arden.example");
      const text = `Do you not know I am a woman? When I think, I must speak, behind ${name}.`;
      await article.getByLabel("Comment", { exact: true }).fill(text);
      await article.getByRole("button", { name: "Send" }).click();
      await article.getByText("Your comment awaits review").waitFor();
      // The desk hears of it through the proxy, on a page that was open before.
      await desk.getByText(text).or(desk.getByText(/1 new/)).first().waitFor();
      if (mail) {
        const plain = ({ raw }) => Buffer.from(raw, "base64").toString().replaceAll("=\r\n", "").replaceAll("=3D", "=");
        const letter = await mail.heard("message", (message) => plain(message).includes("Rosalind"));
        const link = plain(letter).match(new RegExp(`${origin}/comments/m/(?!stop/)[^\\s">]+`))[0];
        const decision = await visitor.page();
        await decision.goto(link);
        await decision.getByRole("button", { name: /Approve/ }).click();
        await decision.getByText(/approved/i).first().waitFor();
      } else {
        await desk.goto(`${origin}/comments/desk?site=blog`);
        await desk.keyboard.press("j");
        await desk.keyboard.press("a");
        await desk.getByText("1 comment approved.").waitFor();
      }
      await article.reload();
      await article.getByText(text).waitFor();
      const avatar = article.locator("hamlet-comments img").first();
      assert.match(await avatar.getAttribute("src"), new RegExp(`^${origin}/comments/avatars/`));
      for (const [place, heading] of [["model", "Model"], ["settings", "Settings"], ["activity", "Activity"]]) {
        await desk.goto(`${origin}/comments/desk/${place}`);
        await desk.getByRole("heading", { level: 1, name: heading }).waitFor();
      }
      assert.equal(await desk.getByText("all senders count as one").count(), 0);
      const cookies = await visitor.context.cookies();
      assert.deepEqual([...new Set(cookies.map(({ path }) => path))], ["/comments/"], "the blog gets no cookie of the desk");
      await desk.getByRole("button", { name: "Sign out" }).click();
      await desk.waitForURL(`${origin}/comments/sign-in`);
      // Two networks are two senders, in spite of what both claim.
      const first = [];
      for (let n = 0; n < 7; n += 1) first.push(await post(origin, "127.1.0.9", `Number ${n} from the first, behind ${name}`));
      assert.ok(first.includes(429), `${first}`);
      assert.equal(await post(origin, "127.200.7.9", `One from the second, behind ${name}`), 202);
      await visitor.leave();
    } finally {
      child.kill("SIGTERM");
      await Promise.all([service.stop(), browser.close(), mail?.stop()]);
      await rm(folder, { recursive: true, force: true });
    }
  });
}

test("a proxy that the service does not know is noticed, and the operator is shown what to set", async () => {
  const [service, browser] = [await Service.start({ HAMLET_SERVER__TRUSTED_PROXIES: "" }), await launch()];
  try {
    await fetch(`${service.url}/health/live`, { headers: { "X-Forwarded-For": "198.51.100.7" } });
    const visitor = await Visitor.enter(browser, [service.url]);
    const page = await visitor.page();
    await page.goto(service.url + service.link);
    await page.getByLabel("Name").fill(OPERATOR.name);
    await page.getByLabel("Email").fill(OPERATOR.email);
    await page.getByLabel("Password").fill(OPERATOR.password);
    await page.locator("main form button").click();
    await page.getByText("all senders count as one").waitFor();
    await visitor.leave();
  } finally {
    await Promise.all([service.stop(), browser.close()]);
  }
});
