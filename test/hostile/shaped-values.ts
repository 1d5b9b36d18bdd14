/** Values of the shape that a JSON schema asks for, with contents that nobody should trust: they pass the contract's door. */
import type { RandomStream } from "../../science/rng.ts";

export interface Shape {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Shape[];
  readonly oneOf?: readonly Shape[];
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly items?: Shape;
  readonly prefixItems?: readonly Shape[];
  readonly additionalProperties?: Shape | boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

const MOST_ITEMS = 4;

/** A value of a shape; strings are among `words`. */
export function valueOf(shape: Shape, random: RandomStream, words: readonly string[]): unknown {
  const below = (limit: number): number => Math.floor(random.uniform() * limit);
  const pick = <Value>(values: readonly Value[]): Value => values[below(values.length)]!;
  const inside = (one: Shape): unknown => valueOf(one, random, words);
  if ("const" in shape) return shape.const;
  if (shape.enum) return pick(shape.enum);
  const choices = shape.anyOf ?? shape.oneOf;
  if (choices) return inside(pick(choices));
  switch (shape.type) {
    case "string":
      return pick(words);
    case "boolean":
      return below(2) === 0;
    case "null":
      return null;
    case "integer":
    case "number": {
      const { minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER } = shape;
      const wanted = pick([
        0,
        1,
        -1,
        2,
        7,
        minimum,
        maximum,
        1e6,
        ...(shape.type === "number" ? [0.5, 1e308, -1e308] : []),
      ]);
      return Math.min(maximum, Math.max(minimum, wanted));
    }
    case "array": {
      if (shape.prefixItems) return shape.prefixItems.map(inside);
      const least = shape.minItems ?? 0;
      const length = Math.max(least, Math.min(shape.maxItems ?? MOST_ITEMS, least + below(MOST_ITEMS)));
      return Array.from({ length }, () => inside(shape.items ?? {}));
    }
    case "object": {
      const named = Object.entries(shape.properties ?? {})
        .filter(([name]) => shape.required?.includes(name) || below(3) > 0)
        .map(([name, one]) => [name, inside(one)]);
      const more = shape.additionalProperties;
      const others =
        typeof more === "object" ? Array.from({ length: below(3) }, () => [pick(words), inside(more)]) : [];
      return Object.fromEntries([...named, ...others]);
    }
    default:
      return pick<unknown>([...words, 0, null, [], {}]);
  }
}
