/**
 * A service of another version, as an update leaves it behind: it holds the data folder's lock, says where it listens, refuses
 * every window of today, and ends when it is asked to. `DATA`
 */
import { rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { WebSocketServer } from "ws";
import { CONTRACT_VERSION } from "../../contract/methods.ts";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import { takeServiceLock } from "../../workbench/server/service-lock.ts";
import { serviceToken } from "../../workbench/server/token.ts";

const data = process.argv[2]!;
const lock = takeServiceLock(data);
if (!lock) throw new Error(`${data} is served already.`);
serviceToken(data);
const record = join(data, DATA_FOLDER.service);
const server = new WebSocketServer({ host: "127.0.0.1", port: 0, path: "/socket" }, () => {
  const { port } = server.address() as AddressInfo;
  writeFileSync(record, JSON.stringify({ address: `http://127.0.0.1:${port}`, pid: process.pid }));
});
const reason = `the window speaks version ${CONTRACT_VERSION} and the service ${CONTRACT_VERSION - 1}`;
server.on("connection", (line) =>
  line.on("message", () => {
    line.send(JSON.stringify({ hello: "refused", reason }));
    line.close();
  }),
);
process.on("SIGTERM", () => {
  rmSync(record, { force: true });
  lock.release();
  process.exit(0);
});
