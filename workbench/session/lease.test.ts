import { describe, expect, it } from "vitest";
import { leaseFor, leaseText } from "./lease.ts";

const gpus = [{ id: "cuda:0" }, { id: "cuda:1" }, { id: "cpu" }];

describe("a session beside runs", () => {
  it("takes the GPU that no run trains on", () => {
    expect(leaseFor(gpus, [{ name: "a", device: "auto" }])).toEqual({ device: "cuda:1", beside: [] });
    expect(leaseFor(gpus, [{ name: "a", device: "cuda:1" }])).toEqual({ device: "cuda:0", beside: [] });
    expect(leaseFor(gpus, [])).toEqual({ device: "cuda:0", beside: [] });
  });

  it("is a guest on the one with the fewest runs where all are taken, and says whose", () => {
    const training = ["cuda:0", "auto", "cuda:1"].map((device, place) => ({ name: `run ${place}`, device }));
    const lease = leaseFor(gpus, training);
    expect(lease).toEqual({ device: "cuda:1", beside: ["run 2"] });
    expect(leaseText(lease)).toContain("“run 2” trains on this device and goes first");
    expect(leaseText(leaseFor(gpus, []))).toBeNull();
  });

  it("shares the processor where there is no GPU", () => {
    expect(leaseFor([{ id: "cpu" }], [{ name: "a", device: "auto" }])).toEqual({ device: null, beside: ["a"] });
    expect(leaseFor([{ id: "cpu" }], [{ name: "a", device: "cpu" }]).beside).toEqual(["a"]);
  });
});
