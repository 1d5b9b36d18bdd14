/** Serves the built page from `app://`, with a policy that lets it load nothing but itself and the local service. */
import { protocol } from "electron";
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { PAGE_TYPES } from "../contract/page.ts";
import { WINDOW_ORIGIN } from "./bridge.ts";
import { CONTENT_POLICY, pageFile } from "./rules.ts";

const SCHEME = new URL(WINDOW_ORIGIN).protocol.slice(0, -1);
const HOST = WINDOW_ORIGIN.slice(`${SCHEME}://`.length);
export const GONE_PATH = "/gone";

/** Before the app is ready: `app://` counts as a secure origin of its own. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Answers requests of the page from the folder with the build. */
export function servePage(root: string): void {
  protocol.handle(SCHEME, async (request) => {
    const { pathname, host } = new URL(request.url);
    const headers = { "content-security-policy": CONTENT_POLICY, "x-content-type-options": "nosniff" };
    if (pathname === GONE_PATH)
      return new Response(GONE_PAGE, { headers: { ...headers, "content-type": PAGE_TYPES[".html"]! } });
    const file = host === HOST ? pageFile(root, pathname) : null;
    try {
      if (file === null) throw new RangeError("outside of the page");
      const body = await readFile(file);
      return new Response(new Uint8Array(body), {
        headers: { ...headers, "content-type": PAGE_TYPES[extname(file)] ?? "application/octet-stream" },
      });
    } catch {
      return new Response("Not found", { status: 404, headers });
    }
  });
}

/** Shown when the page's process is gone: says that training is not concerned, and leads back. */
const GONE_PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>Secondlook</title>
<style>
  body { margin: 0; height: 100vh; display: grid; place-content: center; gap: 12px; text-align: center;
    font: 14px/1.5 system-ui, sans-serif; }
  h1 { margin: 0; font-size: 18px; } p { margin: 0; opacity: .75; max-width: 46ch; }
  a { justify-self: center; padding: 6px 14px; border-radius: 6px; background: #4b3fd1; color: #fff; text-decoration: none; }
</style></head>
<body><h1>The window's page has stopped</h1>
<p>Training is not concerned: runs go on in processes of their own, and nothing of them is lost.</p>
<a href="${WINDOW_ORIGIN}/">Open the page again</a></body></html>`;
