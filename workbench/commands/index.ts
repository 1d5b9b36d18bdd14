/** Every command, in the order of the overview. */
import type { Command } from "./command.ts";
import { doctor } from "./doctor.ts";
import { runs } from "./runs.ts";
import { serve } from "./serve.ts";

export const COMMANDS: readonly Command[] = [serve, runs, doctor];
