/** A newer answer in which whatever stayed the same is the very object of the older one, so that nothing of it is drawn again. */
export function shareUnchanged<Value>(older: unknown, newer: Value): Value {
  if (Object.is(older, newer)) return newer;
  if (Array.isArray(older) && Array.isArray(newer)) {
    const merged = newer.map((item, index) => shareUnchanged<unknown>(older[index], item));
    const same = merged.length === older.length && merged.every((item, index) => Object.is(item, older[index]));
    return (same ? older : merged) as Value;
  }
  if (!isRecord(older) || !isRecord(newer)) return newer;
  const names = Object.keys(newer);
  const merged = Object.fromEntries(names.map((name) => [name, shareUnchanged<unknown>(older[name], newer[name])]));
  const same =
    names.length === Object.keys(older).length && names.every((name) => Object.is(merged[name], older[name]));
  return (same ? older : merged) as Value;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  Object.getPrototypeOf(value) === Object.prototype;
