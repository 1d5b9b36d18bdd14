/** All measurements of the proof, by arm and seed. */
import type { RunRecord } from "./journal.ts";
import { mean, pairedDifference, type Difference, type Scores } from "../../workbench/proof/statistics.ts";

/** One policy that was measured: an arm's end, or the base model before anything. */
export interface Policy {
  readonly id: string;
  readonly title: string;
  /** In its run's journal. */
  readonly label: string;
  readonly runs: ReadonlyMap<number, RunRecord>;
}

export type View = "ordered" | "shuffled" | "question-only";

export class Results {
  readonly seeds: readonly number[];
  readonly policies: readonly Policy[];
  /** Ids of the held-out questions whose answer needs the order of frames. */
  readonly timeDependent: ReadonlySet<string>;
  /** Ids of the held-out questions about videos. */
  readonly videos: ReadonlySet<string>;

  /** Ids of the held-out questions about combinations that nothing else shows. */
  readonly unseen: ReadonlySet<string>;

  constructor(
    seeds: readonly number[],
    policies: readonly Policy[],
    heldOut: Readonly<Record<"timeDependent" | "videos" | "unseen", ReadonlySet<string>>>,
  ) {
    this.seeds = seeds;
    this.policies = policies;
    this.timeDependent = heldOut.timeDependent;
    this.videos = heldOut.videos;
    this.unseen = heldOut.unseen;
  }

  policy(id: string): Policy | undefined {
    return this.policies.find((policy) => policy.id === id);
  }

  /** Scores by question; in the shuffled view a picture counts as it is, since it has no order. */
  scores(id: string, seed: number, view: View = "ordered"): Scores | null {
    const policy = this.policy(id);
    const record = policy?.runs.get(seed);
    if (policy === undefined || record === undefined) return null;
    const ordered = record.heldOut.get(`${policy.label}/ordered`);
    const own = record.heldOut.get(`${policy.label}/${view}`);
    if (ordered === undefined || own === undefined) return null;
    const scores = new Map([...own].map(([sample, { score }]) => [sample, score] as const));
    if (view === "shuffled") {
      for (const [sample, { score }] of ordered) if (!this.videos.has(sample)) scores.set(sample, score);
    }
    return scores;
  }

  /** Mean score of each seed over the questions that `keep` lets through; seeds without a measurement are left out. */
  accuracies(id: string, view: View = "ordered", keep: (sample: string) => boolean = () => true): number[] {
    return this.seeds.flatMap((seed) => {
      const own = [...(this.scores(id, seed, view) ?? [])].filter(([sample]) => keep(sample));
      return own.length === 0 ? [] : [mean(own.map(([, score]) => score))];
    });
  }

  /** Held-out questions by what they are asked about, from any run. */
  questions(): ReadonlyMap<string, { readonly task: string; readonly type: string }> {
    for (const policy of this.policies) {
      for (const record of policy.runs.values()) {
        const items = record.heldOut.get(`${policy.label}/ordered`);
        if (items !== undefined) return items;
      }
    }
    return new Map();
  }

  /** Over the seeds that have both; null where none has. `keep` chooses questions. */
  difference(before: string, after: string, keep: (sample: string) => boolean = () => true): Difference | null {
    const pairs = this.seeds.flatMap((seed) => {
      const [one, two] = [this.scores(before, seed), this.scores(after, seed)];
      return one === null || two === null ? [] : [{ seed, before: chosen(one, keep), after: chosen(two, keep) }];
    });
    return pairs.length === 0 || pairs[0]!.before.size === 0 ? null : pairedDifference(pairs);
  }

  /** How much better a policy is in one view than in another, on the same questions. */
  viewGap(id: string, worse: View, better: View, keep: (sample: string) => boolean = () => true): Difference | null {
    const pairs = this.seeds.flatMap((seed) => {
      const [one, two] = [this.scores(id, seed, worse), this.scores(id, seed, better)];
      return one === null || two === null ? [] : [{ seed, before: chosen(one, keep), after: chosen(two, keep) }];
    });
    return pairs.length === 0 || pairs[0]!.before.size === 0 ? null : pairedDifference(pairs);
  }

  /** How much more one policy gains from the order of frames than another, on questions that need it. */
  orderGain(before: string, after: string): Difference | null {
    const gap = (id: string, seed: number): Scores | null => {
      const [ordered, shuffled] = [this.scores(id, seed), this.scores(id, seed, "shuffled")];
      if (ordered === null || shuffled === null) return null;
      const needed = [...ordered].filter(([sample]) => this.timeDependent.has(sample) && shuffled.has(sample));
      return new Map(needed.map(([sample, score]) => [sample, score - shuffled.get(sample)!]));
    };
    const pairs = this.seeds.flatMap((seed) => {
      const [one, two] = [gap(before, seed), gap(after, seed)];
      return one === null || two === null || one.size === 0 ? [] : [{ seed, before: one, after: two }];
    });
    return pairs.length === 0 ? null : pairedDifference(pairs);
  }
}

const chosen = (scores: Scores, keep: (sample: string) => boolean): Scores =>
  new Map([...scores].filter(([sample]) => keep(sample)));
