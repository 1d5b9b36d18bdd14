/** The processes that train one model together: what they tell each other. */
import { deserialize, serialize } from "node:v8";
import { translated } from "../failures.ts";
import type { NativeEngine } from "../module.ts";
import { EngineError, type EngineErrorCode, type Team } from "../types.ts";

/** A team of one. */
export const ALONE: Team = {
  rank: 0,
  size: 1,
  gather: (own) => Promise.resolve([own]),
  share: async (compute) => compute(),
  exchange: async (compute) => [await compute()],
  leave: () => Promise.resolve(),
  abort: () => undefined,
};

type Outcome<T> = { readonly value: T } | { readonly code: EngineErrorCode | null; readonly message: string };

/** The team that a launcher such as mpirun started. */
export class LaunchedTeam implements Team {
  readonly rank: number;
  readonly size: number;
  readonly #native: NativeEngine;

  constructor(native: NativeEngine, place: { readonly rank: number; readonly size: number }) {
    this.#native = native;
    this.rank = place.rank;
    this.size = place.size;
  }

  async gather<T>(own: T): Promise<T[]> {
    const parts = await translated(() => this.#native.gather(serialize(own)));
    return parts.map((bytes, rank) => (rank === this.rank ? own : (deserialize(bytes) as T)));
  }

  async share<T>(compute: () => T | Promise<T>): Promise<T> {
    const outcome = this.rank === 0 ? await outcomeOf(compute) : null;
    return valueOf((await this.gather<Outcome<T> | null>(outcome))[0]!);
  }

  async exchange<T>(compute: () => T | Promise<T>): Promise<T[]> {
    return (await this.gather(await outcomeOf(compute))).map(valueOf);
  }

  leave(): Promise<void> {
    return translated(() => this.#native.leave());
  }

  abort(exitCode: number): void {
    this.#native.abort(exitCode);
  }
}

async function outcomeOf<T>(compute: () => T | Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await compute() };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { code: error instanceof EngineError ? error.code : null, message };
  }
}

function valueOf<T>(outcome: Outcome<T>): T {
  if ("value" in outcome) return outcome.value;
  throw outcome.code === null ? new Error(outcome.message) : new EngineError(outcome.code, outcome.message);
}
