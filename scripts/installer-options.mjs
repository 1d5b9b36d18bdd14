// What electron-builder's library is asked for: an AppImage or a Windows installer made from what Forge has packaged.
import { resolve } from "node:path";

export const LIBRARY = "app-builder-lib@26.17.0";

const TARGETS = {
  appimage: (arch) => ({ linux: [`AppImage:${arch}`] }),
  nsis: (arch) => ({ win: [`nsis:${arch}`] }),
};
export const KINDS = Object.keys(TARGETS);

/** Options of the library's `build` for a kind of installer, a folder that was packaged, and a folder for the result. */
export function installerOptions(kind, packaged, output, arch) {
  return {
    // Packaged, with its fuses set: nothing in it may be built or changed again.
    prepackaged: resolve(packaged),
    publish: "never",
    ...TARGETS[kind](arch),
    config: {
      appId: "org.secondlook.desktop",
      productName: "Secondlook",
      // Else the name would be made of the scope and the version of each tool's own taste.
      artifactName: "Secondlook-${version}-${arch}.${ext}",
      npmRebuild: false,
      directories: { output: resolve(output) },
      protocols: [{ name: "Secondlook", schemes: ["secondlook"] }],
      icon: resolve("resources", "icon.png"),
      linux: {
        category: "Science",
        executableName: "secondlook",
        synopsis: "Research workbench for video reasoning",
        // The same name that the window says it is of: the task bar finds its icon and its progress by that.
        syncDesktopName: true,
      },
      nsis: { oneClick: false, perMachine: false, allowToChangeInstallationDirectory: true },
    },
  };
}

/** One line on why an installer could not be made, from what the library or a tool of its said. */
export function installerTrouble(kind, error) {
  const text = String(error?.message ?? error);
  if (error?.code === "ERR_MODULE_NOT_FOUND" || /Cannot find package 'app-builder-lib'/.test(text))
    return `no ${kind}: electron-builder's library makes it. Run "npm install --no-save ${LIBRARY}" and try again.`;
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|getaddrinfo|download|github/i.test(text))
    return `no ${kind}: its tools lie at github.com, which cannot be reached from here. Try again on a machine that can.`;
  return `no ${kind}: ${text.split("\n")[0]}`;
}
