/** What works on this machine, and what to do about the rest. */
import { execFile } from "node:child_process";
import { existsSync, readFileSync, statfsSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { DATA_FOLDER } from "../contract/run-folder.ts";
import { childEnvironment } from "../contract/child-environment.ts";
import type { DoctorCheck } from "../contract/methods.ts";
import { PRODUCT_FOLDER } from "./runs/launch.ts";
import { BASE_MODEL } from "./runs/new-run.ts";

export interface DoctorReport {
  readonly checks: readonly DoctorCheck[];
  readonly engine: {
    readonly available: boolean;
    readonly device: string | null;
    readonly instructionSet: string | null;
    readonly threads: number | null;
    readonly cuda: { readonly compiled: boolean; readonly devices: readonly string[] };
  };
}

interface EngineInfo {
  readonly device: string;
  readonly deviceReason: string;
  readonly threads: number;
  readonly instructionSet: string;
  readonly version: string;
  readonly cuda: { readonly compiled: boolean; readonly devices: readonly string[] };
}

/** The engine is asked in a process of its own: if it cannot load, that is an answer and not a crash. */
export async function askEngine(): Promise<{ info: EngineInfo | null; error: string }> {
  const script = `import(${JSON.stringify(join(PRODUCT_FOLDER, "native", "index.ts"))})
    .then((native) => native.openEngine({}))
    .then((engine) => { process.stdout.write(JSON.stringify(engine.info)); engine.dispose(); process.exit(0); })
    .catch((error) => { process.stderr.write(String(error.message)); process.exit(1); });`;
  const args = ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", script];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      cwd: PRODUCT_FOLDER,
      env: childEnvironment(process.env),
      timeout: 20_000,
    });
    return { info: JSON.parse(stdout) as EngineInfo, error: "" };
  } catch (error) {
    const { stderr, signal } = error as { stderr?: string; signal?: string };
    return { info: null, error: stderr?.trim() || `its process ended${signal ? ` by ${signal}` : " without a word"}` };
  }
}

const check = (name: string, ok: boolean | "warning", detail: string, remedy: string | null): DoctorCheck => ({
  name,
  state: ok === true ? "ok" : ok === "warning" ? "warning" : "missing",
  detail,
  remedy: ok === true ? null : remedy,
});

function onPath(command: string): string | null {
  const folder = (process.env["PATH"] ?? "").split(":").find((path) => existsSync(join(path, command)));
  return folder ? join(folder, command) : null;
}

function firstExisting(paths: readonly string[]): string | null {
  return paths.find((path) => existsSync(path)) ?? null;
}

function electronBinary(): string | null {
  const override = process.env["ELECTRON_OVERRIDE_DIST_PATH"];
  return firstExisting([
    ...(override ? [join(override, "electron")] : []),
    join(PRODUCT_FOLDER, "node_modules/electron/dist/electron"),
  ]);
}

export async function examine(data: string): Promise<DoctorReport> {
  const { info, error } = await askEngine();
  const setup = 'Run "npm run setup:system", which installs it.';
  const ffmpeg = onPath("ffmpeg");
  const electron = electronBinary();
  const disk = statfsSync(data);
  const freeGb = (disk.bavail * disk.bsize) / 1e9;
  const pack = join(data, DATA_FOLDER.samplePack, "heldout.json");
  const chromium = firstExisting(["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]);
  const checks = [
    check("Node", true, `${process.version} from ${process.execPath}`, null),
    check(
      "Engine",
      info !== null,
      info
        ? `${info.device}, ${info.instructionSet}, ${info.threads} threads. ${info.deviceReason}`
        : `The engine does not load: ${error}`,
      'Run "npm run build:native".',
    ),
    check(
      "CUDA",
      info?.cuda.devices.length ? true : "warning",
      info?.cuda.devices.length
        ? info.cuda.devices.join(", ")
        : info?.cuda.compiled
          ? "The CUDA part is compiled, but no device is usable here; training runs on the CPU."
          : "The CUDA part is not compiled; training runs on the CPU.",
      "Install the NVIDIA driver, and nvcc to compile the CUDA part; the CPU works without both.",
    ),
    check(
      "Video decoding",
      ffmpeg ? true : "warning",
      ffmpeg ?? "No ffmpeg on the path; the one from npm (2018) is used.",
      `${setup} Videos from strangers want a current one.`,
    ),
    check("Base model", existsSync(join(BASE_MODEL, "model.safetensors")), BASE_MODEL, 'Run "secondlook pretrain".'),
    check("Sample pack", existsSync(pack) ? true : "warning", pack, '"npm run demo" makes it at its first start.'),
    check(
      "Window",
      existsSync(join(PRODUCT_FOLDER, "dist/window/index.html")),
      "dist/window",
      'Run "npm run build:window".',
    ),
    check(
      "Desktop shell",
      electron ? true : "warning",
      electron ?? "No Electron binary; the window opens in the browser.",
      'Run "npx install-electron".',
    ),
    check("Test browser", chromium ? true : "warning", chromium ?? "No Chromium for end-to-end tests.", setup),
    check("Virtual screen", onPath("Xvfb") ? true : "warning", onPath("Xvfb") ?? "No Xvfb for desktop tests.", setup),
    check(
      "Disk",
      freeGb > 10 ? true : "warning",
      `${freeGb.toFixed(0)} GB free for ${data}`,
      "Free some space, or choose another folder with --data.",
    ),
    check("Machine", true, `${availableParallelism()} cores, ${(totalmem() / 1e9).toFixed(0)} GB of memory`, null),
  ];
  return {
    checks,
    engine: {
      available: info !== null,
      device: info?.device ?? null,
      instructionSet: info?.instructionSet ?? null,
      threads: info?.threads ?? null,
      cuda: info?.cuda ?? { compiled: false, devices: [] },
    },
  };
}

/** Version in package.json. */
export function productVersion(): string {
  const file = readFileSync(join(PRODUCT_FOLDER, "package.json"), "utf8");
  return (JSON.parse(file) as { version: string }).version;
}
