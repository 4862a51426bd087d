// The real program, started on a free port with a folder of its own, and stopped with SIGTERM.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const root = new URL("../../", import.meta.url).pathname;
export const program = process.env.HAMLET_TEST_PROGRAM
  ?? join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "debug", "hamlet");

export const freePort = async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
};

export const OPERATOR = { name: "Horatio", email: "horatio@elsinore.example", password: "the readiness is all" };

export class Service {
  static async start(variables = {}) {
    const port = await freePort();
    const folder = await mkdtemp(join(tmpdir(), "hamlet-browser-"));
    const child = spawn(program, ["serve", "--demo"], {
      stdio: ["ignore", "pipe", "inherit"],
      env: {
        PATH: process.env.PATH,
        HAMLET_DATA_DIR: folder,
        HAMLET_SERVER__LISTEN: `127.0.0.1:${port}`,
        HAMLET_LOG__FILTER: "warn",
        HAMLET_INTAKE__NETWORK_SOFT_LIMIT: "100000",
        HAMLET_INTAKE__NETWORK_HARD_LIMIT: "100000",
        // Tests' comments differ by a number only: as near copies they would be one row.
        HAMLET_INTAKE__CAMPAIGN_WINDOW_COMMENTS: "0",
        ...variables,
      },
    });
    const service = new Service(child, folder, `http://127.0.0.1:${port}`);
    for await (const line of createInterface({ input: child.stdout })) {
      service.link ??= line.match(/Sign in .*: http:\/\/[^/]+(\S+)$/)?.[1];
      service.token ??= line.match(/token for curl: (\S+)$/)?.[1];
      if (service.link && service.token) break;
    }
    child.stdout.resume();
    return service;
  }

  constructor(child, folder, url) {
    Object.assign(this, { child, folder, url });
  }

  async stop() {
    const ended = once(this.child, "exit");
    this.child.kill("SIGTERM");
    const [code] = await ended;
    await rm(this.folder, { recursive: true, force: true });
    return code;
  }

  // A call of the interface as the operator; throws when it is refused.
  async call(method, path, body) {
    const response = await fetch(`${this.url}/api/v1/${path}`, {
      method,
      headers: { Authorization: `Bearer ${this.token}`, "Content-Type": "application/json" },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text && JSON.parse(text);
  }

  // Posts a comment as a visitor would and tells its id.
  async posted(site, text, more = {}) {
    const fields = { page: "/post", name: "Ophelia", email: "ophelia@elsinore.example", text, ...more };
    return (await this.call("POST", `sites/${site}/comments`, fields)).id;
  }

  async decide(id, decision) {
    const { version } = await this.call("GET", `comments/${id}`);
    return this.call("POST", `comments/${id}/decisions`, { decision, version });
  }

  async status(id) {
    return (await this.call("GET", `comments/${id}`)).status;
  }
}
