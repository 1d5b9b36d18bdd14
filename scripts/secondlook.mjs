#!/usr/bin/env node
// The command `secondlook`: the bootstrap with the workbench's command line.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
process.argv.splice(2, 0, "workbench/cli.ts");
await import(join(here, "bootstrap.mjs"));
