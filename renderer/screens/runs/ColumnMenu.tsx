import { useState } from "react";
import { describeMetric } from "../../metrics.ts";
import { Button } from "../../parts/Button.tsx";
import { Menu, MenuCheck, MenuSearch, MenuSection } from "../../parts/Menu.tsx";
import { matchesQuery } from "../../parts/Palette.tsx";
import { DEFAULT_COLUMNS } from "../../state/table-view.ts";
import { useService } from "../../state/queries.ts";
import { STANDARD_COLUMNS } from "./columns.tsx";

/** More are found by typing. */
const LISTED = 40;

interface Offer {
  readonly key: string;
  readonly title: string;
  readonly note?: string;
}

/** Which columns stand in the table: the usual ones, any metric, any setting. */
export function ColumnMenu({
  columns,
  onColumns,
}: {
  readonly columns: readonly string[];
  readonly onColumns: (columns: readonly string[]) => void;
}) {
  const [open, setOpen] = useState(false);
  const [query, setQuery] = useState("");
  const offered = useService("runs.columns", open ? {} : null).data;
  const standard = STANDARD_COLUMNS.map(({ key, title }): Offer => ({ key, title }));
  const known = new Set(standard.map(({ key }) => key));
  const metrics = (offered?.metrics ?? [])
    .map((name): Offer => ({ key: `metric:${name}`, title: name, note: describeMetric(name).label }))
    .filter(({ key }) => !known.has(key));
  const settings = [...(offered?.settings ?? [])]
    .sort((a, b) => Number(b.values > 1) - Number(a.values > 1))
    .map(({ name, values }): Offer => ({ key: `setting:${name}`, title: name, note: valuesNote(values) }));
  const toggle = (key: string, on: boolean) =>
    onColumns(on ? [...columns, key] : columns.filter((other) => other !== key));
  const section = (title: string, offers: readonly Offer[]) => {
    const found = offers.filter((offer) => matchesQuery(`${offer.title} ${offer.note ?? ""}`, query));
    if (found.length === 0) return null;
    const chosen = found.filter(({ key }) => columns.includes(key));
    const shown = [...new Set([...found.slice(0, LISTED), ...chosen])];
    return (
      <MenuSection title={found.length > shown.length ? `${title}, ${found.length} of them: type to find one` : title}>
        {shown.map(({ key, title: name, note }) => (
          <MenuCheck key={key} note={note} checked={columns.includes(key)} onChange={(on) => toggle(key, on)}>
            {name}
          </MenuCheck>
        ))}
      </MenuSection>
    );
  };
  return (
    <Menu label="Columns" width={320} open={open} onOpen={setOpen}>
      <MenuSearch label="Find a metric or a setting" value={query} onChange={setQuery} />
      {section("Usual", standard)}
      {section("Metrics, newest value", metrics)}
      {section("Settings", settings)}
      <MenuSection>
        <Button kind="quiet" onClick={() => onColumns(DEFAULT_COLUMNS)}>
          Back to the default
        </Button>
      </MenuSection>
    </Menu>
  );
}

export const valuesNote = (values: number): string => (values === 1 ? "the same in all" : `${values} values`);
