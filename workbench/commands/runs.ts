import { dataFolder } from "../data-folder.ts";
import { summarise } from "../runs/summaries.ts";
import { takeServiceLock } from "../server/service-lock.ts";
import { openIndex, openIndexToRead } from "../store/databases.ts";
import { Ingest } from "../store/ingest.ts";
import { percent, table } from "../terminal.ts";
import { text, type Command } from "./command.ts";

export const runs: Command = {
  name: "runs",
  usage: "[--json]",
  summary: "Lists runs, newest first.",
  details: ["--json         the list as JSON"],
  options: { json: { type: "boolean" } },
  run(options) {
    const data = dataFolder(text(options["data"]));
    // A running service keeps the index up; without one this command does, in its place.
    const lock = takeServiceLock(data);
    const database = lock ? openIndex(data) : openIndexToRead(data);
    const ingest = new Ingest(database, data);
    const list = ingest
      .runFolders()
      .map((run) => {
        if (lock) ingest.run(run);
        return summarise(database, data, run);
      })
      .filter((run) => run !== null)
      .sort((left, right) => right.createdAt - left.createdAt);
    database.close();
    lock?.release();
    if (options["json"]) console.log(JSON.stringify(list, null, 2));
    else if (list.length === 0) console.log(`There are no runs in ${data} yet. "secondlook demo" makes the first one.`);
    else {
      const rows = list.map((run) => [
        run.id,
        run.name,
        run.state,
        `${run.step}/${run.totalSteps}`,
        percent(run.heldOut),
      ]);
      console.log(table(["run", "name", "state", "step", "held-out"], rows));
    }
    return Promise.resolve(0);
  },
};
