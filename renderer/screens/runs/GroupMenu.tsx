import { useState } from "react";
import { Menu, MenuItem, MenuSearch, MenuSection } from "../../parts/Menu.tsx";
import { matchesQuery } from "../../parts/Palette.tsx";
import { useService } from "../../state/queries.ts";
import { valuesNote } from "./ColumnMenu.tsx";

const USUAL: readonly (readonly [group: string, title: string, note: string])[] = [
  ["seedless", "Configuration", "mean over its seeds"],
  ["recipe", "Recipe", ""],
  ["preset", "Preset", ""],
  ["state", "State", ""],
];
const LISTED = 30;

const titleOf = (group: string): string => USUAL.find(([key]) => key === group)?.[1] ?? group.replace(/^setting:/, "");

/** What runs are put together by: a row of a group has the mean of its runs and how far they lie apart. */
export function GroupMenu({ group, onGroup }: { readonly group: string; readonly onGroup: (group: string) => void }) {
  const [open, setOpen] = useState(false);
  const [query, setQuery] = useState("");
  const offered = useService("runs.columns", open ? {} : null).data?.settings ?? [];
  const choose = (next: string) => {
    onGroup(next);
    setOpen(false);
  };
  const usual = USUAL.filter(([, title]) => matchesQuery(title, query));
  const settings = offered
    .filter(({ name }) => !["recipe", "preset"].includes(name) && matchesQuery(name, query))
    .sort((a, b) => Number(b.values > 1) - Number(a.values > 1))
    .slice(0, LISTED);
  return (
    <Menu label="Group by" value={group ? titleOf(group) : undefined} width={300} open={open} onOpen={setOpen}>
      <MenuSearch label="Find a setting" value={query} onChange={setQuery} />
      <MenuSection>
        {matchesQuery("nothing", query) && (
          <MenuItem chosen={group === ""} onChoose={() => choose("")}>
            Nothing
          </MenuItem>
        )}
        {usual.map(([key, title, note]) => (
          <MenuItem key={key} chosen={group === key} note={note || undefined} onChoose={() => choose(key)}>
            {title}
          </MenuItem>
        ))}
      </MenuSection>
      {settings.length > 0 && (
        <MenuSection title="A setting">
          {settings.map(({ name, values }) => (
            <MenuItem
              key={name}
              chosen={group === `setting:${name}`}
              note={valuesNote(values)}
              onChoose={() => choose(`setting:${name}`)}
            >
              {name}
            </MenuItem>
          ))}
        </MenuSection>
      )}
    </Menu>
  );
}
