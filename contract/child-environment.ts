/**
 * The environment that services and workers are started with: what would make the new process load somebody's code, or
 * record what it does, stays behind. `LD_LIBRARY_PATH` is kept: on clusters it is how the CUDA driver is found.
 */

const LEFT_BEHIND: ReadonlySet<string> = new Set([
  "NODE_OPTIONS",
  "NODE_PATH",
  "NODE_COMPILE_CACHE",
  "NODE_REPL_EXTERNAL_MODULE",
  "NODE_ICU_DATA",
  "OPENSSL_CONF",
  "OPENSSL_MODULES",
  "SSLKEYLOGFILE",
  "LD_PRELOAD",
  "LD_AUDIT",
  "LD_PROFILE",
  "GCONV_PATH",
  "DYLD_INSERT_LIBRARIES",
  "DYLD_LIBRARY_PATH",
  "ELECTRON_RUN_AS_NODE",
  "BASH_ENV",
  "ENV",
]);

/** `environment` without what loads code into a new process. */
export function childEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !LEFT_BEHIND.has(name.toUpperCase())));
}
