// The real SMTP server of the other tests (tests/it/support/smtp_server.py), told what to answer.
// The interpreter is HAMLET_TEST_PYTHON, else python3; without aiosmtpd there is none, which fails
// the test that wants one under HAMLET_TEST_REQUIRE_SMTP=1.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

const python = process.env.HAMLET_TEST_PYTHON ?? "python3";
const script = new URL("../it/support/smtp_server.py", import.meta.url).pathname;

export class MailServer {
  static async start() {
    if (spawnSync(python, ["-c", "import aiosmtpd"]).status !== 0) {
      if (process.env.HAMLET_TEST_REQUIRE_SMTP === "1") throw new Error(`${python} has no aiosmtpd`);
      return null;
    }
    const options = JSON.stringify({ tls: "none", login: null });
    const server = new MailServer(spawn(python, [script, options], { stdio: ["pipe", "pipe", "inherit"] }));
    server.port = (await server.heard("ready")).port;
    return server;
  }

  constructor(child) {
    Object.assign(this, { child, events: [], waiting: [], commands: 0 });
    createInterface({ input: child.stdout }).on("line", (line) => {
      this.events.push(JSON.parse(line));
      for (const wake of this.waiting.splice(0)) wake();
    });
  }

  // The variables by which a service sends its mail here.
  get variables() {
    return { HAMLET_MAIL__URL: `smtp://127.0.0.1:${this.port}`, HAMLET_MAIL__REQUIRE_TLS: "false" };
  }

  // The first event of a kind that there is, or will be.
  async heard(kind, is = () => true) {
    for (;;) {
      const found = this.events.find((event) => event.event === kind && is(event));
      if (found) return found;
      await new Promise((wake) => this.waiting.push(wake));
    }
  }

  // What it answers to every recipient from now on: "accept", "451", "550".
  async answers(reply) {
    const id = ++this.commands;
    this.child.stdin.write(`${JSON.stringify({ command: "mode", reply, mailbox: null, id })}\n`);
    await this.heard("done", (event) => event.id === id);
  }

  async stop() {
    const ended = once(this.child, "exit");
    this.child.stdin.end();
    this.child.kill();
    await ended;
  }
}
