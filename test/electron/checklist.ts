/**
 * Electron's security checklist on a packaged app that runs as an ordinary user, in Chromium's real sandbox (the numbers are
 * those of docs/desktop.md). What needs the main process is held by `test/electron/main.ts`.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { extractFile, listPackage } from "@electron/asar";
import { FuseState, FuseV1Options, getCurrentFuseWire } from "@electron/fuses";
import { CONTENT_POLICY } from "../../electron/rules.ts";
import { claim } from "./claims.ts";
import type { DevtoolsPage } from "./devtools-page.ts";
import type { OrdinaryUser } from "./user.ts";

const VERBS = [
  ...[
    "platform",
    "serviceAccess",
    "publishMenu",
    "onAction",
    "onNavigate",
    "setProgress",
    "setLivingRuns",
    "setTheme",
    "raise",
    "restartService",
  ],
  ...["chooseFolder", "chooseFile", "pathOfFile"],
];

/** Items 2, 3, 20: what the page's own world can reach. */
async function checkIsolation(page: DevtoolsPage): Promise<void> {
  const reach = await page.evaluate<string[]>(
    `["require", "process", "module", "global", "Buffer", "electron", "ipcRenderer"].filter((name) => name in window)`,
  );
  assert.deepEqual(reach, []);
  assert.deepEqual((await page.evaluate<string[]>("Object.keys(window.secondlook)")).sort(), [...VERBS].sort());
  const replaced = await page.evaluate<boolean>(
    "(() => { try { window.secondlook.serviceAccess = null } catch {} return window.secondlook.serviceAccess === null })()",
  );
  assert.equal(replaced, false);
  claim("2, 3, 20: the page has no Node, its own world, and the shell's verbs only, which it cannot replace");
}

interface ProcessStatus {
  readonly type: string;
  readonly seccomp: string;
  readonly noNewPrivileges: string;
  readonly user: string;
}

/** Electron's processes below `pid`, as the kernel describes them. */
function processesOf(pid: number): ProcessStatus[] {
  const found: ProcessStatus[] = [];
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const parents = new Map<number, number>();
  const read = (process: string | number, name: string): string => {
    try {
      return readFileSync(`/proc/${process}/${name}`, "utf8");
    } catch {
      return "";
    }
  };
  const field = (status: string, name: string): string =>
    new RegExp(`^${name}:\\s*(\\S+)`, "m").exec(status)?.[1] ?? "";
  for (const process of all) parents.set(Number(process), Number(field(read(process, "status"), "PPid")));
  const isBelow = (process: number): boolean => process === pid || (process > 1 && isBelow(parents.get(process) ?? 0));
  for (const process of all.filter((one) => isBelow(Number(one)))) {
    const type = /--type=(\S+?)(?:\0|\s)/.exec(read(process, "cmdline"))?.[1];
    const status = read(process, "status");
    const [seccomp, noNewPrivileges, user] = ["Seccomp", "NoNewPrivs", "Uid"].map((name) => field(status, name));
    if (type) found.push({ type, seccomp: seccomp!, noNewPrivileges: noNewPrivileges!, user: user! });
  }
  return found;
}

/** Item 4: the page's process is filtered by the kernel; `--no-sandbox` would show here as 0. */
function checkSandbox(pid: number): void {
  const pages = processesOf(pid).filter(({ type }) => type === "renderer");
  assert.ok(pages.length > 0, "no process of a page was found");
  for (const page of pages) {
    assert.equal(page.seccomp, "2", "the page's system calls are filtered");
    assert.equal(page.noNewPrivileges, "1");
    assert.notEqual(page.user, "0");
  }
  claim(
    "4: the page's process runs in the operating system's sandbox: filtered system calls, no new privileges, not root",
  );
}

/** Items 1, 6, 7, 8, 18: where code and data may come from. */
async function checkOrigins(page: DevtoolsPage): Promise<void> {
  assert.equal(await page.evaluate("location.origin"), "app://secondlook");
  const [policy, sniffing] = await page.evaluate<[string, string]>(
    `fetch("/").then((answer) => ["content-security-policy", "x-content-type-options"].map((n) => answer.headers.get(n)))`,
  );
  assert.equal(policy, CONTENT_POLICY);
  assert.equal(sniffing, "nosniff");
  const refused = async (expression: string): Promise<void> =>
    assert.equal(
      await page.evaluate(
        `(async () => { try { await (${expression}); return "allowed" } catch { return "refused" } })()`,
      ),
      "refused",
      expression,
    );
  await refused("fetch('https://example.org/')");
  await refused("fetch('file:///etc/passwd')");
  await refused("fetch('http://192.0.2.1/')");
  await refused(
    "new Promise((ok, no) => { const s = document.createElement('script'); s.src = 'http://127.0.0.1:9/x.js'; s.onload = ok; s.onerror = no; document.head.append(s) })",
  );
  // A page cannot be asked for its policy by evaluating: the debugger's own evaluation is exempt. An inline script is not.
  const inline = await page.evaluate<boolean>(
    "(() => { const s = document.createElement('script'); s.textContent = 'window.inlineRan = true'; document.head.append(s); return 'inlineRan' in window })()",
  );
  assert.equal(inline, false);
  const frames = await page.evaluate<string>(
    "new Promise((done) => { document.addEventListener('securitypolicyviolation', (e) => done(e.effectiveDirective), { once: true }); const f = document.createElement('iframe'); f.src = 'https://example.org/'; document.body.append(f); setTimeout(() => f.remove(), 500) })",
  );
  assert.match(frames, /^(frame-src|child-src|default-src)$/);
  const outside = await page.evaluate<number[]>(
    "Promise.all(['/..%2f..%2f..%2fpackage.json', '/%2e%2e/%2e%2e/package.json', '/nothing.js'].map((p) => fetch(p).then((a) => a.status)))",
  );
  assert.deepEqual(outside, [404, 404, 404]);
  claim("1, 6, 7, 8, 18: one origin, the stated policy by header; no foreign or inline script, frame, file or address");
}

/** Item 5: permissions asked for and looked up. */
async function checkPermissions(page: DevtoolsPage): Promise<void> {
  const states = await page.evaluate<Record<string, string>>(
    `Promise.all(["geolocation", "camera", "microphone", "midi", "clipboard-read", "notifications"].map(async (name) =>
      [name, (await navigator.permissions.query({ name })).state])).then(Object.fromEntries)`,
  );
  const { notifications, ...others } = states;
  assert.equal(notifications, "granted");
  for (const [name, state] of Object.entries(others)) assert.equal(state, "denied", name);
  const asked = await page.evaluate<string[]>(
    `Promise.all([
      new Promise((done) => navigator.geolocation.getCurrentPosition(() => done("allowed"), () => done("refused"))),
      navigator.mediaDevices.getUserMedia({ video: true }).then(() => "allowed", () => "refused"),
      navigator.clipboard.readText().then(() => "allowed", () => "refused"),
    ])`,
  );
  assert.deepEqual(asked, ["refused", "refused", "refused"]);
  claim("5: place, camera, microphone, MIDI and reading the clipboard are refused, looked up and asked for");
}

/** Items 11 to 15: the page stays alone and where it is. */
async function checkNavigation(page: DevtoolsPage): Promise<void> {
  const before = await page.evaluate<string>("location.href");
  for (const address of ["https://example.org/", "file:///etc/passwd", "data:text/html,x", "app://elsewhere/"]) {
    await page.evaluate(`void (location.href = ${JSON.stringify(address)})`);
    await new Promise((resume) => setTimeout(resume, 150));
    assert.equal(await page.evaluate("location.href"), before, address);
  }
  const opened = await page.evaluate<boolean>(
    `["https://example.org/", "app://secondlook/", "about:blank", "file:///etc/passwd"].some((u) => window.open(u) !== null)`,
  );
  assert.equal(opened, false);
  const webview = await page.evaluate<string>(
    "(() => { const v = document.createElement('webview'); v.src = 'https://example.org/'; document.body.append(v); const k = typeof v.loadURL; v.remove(); return k })()",
  );
  assert.equal(webview, "undefined");
  claim("11 to 15: no navigation elsewhere, no second window, no web view");
}

/** Everything that can be asked of the open window. */
export async function checkWindow(page: DevtoolsPage, pid: number): Promise<void> {
  await checkIsolation(page);
  checkSandbox(pid);
  await checkOrigins(page);
  await checkPermissions(page);
  await checkNavigation(page);
}

const WANTED_FUSES: readonly (readonly [FuseV1Options, FuseState])[] = [
  [FuseV1Options.RunAsNode, FuseState.DISABLE],
  [FuseV1Options.EnableCookieEncryption, FuseState.ENABLE],
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable, FuseState.DISABLE],
  [FuseV1Options.EnableNodeCliInspectArguments, FuseState.DISABLE],
  [FuseV1Options.OnlyLoadAppFromAsar, FuseState.ENABLE],
  [FuseV1Options.GrantFileProtocolExtraPrivileges, FuseState.DISABLE],
];

/** Item 19, read back from the binary and tried. */
export async function checkFuses(binary: string, user: OrdinaryUser): Promise<void> {
  const wire = await getCurrentFuseWire(binary);
  for (const [fuse, wanted] of WANTED_FUSES) {
    // The test's Electron is older than the last of them.
    if (wire[fuse] !== undefined) assert.equal(wire[fuse], wanted, FuseV1Options[fuse]);
  }
  // Without a screen it ends at once, unless it is Node.
  const environment = { ELECTRON_RUN_AS_NODE: "1", DISPLAY: "" };
  const asNode = await user.run(binary, ["-e", "console.log('ran as Node')"], environment);
  assert.notEqual(asNode.code, 0);
  assert.doesNotMatch(asNode.output, /ran as Node|^v\d+\./m);
  claim("19: the fuses are read back from the packaged binary, and it does not run as Node");
}

/** What travels: bundles and the page in the archive, the service beside it; no test, map, key or shell source. */
export function checkContents(app: string): void {
  const archive = join(app, "resources", "app.asar");
  const files = listPackage(archive, { isPack: false }).filter((path) => /[^/]\.\w+$/.test(path));
  const strange = files.filter(
    (path) =>
      !/^\/(package\.json|\.vite\/build\/[\w-]+\.cjs|dist\/window\/(index\.html|[\w./-]+\.(js|css|svg|png|woff2)))$/.test(
        path,
      ),
  );
  assert.deepEqual(strange, []);
  assert.ok(extractFile(archive, "dist/window/index.html").length > 0);
  const service = readdirSync(join(app, "resources", "service"), { recursive: true, encoding: "utf8" });
  assert.deepEqual(
    service.filter((path) => /\.test\.ts$|\.map$|(^|\/)(testing|\.git|\.env)(\/|$)|\.pem$|\.tsx$/.test(path)),
    [],
  );
  for (const needed of ["node", "native/build/engine.node", "workbench/cli.ts", "trainer/worker.ts", "runtime.json"])
    assert.ok(service.includes(needed), `${needed} does not travel`);
  claim(
    `the package holds Node, the engine, ${service.length} files of the service and ${files.length} of the window; no test, map or source of the shell`,
  );
}
