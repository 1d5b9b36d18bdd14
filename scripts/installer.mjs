// Makes an AppImage or a Windows installer from a packaged app, with electron-builder's library:
// `node scripts/installer.mjs appimage|nsis PACKAGED_FOLDER OUTPUT_FOLDER ARCH`. Prints the files made, as JSON.
// The library is no dependency (it and its tools are large, and the tools come from outside of the registry).
import { resolve } from "node:path";

const [kind, packaged, output, arch] = process.argv.slice(2);
const targets = { appimage: { linux: [`AppImage:${arch}`] }, nsis: { win: [`nsis:${arch}`] } };
function fail(text) {
  process.stderr.write(`secondlook: ${text}\n`);
  process.exit(1);
}
if (!targets[kind] || !arch) fail("usage: node scripts/installer.mjs appimage|nsis PACKAGED_FOLDER OUTPUT_FOLDER ARCH");

const library = await import("app-builder-lib").catch(() =>
  fail(`electron-builder's library makes the ${kind}: run "npm install --no-save app-builder-lib@26.17.0" first.`),
);
const files = await library.build({
  prepackaged: resolve(packaged),
  publish: "never",
  ...targets[kind],
  config: {
    appId: "org.secondlook.desktop",
    productName: "Secondlook",
    npmRebuild: false,
    directories: { output: resolve(output) },
    protocols: [{ name: "Secondlook", schemes: ["secondlook"] }],
    linux: { category: "Science" },
    nsis: { oneClick: false, perMachine: false, allowToChangeInstallationDirectory: true },
  },
});
process.stdout.write(`${JSON.stringify(files)}\n`);
