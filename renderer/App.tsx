/** The frame around every screen: rail, connection banner, palette, help. */
import { Tooltip } from "radix-ui";
import { useEffect, useState } from "react";
import { performAction, useActions, useCurrentActions } from "./actions.ts";
import type { Action } from "./actions.ts";
import styles from "./App.module.css";
import { ConnectionBanner } from "./parts/ConnectionBanner.tsx";
import { DropNote } from "./parts/DropNote.tsx";
import { NewsNotes } from "./parts/NewsNotes.tsx";
import { Palette } from "./parts/Palette.tsx";
import { Rail } from "./parts/Rail.tsx";
import { ShortcutHelp } from "./parts/ShortcutHelp.tsx";
import { Compare } from "./screens/Compare.tsx";
import { Data } from "./screens/Data.tsx";
import { Launch } from "./screens/Launch.tsx";
import { Evals } from "./screens/Evals.tsx";
import { LiveRun } from "./screens/LiveRun.tsx";
import { Playground } from "./screens/Playground.tsx";
import { Recipes } from "./screens/Recipes.tsx";
import { Rollouts } from "./screens/Rollouts.tsx";
import { Runs } from "./screens/Runs.tsx";
import { useSavedViewActions } from "./screens/runs/saved-views.ts";
import { System } from "./screens/System.tsx";
import { listenForShortcuts } from "./shortcuts.ts";
import { listenForDrops } from "./state/dropped.ts";
import { useService } from "./state/queries.ts";
import { navigate, useRoute } from "./state/route.ts";
import { startTaskbar } from "./state/taskbar.ts";
import { setTheme } from "./state/theme.ts";

const NOT_CHANGED = {};

function Screen() {
  const { route } = useRoute();
  switch (route.screen) {
    case "runs":
      return <Runs view={route.view ?? null} changed={route.table ?? NOT_CHANGED} />;
    case "launch": {
      const { recipe = null, preset = null, from = null, checkpoint = null } = route;
      return <Launch recipe={recipe} preset={preset} from={from} checkpoint={checkpoint} />;
    }
    case "live":
      return <LiveRun key={route.run} route={route} />;
    case "rollouts":
      return <Rollouts key={route.run} {...route} />;
    case "compare":
      return <Compare key={route.runs.join(" ")} route={route} />;
    case "data":
      return <Data key={route.dataset} dataset={route.dataset} tab={route.tab} row={route.row} />;
    case "evals":
      return <Evals {...route} />;
    case "playground":
      return <Playground key={JSON.stringify(route)} place={route} />;
    case "recipes":
      return <Recipes recipe={route.recipe} />;
    case "system":
      return <System />;
  }
}

/** Where "Live run" and "Rollouts" lead: the run looked at last, else the newest. */
function useCurrentRun(): string | null {
  const lastRun = useRoute((state) => state.lastRun);
  const newest = useService("runs.page", lastRun === null ? { limit: 1 } : null).data;
  return lastRun ?? newest?.rows[0]?.id ?? null;
}

export function App() {
  const run = useCurrentRun();
  const [open, setOpen] = useState<"palette" | "help" | null>(null);
  const hasRun = run !== null;
  const goTo: Action[] = [
    { id: "go-runs", label: "Runs", group: "Go to", shortcut: "g r", perform: () => navigate({ screen: "runs" }) },
    {
      id: "go-launch",
      label: "Launch",
      group: "Go to",
      shortcut: "g n",
      keywords: "new run start train recipe",
      perform: () => navigate({ screen: "launch" }),
    },
    {
      id: "go-live",
      label: "Live run",
      group: "Go to",
      shortcut: "g l",
      enabled: hasRun,
      perform: () => run && navigate({ screen: "live", run, tab: "overview" }),
    },
    {
      id: "go-rollouts",
      label: "Rollouts",
      group: "Go to",
      shortcut: "g t",
      enabled: hasRun,
      perform: () => run && navigate({ screen: "rollouts", run, step: null, pair: null, rollout: null }),
    },
    {
      id: "go-data",
      label: "Data",
      group: "Go to",
      shortcut: "g d",
      perform: () => navigate({ screen: "data", dataset: null, tab: "report", row: null }),
    },
    {
      id: "go-evals",
      label: "Evals",
      group: "Go to",
      shortcut: "g v",
      keywords: "evaluation benchmark score accuracy",
      perform: () =>
        navigate({ screen: "evals", evaluation: null, model: 0, view: "ordered", sample: null, against: null }),
    },
    {
      id: "go-playground",
      label: "Playground",
      group: "Go to",
      shortcut: "g p",
      keywords: "ask question chat counterfactual frames",
      perform: () => navigate({ screen: "playground" }),
    },
    {
      id: "go-recipes",
      label: "Recipes",
      group: "Go to",
      shortcut: "g e",
      perform: () => navigate({ screen: "recipes", recipe: null }),
    },
    {
      id: "go-system",
      label: "System",
      group: "Go to",
      shortcut: "g s",
      perform: () => navigate({ screen: "system" }),
    },
  ];
  useActions([
    ...goTo,
    { id: "launch", label: "New run", group: "Runs", shortcut: "c", perform: () => navigate({ screen: "launch" }) },
    {
      id: "copy-link",
      label: "Copy a link to this view",
      group: "View",
      shortcut: "y",
      keywords: "share address url",
      perform: () => void navigator.clipboard.writeText(window.location.href),
    },
    {
      id: "allow-notifications",
      label: "Allow notifications of alerts and ended runs",
      group: "View",
      enabled: "Notification" in window && Notification.permission === "default",
      perform: () => void Notification.requestPermission(),
    },
    { id: "theme-light", label: "Light theme", group: "View", perform: () => setTheme("light") },
    { id: "theme-dark", label: "Dark theme", group: "View", perform: () => setTheme("dark") },
    { id: "theme-system", label: "Theme of the system", group: "View", perform: () => setTheme("system") },
    {
      id: "palette",
      label: "Find an action",
      group: "Help",
      shortcut: "Ctrl+K",
      hidden: true,
      perform: () => setOpen("palette"),
    },
    { id: "shortcuts", label: "Keyboard shortcuts", group: "Help", shortcut: "?", perform: () => setOpen("help") },
  ]);
  useEffect(listenForShortcuts, []);
  useSavedViewActions();
  useEffect(startTaskbar, []);
  useEffect(listenForDrops, []);
  const close = () => setOpen(null);
  return (
    <Tooltip.Provider delayDuration={350}>
      <div className={styles["app"]}>
        <Rail goTo={goTo} onPalette={() => setOpen("palette")} onHelp={() => setOpen("help")} />
        <main className={styles["main"]}>
          <ConnectionBanner />
          <Screen />
        </main>
      </div>
      <DesktopMenu />
      <NewsNotes />
      <DropNote />
      {open === "palette" && <Palette onClose={close} />}
      {open === "help" && <ShortcutHelp onClose={close} />}
    </Tooltip.Provider>
  );
}

/** The desktop's application menu is made from the same registry. Alone, so that actions that come and go redraw only this. */
function DesktopMenu() {
  const actions = useCurrentActions();
  useEffect(() => {
    window.secondlook?.onAction(performAction);
  }, []);
  useEffect(() => {
    window.secondlook?.publishMenu(
      actions.map(({ id, label, group, shortcut, enabled }) => ({
        id,
        label,
        group,
        shortcut: shortcut ?? null,
        enabled: enabled !== false,
      })),
    );
  }, [actions]);
  return null;
}
