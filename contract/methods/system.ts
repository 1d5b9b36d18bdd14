/** The machine and the state of the index. */
import { z } from "zod";

export interface DoctorCheck {
  readonly name: string;
  readonly state: "ok" | "warning" | "missing";
  readonly detail: string;
  readonly remedy: string | null;
}

export interface JournalAudit {
  readonly run: string;
  /** Whole lines in the journals now. */
  readonly journal: number;
  readonly indexed: number;
}

export const systemInputs = {
  "system.doctor": z.object({}),
  "system.audit": z.object({ run: z.string() }),
} as const;

export interface SystemResults {
  "system.doctor": readonly DoctorCheck[];
  "system.audit": JournalAudit;
}
