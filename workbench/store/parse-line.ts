/** One journal line to an event, or to the reason why it is none. */
import { z } from "zod";
import { JOURNAL_VERSION, journalEventSchema, type JournalEvent } from "../../contract/journal.ts";

/** An event of a type that this version does not know: kept as it is. */
export interface UnknownEvent {
  readonly type: string;
  readonly attempt: number;
  readonly seq: number;
  readonly time: number;
  readonly step?: number;
}

export type ParsedLine =
  | { readonly kind: "event"; readonly event: JournalEvent }
  | { readonly kind: "unknown"; readonly event: UnknownEvent }
  | { readonly kind: "bad"; readonly reason: string };

const KNOWN_TYPES: ReadonlySet<string> = new Set(
  journalEventSchema.options.map((option) => option.shape.type.value as string),
);

const unknownSchema = z.object({
  v: z.literal(JOURNAL_VERSION),
  type: z.string().min(1),
  attempt: z.number().int().min(1),
  seq: z.number().int().min(0),
  time: z.number(),
  step: z.number().int().optional(),
});

export function parseLine(text: string): ParsedLine {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { kind: "bad", reason: `not JSON (${(error as Error).message})` };
  }
  const type = (value as { type?: unknown } | null)?.type;
  const isKnown = typeof type === "string" && KNOWN_TYPES.has(type);
  const parsed = isKnown ? journalEventSchema.safeParse(value) : unknownSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const name = typeof type === "string" ? type : "event";
    return { kind: "bad", reason: `${name}: ${issue.path.join(".") || "the line"}: ${issue.message}` };
  }
  return isKnown
    ? { kind: "event", event: parsed.data as JournalEvent }
    : { kind: "unknown", event: parsed.data as UnknownEvent };
}
