export const LIBRARY: string;
export const KINDS: readonly string[];
export function installerOptions(
  kind: string,
  packaged: string,
  output: string,
  arch: string,
): {
  readonly prepackaged: string;
  readonly publish: "never";
  readonly config: {
    readonly appId: string;
    readonly productName: string;
    readonly npmRebuild: boolean;
    readonly icon: string;
    readonly directories: { readonly output: string };
    readonly protocols: readonly { readonly name: string; readonly schemes: readonly string[] }[];
    readonly linux: { readonly executableName: string };
    readonly nsis: object;
  };
};
export function installerTrouble(kind: string, error: unknown): string;
