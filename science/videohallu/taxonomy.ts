/**
 * VideoHallu's categories of questions about generated clips (arXiv 2505.01481, and the columns of its data.jsonl), with
 * how many of the 3,233 published questions each has by the second column, which the paper's sub-scores go by.
 */

export const SUPER_CATEGORIES = ["alignment", "consistency", "common sense", "physics"] as const;
export type SuperCategory = (typeof SUPER_CATEGORIES)[number];

export interface Category {
  readonly code: string;
  readonly superCategory: SuperCategory;
  readonly title: string;
  /** Rows of the published file whose second column has this code. */
  readonly published: number;
}

const category = <Code extends string>(code: Code, superCategory: SuperCategory, title: string, published: number) => ({
  code,
  superCategory,
  title,
  published,
});

export const CATEGORIES = [
  category("A-EC", "alignment", "entity counting", 279),
  category("A-EP", "alignment", "entity properties", 410),
  category("A-ERAC", "alignment", "entity recognition and classification", 308),
  category("A-SR", "alignment", "spatial relations", 104),
  category("SC-CD", "consistency", "camera dynamics", 113),
  category("SC-SD", "consistency", "spatial dynamics", 272),
  category("SC-TD", "consistency", "temporal dynamics", 1009),
  category("CS-K", "common sense", "knowledge", 107),
  category("CS-R", "common sense", "reasoning", 102),
  category("P-C", "physics", "conservation", 42),
  category("P-CAP", "physics", "constraints and properties", 70),
  category("P-M", "physics", "motion", 305),
  category("P-ST", "physics", "state transition", 112),
] as const satisfies readonly Category[];

export type CategoryCode = (typeof CATEGORIES)[number]["code"];

/** The category with a code, whatever the case of its letters; null for none. */
export function categoryOf(code: string): Category | null {
  const wanted = code.trim().toUpperCase();
  return CATEGORIES.find((one) => one.code === wanted) ?? null;
}

/** Questions about what a clip shows, not about what is wrong with it: training on violations must not cost them. */
export const isAlignment = (code: string): boolean => categoryOf(code)?.superCategory === "alignment";

/** The seven generators of the published clips; their names differ in case there. */
export const GENERATORS = ["Sora", "Veo2", "Runway-gen2", "Kling", "Pixverse", "CogVideo", "LaVie"] as const;

/** A generator's name as it is written here, e.g. `sora` as `Sora`; unknown ones stay as they are. */
export function generatorOf(name: string): string {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[\s_-]/g, "");
  return GENERATORS.find((one) => plain(one) === plain(name)) ?? name.trim();
}
