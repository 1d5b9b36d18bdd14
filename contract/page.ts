/** How the built window is served, by the service to a browser and by the desktop shell from its own scheme. */

/** Content types of the build's files, by extension. */
export const PAGE_TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".json": "application/json",
};

/**
 * The policy under which the page runs: nothing but itself and the sources given, which differ by who serves it. Inline
 * styles only, because chart and list libraries position with them.
 */
export function pagePolicy(sources: {
  readonly images: string;
  readonly media: string;
  readonly connections: string;
}): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    `img-src ${sources.images}`,
    `media-src ${sources.media}`,
    "font-src 'self'",
    `connect-src ${sources.connections}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
