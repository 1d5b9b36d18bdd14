/**
 * The service: tails journals into the index, answers windows, and ends when nobody looks and nothing runs. It is the
 * only writer of the databases; killing it loses nothing, the next one goes on from the stored offsets.
 */
import { rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { WebSocketServer } from "ws";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import { DatasetLibrary } from "../library/dataset-library.ts";
import { adoptMediaRoots, isUnderMediaRoot } from "../library/media-roots.ts";
import { removeStaleDryRuns } from "../runs/dry-run.ts";
import { mediaRootsOfRuns, placesOf, readRunConfig } from "../runs/launch.ts";
import { RunQueue } from "../runs/queue.ts";
import { finishRemovals } from "../runs/remove.ts";
import { RunSettings } from "../runs/run-settings.ts";
import { SummaryCache } from "../runs/summary-cache.ts";
import { AlertRules } from "../store/alerts.ts";
import { openIndex, openUser, type Db } from "../store/databases.ts";
import { Ingest } from "../store/ingest.ts";
import { askDevices } from "../devices.ts";
import { SessionClient } from "../session/client.ts";
import { leaseFor, type TrainingRun } from "../session/lease.ts";
import { RunMarksStore } from "../store/run-marks.ts";
import { applyRetention, readRetention } from "../upkeep/retention.ts";
import { ApiEndpoint } from "./api/endpoint.ts";
import { MediaSigner } from "./media.ts";
import type { MethodContext } from "./methods/context.ts";
import { worldOf } from "./methods/upkeep.ts";
import { takeServiceLock, type ServiceLock } from "./service-lock.ts";
import { WindowConnection } from "./socket.ts";
import { Tailer, type RunChange } from "./tailer.ts";
import { serviceToken } from "./token.ts";
import { serveWindow } from "./window-files.ts";

/** A new step is in the index about this long after its line was written. */
const TAIL_MS = 50;
/** Of each round, for summaries that no window has asked for. */
const SUMMARIES_MS = 10;
const IDLE_CHECK_MS = 5_000;
const QUEUE_MS = 1_000;
const RETENTION_MS = 6 * 60 * 60_000;

export interface ServiceOptions {
  readonly data: string;
  readonly port?: number;
  /** Milliseconds without windows and living runs until the service ends; 0: it stays. */
  readonly idleMs?: number;
  readonly onIdle?: () => void;
  /** Token of the OpenAI-compatible endpoint; without one there is no endpoint. */
  readonly apiToken?: string;
}

/** Another process serves this data folder. */
export class ServiceRunningError extends Error {
  constructor(data: string) {
    super(`Another Secondlook serves ${data} already; "secondlook serve" prints its address.`);
  }
}

export class Service {
  readonly data: string;
  readonly database: Db;
  readonly ingest: Ingest;
  readonly #user: Db;
  readonly #datasets: DatasetLibrary;
  readonly #token: string;
  readonly #context: MethodContext;
  readonly #windows = new Set<WindowConnection>();
  readonly #server: Server;
  readonly #sockets: WebSocketServer;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #lock: ServiceLock;
  readonly #tailer: Tailer;
  readonly #summaries: SummaryCache;
  readonly #queue: RunQueue;
  readonly #session: SessionClient;
  #wasAlive: readonly string[] = [];
  readonly #api: ApiEndpoint | null;
  #lastUse = Date.now();
  #port = 0;

  /** Opens databases, reads what the journals hold, and listens on 127.0.0.1. */
  static async start(options: ServiceOptions): Promise<Service> {
    const service = new Service(options);
    finishRemovals(options.data);
    removeStaleDryRuns(options.data, service.ingest.runFolders());
    await service.#listen(options.port ?? 0);
    service.#tail();
    adoptMediaRoots(service.#user, () => mediaRootsOfRuns(options.data, service.ingest.runFolders()));
    service.#keepToRetention();
    service.#timers.push(setInterval(() => service.#keepToRetention(), RETENTION_MS));
    service.#timers.push(setInterval(() => service.#tail(), TAIL_MS));
    service.#timers.push(setInterval(() => service.#startQueued(), QUEUE_MS));
    if (options.idleMs) {
      const { idleMs, onIdle } = options;
      service.#timers.push(setInterval(() => service.#endWhenIdle(idleMs, onIdle), IDLE_CHECK_MS));
    }
    return service;
  }

  private constructor(options: ServiceOptions) {
    this.data = options.data;
    const lock = takeServiceLock(options.data);
    if (!lock) throw new ServiceRunningError(options.data);
    this.#lock = lock;
    this.#token = serviceToken(options.data);
    this.database = openIndex(options.data);
    this.#user = openUser(options.data);
    this.#datasets = new DatasetLibrary(options.data, this.#user);
    this.ingest = new Ingest(this.database, options.data);
    const media = new MediaSigner(this.#token, options.data, (real) =>
      isUnderMediaRoot(options.data, this.#user, real),
    );
    this.#tailer = new Tailer(this.ingest, options.data);
    const { data } = options;
    const marks = new RunMarksStore(this.#user);
    const rules = new AlertRules(this.#user);
    this.#queue = new RunQueue(this.#user, data);
    this.#summaries = new SummaryCache(this.database, data, {
      marks: (run) => marks.get(run),
      isQueued: (run) => this.#queue.has(run),
      alertRules: () => rules.list(),
    });
    this.#session = new SessionClient(data, async () => leaseFor(await askDevices(), this.#training()));
    this.#api = options.apiToken ? new ApiEndpoint(options.apiToken, data, this.#user, this.#session) : null;
    this.#context = {
      data,
      database: this.database,
      datasets: this.#datasets,
      ingest: this.ingest,
      media,
      summaries: this.#summaries,
      settings: new RunSettings(this.database),
      user: this.#user,
      marks,
      queue: this.#queue,
      rules,
      known: () => this.#tailer.list(),
      session: this.#session,
      announce: (announcement) => {
        for (const window of this.#windows) window.push(announcement);
      },
      alive: () => this.#tailer.alive,
      changed: (run) => this.#changed(run),
    };
    this.#server = createServer((request, response) => this.#serve(request, response));
    this.#sockets = new WebSocketServer({ noServer: true, maxPayload: 1024 * 1024 });
    this.#server.on("upgrade", (request: IncomingMessage, socket, head: Buffer) => {
      if (!this.#welcomes(request) || request.url !== "/socket") {
        socket.destroy();
        return;
      }
      this.#sockets.handleUpgrade(request, socket, head, (line) => {
        const window = new WindowConnection(line, this.#context, this.#token);
        this.#windows.add(window);
        line.on("close", () => this.#windows.delete(window));
      });
    });
  }

  #training(): TrainingRun[] {
    return this.#tailer.alive.flatMap((run): TrainingRun[] => {
      try {
        const config = readRunConfig(this.data, run);
        return placesOf(config).map((device) => ({ name: config.name, device }));
      } catch {
        return []; // Its folder is gone by now.
      }
    });
  }

  /** Address of the page, with the token in the fragment: it never reaches a server or a log from there. */
  get pageAddress(): string {
    return `${this.address}/#token=${this.#token}`;
  }

  get address(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Reads all journals to their ends now. */
  catchUp(): void {
    this.#announce(this.#tailer.catchUp());
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    for (const client of this.#sockets.clients) client.terminate();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
    rmSync(join(this.data, DATA_FOLDER.service), { force: true });
    this.#session.stop();
    this.#datasets.stop();
    this.database.close();
    this.#user.close();
    this.#lock.release();
  }

  async #listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, "127.0.0.1", () => resolve());
    });
    this.#port = (this.#server.address() as AddressInfo).port;
    const description = { address: this.address, pid: process.pid };
    writeFileSync(join(this.data, DATA_FOLDER.service), `${JSON.stringify(description)}\n`, { mode: 0o600 });
  }

  /**
   * Only pages of this service and the desktop shell's may talk to it, and only by this machine's own names: a name that
   * somebody made resolve to 127.0.0.1 is refused. The port is the browser's: behind an SSH tunnel it is another one.
   */
  #welcomes({ headers: { host = "", origin } }: IncomingMessage): boolean {
    if (!/^(127\.0\.0\.1|localhost)(:\d{1,5})?$/.test(host)) return false;
    return origin === undefined || origin === "app://secondlook" || origin === `http://${host}`;
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    try {
      this.#route(request, response);
    } catch {
      // Addresses that cannot be decoded.
      response.writeHead(400, { "content-length": 0 });
      response.end();
    }
  }

  #route(request: IncomingMessage, response: ServerResponse): void {
    if (this.#api && request.url?.startsWith("/v1/") && this.#welcomes(request)) {
      void this.#api.answer(request, response);
      return;
    }
    if (!this.#welcomes(request) || !["GET", "HEAD"].includes(request.method ?? "")) {
      response.writeHead(403, { "content-length": 0 });
      response.end();
    } else if (request.url?.startsWith("/media/")) {
      this.#context.media.answer(request, response);
    } else {
      serveWindow(request, response);
    }
  }

  #tail(): void {
    this.#announce(this.#tailer.round());
    this.#summaries.keepUp(SUMMARIES_MS);
  }

  #announce(changes: readonly RunChange[]): void {
    for (const { run } of changes) this.#summaries.forget(run);
    if (changes.length === 0 || this.#windows.size === 0) return;
    const runs = changes.map(({ run }) => this.#summaries.get(run)).filter((run) => run !== null);
    for (const window of this.#windows) {
      for (const { run, step, kinds, events } of changes) {
        if (events > 0) window.push({ topic: "run", run, step, kinds });
      }
      window.push({ topic: "runs", runs });
    }
  }

  #startQueued(): void {
    for (const run of this.#queue.round(this.#tailer.alive)) this.#changed(run);
    const { alive } = this.#tailer;
    if (alive.some((run) => !this.#wasAlive.includes(run))) this.#session.yieldTo();
    this.#wasAlive = [...alive];
  }

  #changed(run: string): void {
    this.#summaries.forget(run);
    const summary = this.#summaries.get(run);
    for (const window of this.#windows) {
      window.push({ topic: "runs", runs: summary ? [summary] : [], ...(summary ? {} : { removed: [run] }) });
    }
  }

  /** Removes what the rule lets go, where somebody switched it on. */
  #keepToRetention(): void {
    const rule = readRetention(this.#user);
    if (!rule.automatic) return;
    const { items } = applyRetention(worldOf(this.#context), rule, Date.now());
    for (const { run } of items) this.#changed(run);
  }

  #endWhenIdle(idleMs: number, onIdle?: () => void): void {
    const busy =
      this.#api !== null ||
      this.#windows.size > 0 ||
      this.#tailer.alive.length > 0 ||
      this.#queue.size > 0 ||
      this.#datasets.isBusy;
    if (busy) this.#lastUse = Date.now();
    else if (Date.now() - this.#lastUse > idleMs) onIdle?.();
  }
}
