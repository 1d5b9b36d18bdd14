export const ROOMS: readonly string[];
export const ENGINE: string;
export const WHOLE: readonly string[];
export function isStaged(path: string): boolean;
export const BUILD_ONLY: readonly string[];
export function isNeeded(path: string, system: string): boolean;
