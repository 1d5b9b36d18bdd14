/** Serves the built window (`dist/window`) with a strict content security policy. */
import { createReadStream, existsSync, statSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { PAGE_TYPES, pagePolicy } from "../../contract/page.ts";
import { PRODUCT_FOLDER } from "../runs/launch.ts";

export const CONTENT_SECURITY_POLICY = pagePolicy({
  images: "'self' data: blob:",
  media: "'self' blob:",
  connections: "'self' ws://127.0.0.1:* ws://localhost:*",
});

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
  response.writeHead(200, { ...headers, "content-type": PAGE_TYPES[extname(file)] ?? "application/octet-stream" });
  if (request.method === "HEAD") response.end();
  else createReadStream(file).pipe(response);
}
