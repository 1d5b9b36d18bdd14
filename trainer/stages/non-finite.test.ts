import { describe, expect, it } from "vitest";
import { applyUpdate, NonFiniteGuard } from "./non-finite.ts";

function watched(): { check: (step: number, culprit?: string) => void; notices: string[] } {
  const guard = new NonFiniteGuard();
  const notices: string[] = [];
  const journal = {
    append: (event: { type: string }) => notices.push((event as unknown as { message: string }).message),
    flush: () => undefined,
  };
  return { check: (step, culprit) => guard.check(journal as never, step, culprit), notices };
}

describe("updates that are not finite", () => {
  it("are counted and journalled with the tensor at fault", () => {
    const { check, notices } = watched();
    check(1);
    check(2, "model.layers.0.mlp.down_proj.weight");
    check(3);
    check(4, "loss");
    expect(notices).toHaveLength(2);
    expect(notices[0]).toContain("Update 2 was skipped (the first one): the gradient of model.layers.0.mlp.down_proj");
    expect(notices[1]).toContain("Update 4 was skipped (2 so far): the loss");
  });

  it("end the run after three in a row, and only then", () => {
    const { check } = watched();
    for (const step of [1, 2, 4, 5, 7, 8]) {
      check(step, "loss");
      if (step % 3 === 2) check(step + 1);
    }
    check(10, "loss");
    check(11, "loss");
    expect(() => check(12, "visual.merger.ln_q.weight")).toThrow(
      /Updates 10 to 12 were all skipped.*visual\.merger\.ln_q\.weight.*lower learning rate/s,
    );
  });
});

describe("a loss that is not finite", () => {
  it("throws the gradients away and leaves the optimiser alone", async () => {
    const calls: string[] = [];
    const policy = {
      step: () => (calls.push("step"), Promise.resolve({ gradientNorm: 2, skipped: false })),
      zeroGradients: () => (calls.push("zeroGradients"), Promise.resolve()),
    };
    expect(await applyUpdate(policy, Number.POSITIVE_INFINITY, { learningRate: 1 })).toMatchObject({
      skipped: true,
      culprit: "loss",
    });
    expect(await applyUpdate(policy, 0.5, { learningRate: 1 })).toEqual({ gradientNorm: 2, skipped: false });
    expect(calls).toEqual(["zeroGradients", "step"]);
  });
});
