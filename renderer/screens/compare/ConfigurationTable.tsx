import { useMemo, useState } from "react";
import type { RunDetail } from "../../../contract/methods.ts";
import { Button } from "../../parts/Button.tsx";
import { Card } from "../../parts/Card.tsx";
import { compareSettings } from "./configuration-difference.ts";
import { runColor } from "./run-colors.ts";
import styles from "./Tables.module.css";

/** What differs in how the runs were set up; on demand all settings. */
export function ConfigurationTable({ runs }: { readonly runs: readonly RunDetail[] }) {
  const [all, setAll] = useState(false);
  const rows = useMemo(() => compareSettings(runs), [runs]);
  const differing = rows.filter(({ differs }) => differs);
  const shown = all ? rows : differing;
  return (
    <Card
      title="Configuration"
      explanation="Settings that differ come first: a difference in the curves means little before these are known."
      aside={
        <Button kind="quiet" onClick={() => setAll(!all)}>
          {all ? "Only differences" : `All ${rows.length} settings`}
        </Button>
      }
    >
      {differing.length === 0 && <p className={styles["note"]}>The runs have the same settings.</p>}
      {shown.length > 0 && (
        <div className={styles["scroll"]}>
          <table className={styles["table"]} data-table="configuration">
            <thead>
              <tr>
                <th scope="col">Setting</th>
                {runs.map((run, place) => (
                  <th key={run.id} scope="col">
                    <i style={{ background: runColor(place) }} />
                    {run.name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.map((row) => (
                <tr key={row.name}>
                  <th scope="row">{row.name}</th>
                  {row.values.map((value, place) => (
                    <td
                      key={runs[place]!.id}
                      data-differs={row.differs && place > 0 && value !== row.values[0]}
                      title={value}
                    >
                      {value ?? <span className={styles["absent"]}>not set</span>}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}
