/** Takes out of a text what nobody else may read. */

const PATTERNS: readonly RegExp[] = [
  // Keys of well-known services, bearer tokens, and the token in an address of ours.
  /\b(hf_|sk-|ghp_|github_pat_|wandb_v1_)[\w-]{8,}/g,
  /(?<=\bBearer\s)[\w.~+/-]{8,}=*/gi,
  /(?<=[#?&]token=)[\w.-]+/g,
  // NAME_TOKEN=…, "apiKey": "…" and the like.
  /(?<=\b[\w-]*(?:token|secret|password|passwd|api_?key|apikey|credentials?)\b["']?\s*[:=]\s*["']?)(?!null|true|false)[^\s"',}]{6,}/gi,
];

/** `secrets` are texts known to be secret; the home folder becomes `~`. */
export function withoutSecrets(text: string, secrets: readonly string[], home: string): string {
  let clean = text;
  for (const secret of secrets.filter((one) => one.length >= 8)) clean = clean.replaceAll(secret, "[removed]");
  for (const pattern of PATTERNS) clean = clean.replaceAll(pattern, "[removed]");
  return home.length > 1 ? clean.replaceAll(home, "~") : clean;
}
