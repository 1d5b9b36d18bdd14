/**
 * Packages of the desktop app: a zip and a Debian package, and with electron-builder's library an AppImage and a Windows
 * installer. `npm run package`, `npm run make`: see docs/desktop.md.
 */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { MakerBase, type MakerOptions } from "@electron-forge/maker-base";
import { MakerDeb } from "@electron-forge/maker-deb";
import { MakerZIP } from "@electron-forge/maker-zip";
import type { ForgeConfig, ForgePlatform } from "@electron-forge/shared-types";

function run(...args: readonly string[]): void {
  const done = spawnSync(process.execPath, args, { stdio: ["ignore", "inherit", "inherit"] });
  if (done.status !== 0) throw new Error(`"node ${args.join(" ")}" failed; the reason is above.`);
}

/**
 * What Forge has no maker for (`scripts/installer.mjs`). Where its library or tools are missing it says so in one line and the
 * other packages are made; SECONDLOOK_INSTALLERS=1 makes that an error.
 */
class MakerInstaller extends MakerBase<{ readonly kind: "appimage" | "nsis" }> {
  name = "installer";
  defaultPlatforms = ["linux", "win32"] satisfies ForgePlatform[];
  override isSupportedOnCurrentPlatform(): boolean {
    return true;
  }
  override make({ dir, makeDir, targetArch }: MakerOptions): Promise<string[]> {
    const { kind } = this.config;
    const args = ["scripts/installer.mjs", kind, dir, join(makeDir, kind), targetArch];
    const done = spawnSync(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"], encoding: "utf8" });
    if (done.status === 0) return Promise.resolve(JSON.parse(done.stdout.trim().split("\n").at(-1)!) as string[]);
    if (!process.env["SECONDLOOK_INSTALLERS"]) return Promise.resolve([]);
    throw new Error(`The ${kind} could not be made; the reason is above.`);
  }
}

/** Only the shell's bundle and the page go into the archive; the service travels beside it, as plain files. */
const isPacked = (path: string) =>
  path === "" ||
  path === "/package.json" ||
  ["/.vite", "/dist"].some((folder) => path === folder) ||
  /^\/(\.vite\/build|dist\/window)(\/|$)/.test(path);

/** A constant of its own because Forge's type forgets `compression`, which the library under it knows. */
const DEBIAN = {
  name: "secondlook",
  productName: "Secondlook",
  genericName: "Research workbench",
  icon: "resources/icon.png",
  categories: ["Science" as const, "Education" as const],
  depends: ["ffmpeg"],
  mimeType: ["x-scheme-handler/secondlook"],
  // Xz takes five minutes of a processor for a fifth less.
  compression: "gzip",
};

const config: ForgeConfig = {
  packagerConfig: {
    name: "Secondlook",
    executableName: "secondlook",
    // Of the program on Windows; Forge adds the ending.
    icon: "resources/icon",
    appBundleId: "org.secondlook.desktop",
    protocols: [{ name: "Secondlook", schemes: ["secondlook"] }],
    asar: true,
    ignore: (path: string) => !isPacked(path),
    prune: false,
    extraResource: [".vite/service"],
    // Where Electron's own download cannot be reached: a folder with its zip files.
    ...(process.env["ELECTRON_ZIP_DIR"] ? { electronZipDir: process.env["ELECTRON_ZIP_DIR"] } : {}),
  },
  makers: [
    new MakerZIP({}, ["linux", "darwin"]),
    new MakerDeb({ options: DEBIAN }),
    new MakerInstaller({ kind: "appimage" }, ["linux"]),
    new MakerInstaller({ kind: "nsis" }, ["win32"]),
  ],
  hooks: {
    prePackage: () => {
      run("scripts/build-desktop.mjs");
      run("node_modules/vite/bin/vite.js", "build", "--logLevel", "error");
      run("scripts/stage-service.mjs");
      return Promise.resolve();
    },
    postPackage: (_config, { outputPaths, platform }) => {
      for (const folder of outputPaths) {
        const app = readdirSync(folder).find((name) => /^secondlook(\.exe|\.app)?$/i.test(name));
        if (!app) throw new Error(`${folder} holds no secondlook to set the fuses of (${platform}).`);
        run("scripts/fuses.mjs", join(folder, app));
      }
      return Promise.resolve();
    },
  },
};

export default config;
