/** An SSH server of the test's own, on a free port and with keys of its own, and a tunnel through it. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { waitFor } from "./processes.ts";

const SERVER = "/usr/sbin/sshd";

export interface Tunnel {
  /** Port on this side. */
  readonly port: number;
  close(): void;
}

function run(command: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`"${command} ${args.join(" ")}" failed: ${stderr}`);
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

const listens = (port: number): Promise<boolean> =>
  new Promise((answer) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("connect", () => (socket.destroy(), answer(true)));
    socket.once("error", () => answer(false));
  });

/**
 * `ssh -L` to `port` of this machine, as to a GPU machine's. Keys and settings lie in `folder`.
 * @throws a sentence where no SSH server is installed.
 */
export async function openTunnel(folder: string, port: number): Promise<Tunnel> {
  if (!existsSync(SERVER)) throw new Error('No SSH server is installed; "npm run setup:system" installs it.');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = (name: string): string => join(folder, name);
  for (const key of ["host-key", "user-key"]) run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file(key));
  run("cp", file("user-key.pub"), file("authorized"));
  // As root the server wants its own empty folder.
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  const [serverPort, localPort] = [await freePort(), await freePort()];
  writeFileSync(
    file("sshd_config"),
    [
      `Port ${serverPort}`,
      "ListenAddress 127.0.0.1",
      `HostKey ${file("host-key")}`,
      `AuthorizedKeysFile ${file("authorized")}`,
      `PidFile ${file("sshd.pid")}`,
      ...["StrictModes no", "UsePAM no", "PermitRootLogin prohibit-password", "PasswordAuthentication no"],
    ].join("\n") + "\n",
  );
  const children: ChildProcess[] = [];
  const said: Buffer[] = [];
  const start = (command: string, args: readonly string[]): void => {
    const child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"] });
    child.stderr.on("data", (chunk: Buffer) => said.push(chunk));
    children.push(child);
  };
  const words = (): string => Buffer.concat(said).toString("utf8");
  start(SERVER, ["-D", "-e", "-f", file("sshd_config")]);
  await waitFor("the SSH server", () => listens(serverPort), 20_000, words);
  const options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "BatchMode=yes", "IdentitiesOnly=yes"];
  start("ssh", [
    ...["-F", "none", "-N", "-p", String(serverPort), "-i", file("user-key")],
    ...options.flatMap((option) => ["-o", option]),
    ...["-L", `127.0.0.1:${localPort}:127.0.0.1:${port}`, `${userInfo().username}@127.0.0.1`],
  ]);
  await waitFor("the tunnel", () => listens(localPort), 20_000, words);
  return { port: localPort, close: () => children.reverse().forEach((child) => child.kill("SIGTERM")) };
}
