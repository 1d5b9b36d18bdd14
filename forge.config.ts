/** Packages of the desktop app for Linux: a zip and a Debian package. `npx electron-forge make` (Node 22.13 or newer). */
import { spawnSync } from "node:child_process";
import { MakerDeb } from "@electron-forge/maker-deb";
import { MakerZIP } from "@electron-forge/maker-zip";
import type { ForgeConfig } from "@electron-forge/shared-types";

function run(...args: readonly string[]): void {
  const done = spawnSync(process.execPath, args, { stdio: ["ignore", "inherit", "inherit"] });
  if (done.status !== 0) throw new Error(`"node ${args.join(" ")}" failed; the reason is above.`);
}

/** Only the shell's bundle and the page go into the archive; the service travels beside it, as plain files. */
const isPacked = (path: string) =>
  path === "" ||
  path === "/package.json" ||
  ["/.vite", "/dist"].some((folder) => path === folder) ||
  /^\/(\.vite\/build|dist\/window)(\/|$)/.test(path);

const config: ForgeConfig = {
  packagerConfig: {
    name: "Secondlook",
    executableName: "secondlook",
    appBundleId: "org.secondlook.desktop",
    asar: true,
    ignore: (path: string) => !isPacked(path),
    prune: false,
    extraResource: [".vite/service"],
    // Where Electron's own download cannot be reached: a folder with its zip files.
    ...(process.env["ELECTRON_ZIP_DIR"] ? { electronZipDir: process.env["ELECTRON_ZIP_DIR"] } : {}),
  },
  makers: [
    new MakerZIP({}, ["linux", "darwin"]),
    new MakerDeb({
      options: {
        name: "secondlook",
        productName: "Secondlook",
        genericName: "Research workbench",
        categories: ["Science", "Education"],
        depends: ["ffmpeg"],
      },
    }),
  ],
  hooks: {
    prePackage: () => {
      run("scripts/build-desktop.mjs");
      run("node_modules/vite/bin/vite.js", "build", "--logLevel", "warn");
      run("scripts/stage-service.mjs");
      return Promise.resolve();
    },
  },
};

export default config;
