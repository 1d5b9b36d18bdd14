/**
 * Makes the program's icons from the page's (`renderer/public/icon.svg`), with Chromium: `node scripts/icons.ts`. What it makes is
 * checked in, so that packaging needs no browser.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openBrowser } from "../test/support/browser.ts";

const PNG_PX = 512;
/** The largest picture that an `.ico` can hold, as PNG. */
const ICO_PX = 256;

const svg = readFileSync(join("renderer", "public", "icon.svg")).toString("base64");
const browser = await openBrowser();

async function drawn(px: number): Promise<Buffer> {
  const page = await browser.newPage({ viewport: { width: px, height: px } });
  await page.setContent(
    `<body style="margin:0"><img width="${px}" height="${px}" src="data:image/svg+xml;base64,${svg}"></body>`,
  );
  const picture = await page.screenshot({ omitBackground: true });
  await page.close();
  return picture;
}

/** An icon file with one picture: a header, one entry, the PNG as it is. */
function icoOf(png: Buffer): Buffer {
  const header = Buffer.alloc(22);
  header.writeUInt16LE(1, 2); // An icon,
  header.writeUInt16LE(1, 4); // of one picture, whose width and height of 256 are written as 0,
  header.writeUInt16LE(1, 10); // with one plane
  header.writeUInt16LE(32, 12); // and bits of a pixel.
  header.writeUInt32LE(png.length, 14);
  header.writeUInt32LE(header.length, 18);
  return Buffer.concat([header, png]);
}

writeFileSync(join("resources", "icon.png"), await drawn(PNG_PX));
writeFileSync(join("resources", "icon.ico"), icoOf(await drawn(ICO_PX)));
await browser.close();
