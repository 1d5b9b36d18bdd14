/** The hidden runs after a click on the eye of `id`; alone: the others are hidden, or shown again where they all are. */
export function afterEye(
  ids: readonly string[],
  hidden: readonly string[],
  id: string,
  alone: boolean,
): readonly string[] {
  const others = ids.filter((other) => other !== id);
  if (alone) return others.every((other) => hidden.includes(other)) && !hidden.includes(id) ? [] : others;
  return hidden.includes(id) ? hidden.filter((other) => other !== id) : [...hidden, id];
}
