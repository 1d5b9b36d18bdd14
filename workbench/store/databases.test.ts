import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { temporaryData } from "../testing/temporary.ts";
import { openIndex, openUser } from "./databases.ts";
import { INDEX_MIGRATIONS, USER_MIGRATIONS, migrate } from "./schema.ts";

describe("the databases", () => {
  it("open from every schema version before this one", () => {
    for (let version = 0; version < INDEX_MIGRATIONS.length; version++) {
      const data = temporaryData();
      const old = new Database(join(data, "index.db"));
      migrate(old, INDEX_MIGRATIONS.slice(0, version), "old");
      old.close();
      const database = openIndex(data);
      expect(database.prepare("SELECT count(*) FROM lines").pluck().get()).toBe(0);
      database.close();
    }
  });

  it("refuse a file that a newer Secondlook wrote, and leave it as it is", () => {
    const data = temporaryData();
    const newer = new Database(join(data, "user.db"));
    newer.pragma(`user_version = ${USER_MIGRATIONS.length + 1}`);
    newer.close();
    expect(() => openUser(data)).toThrow(/user\.db has schema version .*open it with a newer Secondlook/);
  });

  it("set a damaged index aside and begin a new one", () => {
    const data = temporaryData();
    writeFileSync(
      join(data, "index.db"),
      "this is no database, only text that is long enough to look like a header".repeat(20),
    );
    openIndex(data).close();
    expect(existsSync(join(data, "index.db.damaged"))).toBe(true);
  });

  it("copy what people wrote before it is migrated", () => {
    const data = temporaryData();
    const old = new Database(join(data, "user.db"));
    old.exec("CREATE TABLE keepsake (text TEXT); INSERT INTO keepsake VALUES ('mine')");
    old.close();
    openUser(data).close();
    const backup = new Database(join(data, "user.db.before-0"), { readonly: true });
    expect(backup.prepare("SELECT text FROM keepsake").pluck().get()).toBe("mine");
    backup.close();
  });
});
