/** Between the shell and its preload: names of the channels, and the origin that the window has. */

export const CHANNELS = {
  access: "secondlook:access",
  menu: "secondlook:menu",
  action: "secondlook:action",
  navigate: "secondlook:navigate",
  listening: "secondlook:listening",
  progress: "secondlook:progress",
  living: "secondlook:living",
  theme: "secondlook:theme",
  raise: "secondlook:raise",
  restart: "secondlook:restart",
  folder: "secondlook:folder",
  file: "secondlook:file",
} as const;

/** The only origin that the window shows and that the shell answers. */
export const WINDOW_ORIGIN = "app://secondlook";
