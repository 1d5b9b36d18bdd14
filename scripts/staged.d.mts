export const ROOMS: readonly string[];
export const ENGINE: string;
export const WHOLE: readonly string[];
export function isStaged(path: string): boolean;
