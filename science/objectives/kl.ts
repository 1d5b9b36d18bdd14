/** The k3 estimate of the KL divergence to the reference: exp(d) - d - 1 with d = reference - policy, never negative. */

export interface KlSettings {
  /** Weight of the KL term; 0: none. */
  readonly beta?: number;
  /** d is clamped to +-klClamp first (Video-R1: 10); no gradient where it is. Default: no clamp. */
  readonly klClamp?: number | null;
  /** k3 times the ratio: unbiased gradient off-policy. */
  readonly biasCorrection?: boolean;
}

/** The term of one token with its derivatives with respect to the log-probability and to the ratio. */
export function klTerm(
  logProb: number,
  reference: number,
  ratio: number,
  settings: KlSettings,
): { value: number; dLogProb: number; dRatio: number } {
  const clamp = settings.klClamp ?? Number.POSITIVE_INFINITY;
  const raw = reference - logProb;
  const d = Math.min(clamp, Math.max(-clamp, raw));
  const k3 = Math.exp(d) - d - 1;
  const slope = Math.abs(raw) > clamp ? 0 : 1 - Math.exp(d);
  if (!settings.biasCorrection) return { value: k3, dLogProb: slope, dRatio: 0 };
  return { value: k3 * ratio, dLogProb: slope * ratio, dRatio: k3 };
}
