/** Serves the built window (`dist/window`) with a strict content security policy. */
import { createReadStream, existsSync, statSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { PRODUCT_FOLDER } from "../runs/launch.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".json": "application/json",
};

/** Inline styles only, because chart and list libraries position with them. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "font-src 'self'",
  "connect-src 'self' ws://127.0.0.1:* ws://localhost:*",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

export function serveWindow(request: IncomingMessage, response: ServerResponse): void {
  const root = join(PRODUCT_FOLDER, "dist", "window");
  const { pathname } = new URL(request.url ?? "/", "http://127.0.0.1");
  const wanted = normalize(join(root, decodeURIComponent(pathname)));
  const inside = wanted === root || wanted.startsWith(root + sep);
  // The window routes by itself: any address without a file is the window.
  const file = inside && existsSync(wanted) && statSync(wanted).isFile() ? wanted : join(root, "index.html");
  const headers = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": file.includes(`${sep}assets${sep}`) ? "public, max-age=31536000, immutable" : "no-cache",
  };
  if (!existsSync(file)) {
    response.writeHead(503, { ...headers, "content-type": "text/plain; charset=utf-8" });
    response.end('The window is not built. Run "npm run build:window" in the project folder and reload.\n');
    return;
  }
  response.writeHead(200, { ...headers, "content-type": TYPES[extname(file)] ?? "application/octet-stream" });
  if (request.method === "HEAD") response.end();
  else createReadStream(file).pipe(response);
}
