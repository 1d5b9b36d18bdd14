/** The systems whose claims `secondlook claims` checks. */
import type { SystemClaims } from "./claim.ts";
import { deepVideoR1Claims } from "./deepvideo-r1.ts";
import { grpoCareClaims } from "./grpo-care.ts";
import { twGrpoClaims } from "./tw-grpo.ts";
import { veripoClaims } from "./veripo.ts";
import { videoHalluClaims } from "./videohallu.ts";

export const SYSTEM_CLAIMS: readonly SystemClaims[] = [
  twGrpoClaims,
  deepVideoR1Claims,
  veripoClaims,
  grpoCareClaims,
  videoHalluClaims,
];
