/**
 * Commands to a run: lines of `control.ndjson`, each applied once, at a step boundary, and acknowledged in the journal.
 * A line may also say when it was written: `at`, milliseconds since 1970.
 */
import { z } from "zod";

const shared = { id: z.string(), at: z.number().optional() };

export const controlCommandSchema = z.discriminatedUnion("command", [
  z.object({ ...shared, command: z.literal("pause") }),
  z.object({ ...shared, command: z.literal("resume") }),
  z.object({ ...shared, command: z.literal("checkpoint") }),
  z.object({ ...shared, command: z.literal("stop"), save: z.boolean() }),
  z.object({
    ...shared,
    command: z.literal("set_knob"),
    knob: z.enum(["learningRate", "beta", "temperature", "groupSize", "logging"]),
    value: z.number(),
  }),
]);
export type ControlCommand = z.infer<typeof controlCommandSchema>;
export type Knob = Extract<ControlCommand, { command: "set_knob" }>["knob"];
