/** What a rule made of a completion: a value or nothing, and why. */
export interface Reading<Value> {
  readonly value: Value | null;
  /** A few words for people; shown beside the item. */
  readonly reason: string;
}

export const read = <Value>(value: Value, reason: string): Reading<Value> => ({ value, reason });
export const unread = (reason: string): Reading<never> => ({ value: null, reason });
