import { dataFolder } from "../data-folder.ts";
import { examine } from "../doctor.ts";
import { text, type Command } from "./command.ts";

const MARK = { ok: "✓", warning: "!", missing: "✗" } as const;

export const doctor: Command = {
  name: "doctor",
  usage: "[--json]",
  summary: "Says what works on this machine, and what to do about the rest.",
  details: [
    "--json         the report as JSON, with engine.cuda.{compiled,devices}",
    "Exit code 1 when something needed is missing.",
  ],
  options: { json: { type: "boolean" } },
  async run(options) {
    const report = await examine(dataFolder(text(options["data"])));
    if (options["json"]) console.log(JSON.stringify(report, null, 2));
    else {
      for (const check of report.checks) {
        console.log(`${MARK[check.state]} ${check.name.padEnd(15)} ${check.detail}`);
        if (check.remedy) console.log(`  ${" ".repeat(15)} → ${check.remedy}`);
      }
    }
    return report.checks.some((check) => check.state === "missing") ? 1 : 0;
  },
};
