import { existsSync, readFileSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { installerOptions, installerTrouble, LIBRARY } from "./installer-options.mjs";

describe("what electron-builder's library is asked for", () => {
  const appimage = installerOptions("appimage", "out/Secondlook-linux-x64", "out/make/appimage", "x64");
  const nsis = installerOptions("nsis", "out/Secondlook-win32-x64", "out/make/nsis", "arm64");

  it("is one installer of one architecture, made from what is packaged already and published nowhere", () => {
    expect(appimage).toMatchObject({ linux: ["AppImage:x64"], prepackaged: resolve("out/Secondlook-linux-x64") });
    expect(nsis).toMatchObject({ win: ["nsis:arm64"], prepackaged: resolve("out/Secondlook-win32-x64") });
    expect(appimage).not.toHaveProperty("win");
    expect(nsis).not.toHaveProperty("linux");
    for (const { publish, config } of [appimage, nsis]) {
      expect(publish).toBe("never");
      expect(config.npmRebuild).toBe(false);
      expect(isAbsolute(config.directories.output)).toBe(true);
    }
  });

  it("has the name, the program, the links, the icon and the identity of the other packages", () => {
    const forge = readFileSync("forge.config.ts", "utf8");
    const { config } = appimage;
    for (const said of [
      config.appId,
      config.productName,
      config.linux.executableName,
      config.protocols[0]!.schemes[0]!,
    ])
      expect(forge).toContain(`"${said}"`);
    expect(existsSync(config.icon)).toBe(true);
    const { desktopName } = JSON.parse(readFileSync("package.json", "utf8")) as { desktopName: string };
    expect(desktopName).toBe(`${config.linux.executableName}.desktop`);
  });

  it("installs for whoever runs the installer, without an administrator, where that person says", () => {
    expect(nsis.config.nsis).toEqual({ oneClick: false, perMachine: false, allowToChangeInstallationDirectory: true });
  });
});

describe("an installer that cannot be made says why in one line", () => {
  it.each([
    [Object.assign(new Error("Cannot find package 'app-builder-lib'"), { code: "ERR_MODULE_NOT_FOUND" }), LIBRARY],
    [new Error("getaddrinfo ENOTFOUND github.com"), "github.com, which cannot be reached"],
    [new Error("mksquashfs failed\nat line 3"), "mksquashfs failed"],
  ])("%s", (error, said) => {
    const line = installerTrouble("appimage", error);
    expect(line).toContain(said);
    expect(line).toMatch(/^no appimage: [^\n]+$/);
  });
});

it("names the release of the library that the documentation names", () => {
  expect(readFileSync(join("docs", "desktop.md"), "utf8")).toContain(LIBRARY);
});
