// Turns off what a packaged Electron could be misused for: `node scripts/fuses.mjs BINARY`. With --read it prints them.
import { flipFuses, FuseV1Options, FuseVersion, getCurrentFuseWire } from "@electron/fuses";

/** Node inside of Electron's binary, debugging it from outside, code that is not in the archive: all off. */
const FUSES = {
  [FuseV1Options.RunAsNode]: false,
  [FuseV1Options.EnableCookieEncryption]: true,
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
  [FuseV1Options.EnableNodeCliInspectArguments]: false,
  // Electron checks the archive on macOS and Windows only.
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: process.platform !== "linux",
  [FuseV1Options.OnlyLoadAppFromAsar]: true,
  [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
};

const ON = "1".charCodeAt(0);
const [binary, ...options] = process.argv.slice(2);
if (!binary) {
  process.stderr.write("secondlook: usage: node scripts/fuses.mjs BINARY [--read]\n");
  process.exit(2);
}
const known = await getCurrentFuseWire(binary);
// An older Electron has fewer of them.
const present = Object.fromEntries(Object.entries(FUSES).filter(([option]) => known[option] !== undefined));
if (!options.includes("--read")) await flipFuses(binary, { version: FuseVersion.V1, ...present });
const wire = await getCurrentFuseWire(binary);
const wrong = Object.entries(FUSES).filter(
  ([option, wanted]) => wire[option] !== undefined && (wire[option] === ON) !== wanted,
);
for (const option of Object.keys(FUSES)) {
  const state = wire[option] === undefined ? "not in this Electron" : wire[option] === ON ? "on" : "off";
  process.stdout.write(`${FuseV1Options[option]}: ${state}\n`);
}
if (wrong.length > 0) process.exit(1);
