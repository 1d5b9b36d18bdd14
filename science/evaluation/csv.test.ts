import { expect, it } from "vitest";
import { csvRecords } from "./csv.ts";

it("reads quotes, commas and newlines inside fields, and skips empty lines", () => {
  const text = '\ufeffa,b\r\n1,"x, ""y""\nz"\r\n\r\n2,\n';
  expect([...csvRecords(text)]).toEqual([
    { a: "1", b: 'x, "y"\nz' },
    { a: "2", b: "" },
  ]);
});
