import type { Action } from "../actions.ts";
import { useConnection } from "../connection.ts";
import { useRoute } from "../state/route.ts";
import { setTheme, useTheme } from "../state/theme.ts";
import { Icon } from "./Icon.tsx";
import type { IconName } from "./Icon.tsx";
import { Keys } from "./Keys.tsx";
import { Segmented } from "./Segmented.tsx";
import { Tip } from "./Tip.tsx";
import styles from "./Rail.module.css";

const ICONS: Readonly<Record<string, IconName>> = {
  "go-runs": "runs",
  "go-launch": "launch",
  "go-live": "live",
  "go-rollouts": "rollouts",
  "go-data": "data",
  "go-evals": "evals",
  "go-playground": "play",
  "go-recipes": "recipes",
  "go-system": "system",
};

function Mark() {
  return (
    <svg width="26" height="20" viewBox="0 0 26 20" fill="none" aria-hidden="true">
      <circle cx="9" cy="10" r="7.5" stroke="var(--text-3)" strokeWidth="1.8" />
      <circle cx="17" cy="10" r="7.5" stroke="var(--accent)" strokeWidth="2" />
      <circle cx="17" cy="10" r="2.6" fill="var(--accent)" />
    </svg>
  );
}

/** Left side of the window: the name, the screens, and below the state of the line to the service. */
export function Rail({
  goTo,
  onPalette,
  onHelp,
}: {
  readonly goTo: readonly Action[];
  readonly onPalette: () => void;
  readonly onHelp: () => void;
}) {
  const screen = useRoute((state) => state.route.screen);
  const connection = useConnection((state) => state.state.kind);
  const theme = useTheme((state) => state.choice);
  return (
    <nav className={styles["rail"]} aria-label="Screens">
      <div className={styles["brand"]}>
        <Mark />
        <span>Secondlook</span>
      </div>
      <button type="button" className={styles["search"]} onClick={onPalette}>
        <Icon name="search" size={14} />
        <span>Find an action</span>
        <Keys shortcut="Ctrl+K" />
      </button>
      <ul className={styles["screens"]}>
        {goTo.map((action) => (
          <li key={action.id}>
            <button
              type="button"
              disabled={action.enabled === false}
              aria-current={action.id === `go-${screen}` ? "page" : undefined}
              onClick={action.perform}
            >
              <Icon name={ICONS[action.id]!} />
              <span>{action.label}</span>
              <span className={styles["keys"]}>
                <Keys shortcut={action.shortcut!} />
              </span>
            </button>
          </li>
        ))}
      </ul>
      <div className={styles["foot"]}>
        <Segmented
          label="Theme"
          value={theme}
          onChange={setTheme}
          choices={[
            { value: "light", label: <Icon name="sun" size={14} />, hint: "Light" },
            { value: "dark", label: <Icon name="moon" size={14} />, hint: "Dark" },
            { value: "system", label: <Icon name="monitor" size={14} />, hint: "As the system" },
          ]}
        />
        <Tip text="Keyboard shortcuts" shortcut="?" side="right">
          <button type="button" className={styles["help"]} onClick={onHelp} aria-label="Keyboard shortcuts">
            ?
          </button>
        </Tip>
      </div>
      <p className={styles["line"]} data-state={connection} role="status">
        {connection === "open"
          ? "Connected to the service"
          : connection === "refused"
            ? "Not connected"
            : "Connecting …"}
      </p>
    </nav>
  );
}
