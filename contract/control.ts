/** Commands to a run: lines of `control.ndjson`, each applied once, at a step boundary, and acknowledged in the journal. */
import { z } from "zod";

export const controlCommandSchema = z.discriminatedUnion("command", [
  z.object({ id: z.string(), command: z.literal("pause") }),
  z.object({ id: z.string(), command: z.literal("resume") }),
  z.object({ id: z.string(), command: z.literal("checkpoint") }),
  z.object({ id: z.string(), command: z.literal("stop"), save: z.boolean() }),
  z.object({
    id: z.string(),
    command: z.literal("set_knob"),
    knob: z.enum(["learningRate", "beta", "temperature", "groupSize"]),
    value: z.number(),
  }),
]);
export type ControlCommand = z.infer<typeof controlCommandSchema>;
export type Knob = Extract<ControlCommand, { command: "set_knob" }>["knob"];
