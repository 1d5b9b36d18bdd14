import { useState } from "react";
import type { SavedView, TableView } from "../../../contract/methods.ts";
import { call } from "../../connection.ts";
import { Button } from "../../parts/Button.tsx";
import { Menu, MenuItem, MenuSection } from "../../parts/Menu.tsx";
import { navigate } from "../../state/route.ts";
import { openView, useSavedViews, viewsChanged } from "./saved-views.ts";
import styles from "./ViewMenu.module.css";

/** Filter, order, columns and groups under a name: opened, saved and removed here; the address is a link to it. */
export function ViewMenu({
  current,
  view,
  isChanged,
}: {
  readonly current: SavedView | null;
  readonly view: TableView;
  readonly isChanged: boolean;
}) {
  const { views } = useSavedViews();
  const [open, setOpen] = useState(false);
  const [name, setName] = useState("");
  const [error, setError] = useState<Error | null>(null);
  const save = (under: string) => {
    setError(null);
    call("views.save", { name: under, view: { ...view, columns: [...view.columns] } }).then((saved) => {
      setName("");
      setOpen(false);
      viewsChanged();
      openView(saved.id);
    }, setError);
  };
  const remove = (id: string) =>
    call("views.remove", { id }).then(() => {
      viewsChanged();
      if (current?.id === id) navigate({ screen: "runs", table: view }, "replace");
    }, setError);
  const choose = (act: () => void) => {
    setOpen(false);
    act();
  };
  return (
    <Menu
      label="View"
      value={current ? `${current.name}${isChanged ? ", changed" : ""}` : undefined}
      width={300}
      open={open}
      onOpen={setOpen}
    >
      <MenuSection>
        <MenuItem chosen={current === null && !isChanged} onChoose={() => choose(() => navigate({ screen: "runs" }))}>
          All runs
        </MenuItem>
        {views.map(({ id, name: title }) => (
          <div key={id} className={styles["saved"]}>
            <MenuItem chosen={current?.id === id && !isChanged} onChoose={() => choose(() => openView(id))}>
              {title}
            </MenuItem>
            <Button kind="quiet" icon="close" hint={`Remove the view ${title}`} onClick={() => void remove(id)} />
          </div>
        ))}
      </MenuSection>
      <MenuSection title="Keep the table as it is now">
        {current && isChanged && <Button onClick={() => save(current.name)}>Change “{current.name}” to this</Button>}
        <form
          className={styles["form"]}
          onSubmit={(event) => {
            event.preventDefault();
            if (name.trim()) save(name.trim());
          }}
        >
          <input
            aria-label="Name of the view"
            placeholder="Name of the view"
            maxLength={80}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
          <Button type="submit" disabled={name.trim() === ""}>
            Save
          </Button>
        </form>
        {error && (
          <p role="alert" className={styles["error"]}>
            {error.message}
          </p>
        )}
      </MenuSection>
    </Menu>
  );
}
