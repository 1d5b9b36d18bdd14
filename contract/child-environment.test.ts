import { expect, it } from "vitest";
import { childEnvironment } from "./child-environment.ts";

it("leaves behind what loads code into a new process, and nothing else", () => {
  const environment = {
    PATH: "/usr/bin",
    LD_LIBRARY_PATH: "/opt/cuda/lib64",
    CUDA_VISIBLE_DEVICES: "1",
    NODE_OPTIONS: "--require /tmp/evil.js",
    LD_PRELOAD: "/tmp/evil.so",
    ELECTRON_RUN_AS_NODE: "1",
    node_options: "--require /tmp/evil.js",
  };
  expect(childEnvironment(environment)).toEqual({
    PATH: "/usr/bin",
    LD_LIBRARY_PATH: "/opt/cuda/lib64",
    CUDA_VISIBLE_DEVICES: "1",
  });
});
