import { spawn } from "node:child_process";
import { dataFolder } from "../data-folder.ts";
import { findService, waitForService, type RunningService } from "../runs/ensure-service.ts";
import { newApiToken } from "../server/api/endpoint.ts";
import { Service, ServiceRunningError } from "../server/service.ts";
import { integer, text, type Command } from "./command.ts";

const IDLE_MS = 10 * 60 * 1000;

/** Opens an address with whatever the desktop opens addresses with; silent where there is none. */
export function openPage(address: string): void {
  const opener = process.platform === "darwin" ? "open" : process.platform === "win32" ? "explorer" : "xdg-open";
  const child = spawn(opener, [address], { stdio: "ignore", detached: true });
  child.on("error", () => undefined);
  child.unref();
}

export const serve: Command = {
  name: "serve",
  usage: "[--port N] [--no-open] [--stay] [--api]",
  summary: "Starts the service that the window talks to, and opens the page.",
  details: [
    "--port N       port on 127.0.0.1 (default: any free one)",
    "--no-open      only print the address",
    "--stay         do not end when no window is open and nothing is trained",
    "--api          also an OpenAI-compatible endpoint; its token is printed once, and the service stays",
    "One service serves a data folder: where one runs already, its address is printed and opened.",
  ],
  options: {
    port: { type: "string" },
    open: { type: "boolean", default: true },
    stay: { type: "boolean" },
    api: { type: "boolean" },
  },
  async run(options) {
    const port = integer(options, "port");
    const data = dataFolder(text(options["data"]));
    const running = await findService(data);
    const pointTo = ({ pageAddress }: RunningService): number => {
      console.log(`Secondlook is already at ${pageAddress}`);
      if (options["open"] !== false) openPage(pageAddress);
      return 0;
    };
    if (running) {
      if (options["api"] === true) {
        throw new Error(
          `A service without this endpoint serves ${data} already: close it (process ${running.pid}) and try again.`,
        );
      }
      return pointTo(running);
    }
    let finish = (): void => undefined;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const apiToken = options["api"] === true ? newApiToken() : undefined;
    let service: Service;
    try {
      service = await Service.start({
        data,
        ...(apiToken === undefined ? {} : { apiToken }),
        ...(port === undefined ? {} : { port }),
        idleMs: options["stay"] ? 0 : IDLE_MS,
        onIdle: () => finish(),
      });
    } catch (error) {
      // Started at the same moment as another one, which came first and is not listening yet.
      const first = error instanceof ServiceRunningError ? await waitForService(data) : null;
      if (first === null) throw error;
      return pointTo(first);
    }
    console.log(`Secondlook is at ${service.pageAddress}`);
    if (apiToken !== undefined) console.log(`OpenAI-compatible endpoint: ${service.address}/v1, API key ${apiToken}`);
    if (options["open"] !== false) openPage(service.pageAddress);
    process.once("SIGINT", finish);
    process.once("SIGTERM", finish);
    await finished;
    await service.stop();
    return 0;
  },
};
