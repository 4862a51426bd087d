// The proxies that people have, with the configurations in deploy/proxies put into a blog's: as they are started for a test.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { join } from "node:path";

const configuration = (name) => readFile(new URL(`../../deploy/proxies/${name}`, import.meta.url), "utf8");
export const has = (program) => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;

// The command and the whole configuration of each, with ours put into a blog's.
export const PROXIES = {
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

// Starts one on a port, over the files in a folder and a service at a host, and answers once it listens.
export const startProxy = async ({ file: name, whole, command }, port, folder, host) => {
  const part = (await configuration(name)).replaceAll("127.0.0.1:8080", host);
  const file = join(folder, "proxy.conf");
  await writeFile(file, whole(part, port, folder));
  // Apache's workers read the page as another user.
  spawnSync("chmod", ["-R", "a+rX", folder]);
  const [program, ...rest] = command(file, folder);
  const child = spawn(program, rest, { stdio: "ignore", env: { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder } });
  try {
    await listening(port, child);
  } catch (error) {
    child.kill("SIGTERM");
    throw error;
  }
  return child;
};
