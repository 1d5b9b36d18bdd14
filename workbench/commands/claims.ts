import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { SystemResult } from "../../contract/claims.ts";
import { checkClaims, writeResult } from "../claims/check.ts";
import { SYSTEM_CLAIMS } from "../claims/index.ts";
import { showInterval, showValue } from "../claims/page.ts";
import { dataFolder } from "../data-folder.ts";
import { PRODUCT_FOLDER } from "../scripts.ts";
import { table } from "../terminal.ts";
import { integer, text, UsageError, type Command } from "./command.ts";

export const claims: Command = {
  name: "claims",
  usage: "[all | SYSTEM …] [options]",
  summary: "Checks what the systems claim over several seeds, each against a control that must fail.",
  details: [
    `SYSTEM         ${SYSTEM_CLAIMS.map(({ system }) => system).join(", ")} (default: all)`,
    "--seeds N      seeds 1 to N (default: 3; with --quick 1)",
    "--json FILE    writes the claims: value, spread, threshold, control, verdict",
    "--ablations    trains the ablation arms too",
    "--quick        a rehearsal of a few updates in the small data sets: everything runs, nothing is claimed",
    "--parallel N   runs at a time, each on one thread (default: 2)",
    "--report-only  trains nothing: judges what is complete",
    "--data DIR     where runs and data sets are (default: .secondlook/claims of the program's folder)",
    "--out DIR      where docs/systems and resources/claims are written (default: the program's folder; a rehearsal: --data)",
    "Complete runs are taken as they are and interrupted ones go on: the same command again finishes the job.",
    "Exit code: 0 whatever the verdicts are, 1 when an arm could not be trained.",
  ],
  options: {
    seeds: { type: "string" },
    json: { type: "string" },
    ablations: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    parallel: { type: "string" },
    "report-only": { type: "boolean", default: false },
    out: { type: "string" },
  },
  async run(options, names) {
    const quick = options["quick"] === true;
    const ablations = options["ablations"] === true;
    const own = join(PRODUCT_FOLDER, ".secondlook", quick ? "claims-rehearsal" : "claims");
    const data = dataFolder(text(options["data"]) ?? own);
    const count = integer(options, "seeds") ?? (quick ? 1 : 3);
    const parallel = integer(options, "parallel") ?? 2;
    if (count < 1 || parallel < 1) throw new UsageError("--seeds and --parallel take numbers from 1 on.");
    // Several runs share the cores: each takes one thread, so that N at a time take N.
    process.env["SECONDLOOK_THREADS"] = "1";
    const results = await checkClaims({
      systems: chosen(names),
      data,
      seeds: Array.from({ length: count }, (_, index) => index + 1),
      quick,
      ablations,
      parallel,
      reportOnly: options["report-only"] === true,
      command: (system) =>
        `secondlook claims ${system} --seeds ${count}${ablations ? " --ablations" : ""}${quick ? " --quick" : ""}`,
    });
    const out = resolve(text(options["out"]) ?? (quick ? data : PRODUCT_FOLDER));
    for (const result of results) {
      for (const file of await writeResult(out, result)) console.error(`written: ${file}`);
    }
    const json = text(options["json"]);
    if (json !== undefined) writeFileSync(json, `${JSON.stringify(summaryOf(results), null, 2)}\n`);
    console.log(tableOf(results));
    const missing = results.flatMap((result) => result.missing.map((entry) => `${result.title}: ${entry}`));
    if (missing.length > 0) console.error(`Not measured:\n${missing.map((entry) => `  ${entry}`).join("\n")}`);
    return missing.length === 0 ? 0 : 1;
  },
};

function chosen(names: readonly string[]): typeof SYSTEM_CLAIMS {
  if (names.length === 0 || names.includes("all")) return SYSTEM_CLAIMS;
  return names.map((name) => {
    const found = SYSTEM_CLAIMS.find(({ system }) => system === name);
    if (found !== undefined) return found;
    throw new UsageError(
      `There are no claims of "${name}"; there are: ${SYSTEM_CLAIMS.map(({ system }) => system).join(", ")}.`,
    );
  });
}

/** What `--json` writes: one entry a claim, and the seconds of every arm. */
function summaryOf(results: readonly SystemResult[]): object {
  return {
    claims: results.flatMap((result) => result.claims),
    arms: results.flatMap(({ system, arms }) => arms.map((arm) => ({ system, ...arm }))),
  };
}

function tableOf(results: readonly SystemResult[]): string {
  const rows = results.flatMap(({ claims: list, quick }) =>
    list.map(({ system, claim, statistic, threshold, spread, control, verdict, ...measured }) => [
      `${system}: ${claim}`,
      showInterval(measured, statistic),
      showValue(spread, statistic),
      showValue(threshold, statistic),
      `${showInterval(control, statistic)}${control.fails ? ", fails" : ", DOES NOT FAIL"}`,
      quick ? "(rehearsal)" : verdict,
    ]),
  );
  return table(["claim", "value (95 %)", "spread", "threshold", "control", "verdict"], rows);
}
