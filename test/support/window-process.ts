/** A window without a screen, in a process of its own that tests may kill: it attaches and keeps asking. `ADDRESS TOKEN RUN` */
import { setTimeout as delay } from "node:timers/promises";
import { TestClient } from "../../workbench/testing/client.ts";

const [address, token, run] = process.argv.slice(2);
const client = await TestClient.connect(address!, { token: token! });
console.log("attached");
for (;;) {
  await Promise.allSettled([client.call("runs.list", {}), client.call("runs.get", { run: run! })]);
  await delay(30);
}
