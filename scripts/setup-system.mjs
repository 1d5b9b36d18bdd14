// Installs the Debian packages that the build and the tests want and this machine lacks. Nothing else ever installs a
// system package; under CI=1 the bootstrap calls this by itself. Runs on Node 20 or newer.
import { spawnSync } from "node:child_process";

/** package → what it is for. */
const wanted = {
  "g++": "builds the engine",
  cmake: "builds the engine",
  make: "builds the engine",
  "libopenmpi-dev": "builds the engine's module for several processes",
  "openmpi-bin": "starts several processes that train together",
  ffmpeg: "decodes videos (the fallback from npm is a build of 2018)",
  chromium: "end-to-end tests",
  "openssh-server": "the test of a service behind an SSH tunnel",
  "openssh-client": "the test of a service behind an SSH tunnel",
  xvfb: "desktop tests without a screen",
  "libgtk-3-0": "desktop tests",
  libnotify4: "desktop tests",
  libnss3: "desktop tests",
  libasound2: "desktop tests",
  "libsecret-1-0": "desktop tests",
  libgbm1: "desktop tests",
  zip: "packages of the desktop app",
  unzip: "tests of packages",
  fakeroot: "the Debian package",
};

const say = (text) => process.stderr.write(`secondlook: ${text}\n`);
if (spawnSync("dpkg-query", ["--version"]).status !== 0) {
  say(`this is no Debian or Ubuntu; install what matches: ${Object.keys(wanted).join(", ")}.`);
  process.exit(1);
}
const installed = (name) =>
  /ok installed/.test(spawnSync("dpkg-query", ["-W", "-f", "${Status}", name]).stdout?.toString() ?? "");
const missing = Object.keys(wanted).filter((name) => !installed(name));
if (missing.length === 0) process.exit(0);

say(`installing ${missing.map((name) => `${name} (${wanted[name]})`).join(", ")}`);
const prefix = process.getuid?.() === 0 ? [] : ["sudo"];
for (const args of [
  ["apt-get", "update", "-qq"],
  ["apt-get", "install", "-y", "-qq", "--no-install-recommends", ...missing],
]) {
  const [command, ...rest] = [...prefix, ...args];
  const result = spawnSync(command, rest, {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  if (result.status !== 0) {
    say(`"${[command, ...rest].join(" ")}" failed. Install these packages by hand: ${missing.join(" ")}.`);
    process.exit(1);
  }
}
