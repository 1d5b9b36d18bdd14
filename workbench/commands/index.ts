/** Every command, in the order of the overview. */
import type { Command } from "./command.ts";
import { annotate } from "./annotate.ts";
import { ask } from "./ask.ts";
import { claims } from "./claims.ts";
import { convert } from "./convert.ts";
import { data } from "./data.ts";
import { demo } from "./demo.ts";
import { doctor } from "./doctor.ts";
import { evaluate } from "./eval.ts";
import { pack } from "./pack.ts";
import { pretrain } from "./pretrain.ts";
import { replay } from "./replay.ts";
import { rescore } from "./rescore.ts";
import { resume } from "./resume.ts";
import { runs } from "./runs.ts";
import { serve } from "./serve.ts";
import { stop } from "./stop.ts";
import { train } from "./train.ts";

export const COMMANDS: readonly Command[] = [
  demo,
  serve,
  train,
  resume,
  stop,
  runs,
  ask,
  replay,
  data,
  convert,
  evaluate,
  claims,
  doctor,
  pack,
  pretrain,
  annotate,
  rescore,
];
