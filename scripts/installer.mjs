// Makes an AppImage or a Windows installer from a packaged app, with electron-builder's library:
// `node scripts/installer.mjs appimage|nsis PACKAGED_FOLDER OUTPUT_FOLDER ARCH`. Prints the files made, as JSON; where it
// cannot, one line that says why. The library is no dependency: it and its tools are large, and the tools come from
// outside of the registry.
import { installerOptions, installerTrouble, KINDS } from "./installer-options.mjs";

const [kind, packaged, output, arch] = process.argv.slice(2);
if (!KINDS.includes(kind) || !arch) {
  console.error(`secondlook: usage: node scripts/installer.mjs ${KINDS.join("|")} PACKAGED_FOLDER OUTPUT_FOLDER ARCH`);
  process.exit(2);
}
try {
  const { build } = await import("app-builder-lib");
  const files = await build(installerOptions(kind, packaged, output, arch));
  process.stdout.write(`${JSON.stringify(files)}\n`);
} catch (error) {
  console.error(`secondlook: ${installerTrouble(kind, error)}`);
  process.exit(1);
}
