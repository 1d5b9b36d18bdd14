/** Line icons on a 16 px grid, drawn with the text's colour. */
const PATHS = {
  runs: "M2.5 4h11M2.5 8h11M2.5 12h7",
  live: "M1.5 9h3l2-5 3 9 2-6 1 2h2",
  rollouts: "M2.5 3.5h5v4h-5zM8.5 8.5h5v4h-5zM10 3.5h3.5v3M6 12.5H2.5v-3",
  data: "M3 4.200c0-1.100 2.200-1.700 5-1.700s5 .6 5 1.700-2.200 1.700-5 1.700-5-.6-5-1.700zM3 4.200v7.600c0 1.100 2.200 1.700 5 1.700s5-.6 5-1.700V4.200M3 8c0 1.100 2.200 1.700 5 1.700s5-.6 5-1.700",
  recipes: "M3.5 2.5h7l2 2v9h-9zM5.5 7h5M5.5 9.5h5M5.5 12h3",
  evals: "M2.5 2.5h11v11h-11zM2.5 6.2h11M2.5 9.800h11M6.200 2.5v11M9.800 2.5v11",
  system: "M3 3.5h10v6.5H3zM6 13h4M8 10v3",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  play: "M5 3l8 5-8 5z",
  stop: "M4 4h8v8H4z",
  save: "M8 2.5v7M5 7l3 3 3-3M3 13h10",
  plus: "M8 3v10M3 8h10",
  close: "M4 4l8 8M12 4l-8 8",
  check: "M3 8.5l3.2 3L13 4.5",
  cross: "M4.5 4.5l7 7M11.5 4.5l-7 7",
  chevron: "M6 4l4 4-4 4",
  left: "M10 4L6 8l4 4",
  up: "M4 10l4-4 4 4",
  down: "M4 6l4 4 4-4",
  launch: "M8 13.5V6M5 8.5l3-3 3 3M3.5 3h9",
  folder: "M2 12.5v-9h4l1.5 2H14v7z",
  search: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.5 10.5l3 3",
  warning: "M8 2.5l6 10.5H2zM8 6.5v3M8 11.3v.1",
  info: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 7.5v3.5M8 5.2v.1",
  sun: "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.400 3.400l.7.7M11.900 11.900l.7.7M3.400 12.600l.7-.7M11.900 4.100l.7-.7",
  moon: "M13 9.5A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.5z",
  monitor: "M2.5 3.5h11v7.5h-11zM6 13.5h4",
  copy: "M5.5 5.5h7v7h-7zM3.5 10.5v-7h7",
  external: "M9 3h4v4M13 3L7.5 8.5M11 9v4H3V5h4",
  enlarge: "M9.5 2.5h4v4M13.5 2.5L9 7M6.5 13.5h-4v-4M2.5 13.5L7 9",
  gate: "M2.5 13V5l5.5-2.5L13.5 5v8M6 13V8.5h4V13",
  eye: "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 9.8a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6z",
  hidden:
    "M2.5 2.5l11 11M6.2 3.8c.6-.2 1.2-.3 1.8-.3 4 0 6.5 4.5 6.5 4.5s-.7 1.3-2 2.5M9.5 12.2c-.5.2-1 .3-1.5.3C4 12.5 1.5 8 1.5 8s.8-1.5 2.2-2.7",
  compare: "M3 12.5V6M6.5 12.5V3M10 12.5V8M13.5 12.5V5",
  resume: "M3 8a5 5 0 1 0 1.7-3.7M3 2.5v3h3",
} as const;
export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" fill="none" aria-hidden="true" style={{ flex: "none" }}>
      <path d={PATHS[name]} stroke="currentColor" strokeWidth="1.4" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
