/** `node workbench/library/import-main.ts REQUEST`: imports a file and says on its output, line by line, how far it is. */
import type { ImportMessage } from "./import-process.ts";
import { importDataset, type ImportRequest } from "./import-dataset.ts";

const say = (message: ImportMessage): void => void process.stdout.write(`${JSON.stringify(message)}\n`);

// Whoever asked for the import is gone: nobody would register it.
process.stdout.on("error", () => process.exit(1));

try {
  let said = 0;
  let phase = "";
  importDataset(JSON.parse(process.argv[2] ?? "") as ImportRequest, (progress) => {
    const now = Date.now();
    if (progress.phase === phase && now - said < 200) return;
    said = now;
    phase = progress.phase;
    say({ progress });
  });
  say({ done: true });
} catch (error) {
  say({ error: (error as Error).message });
  process.exitCode = 1;
}
