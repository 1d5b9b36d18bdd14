/**
 * What DeepVideo-R1 (arXiv 2506.07464) compares Reg-GRPO with, besides GRPO, on the same rollouts: REBEL, a regression of the
 * reward itself, and online DPO. REINFORCE and RLOO are the plain policy gradient with other advantages.
 */
import { pairLoss } from "./dpo-losses.ts";
import { groupObjective, type GroupLoss } from "./group-objective.ts";
import type { PolicyObjective } from "./policy-objective.ts";

/** Where all rewards of a group are equal within this, the group teaches nothing. */
const EQUAL = 1e-9;
const differ = (values: readonly number[]): boolean => Math.max(...values) - Math.min(...values) > EQUAL;

/**
 * REBEL (arXiv 2404.16767): over all ordered pairs of a group, the mean of `((rho_i - rho_j) / eta - (R_i - R_j))^2`. Only
 * differences of rewards count, so they may come centred.
 */
export function rebelLoss(ratios: readonly number[], rewards: readonly number[], eta: number): GroupLoss {
  const size = ratios.length;
  // Over ordered pairs the mean of (x_i - x_j)^2, a pair with itself left out, is 2 n / (n - 1) times the variance of x.
  const gaps = ratios.map((ratio, index) => ratio / eta - rewards[index]!);
  const mean = average(gaps);
  const scale = 2 / (size - 1);
  return {
    loss: scale * gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0),
    derivative: gaps.map((gap) => (2 * scale * (gap - mean)) / eta),
  };
}

/**
 * Regression of the reward itself: the mean of `(R_i - lambda (log Z + rho_i))^2` with the partition estimated from the group,
 * `log Z = log mean exp(R_i / lambda)`. A constant added to all rewards cancels.
 */
export function rewardRegressionLoss(ratios: readonly number[], rewards: readonly number[], lambda: number): GroupLoss {
  const most = Math.max(...rewards);
  const logZ = most / lambda + Math.log(average(rewards.map((reward) => Math.exp((reward - most) / lambda))));
  const errors = rewards.map((reward, index) => reward - lambda * (logZ + ratios[index]!));
  return {
    loss: average(errors.map((error) => error ** 2)),
    derivative: errors.map((error) => (-2 * lambda * error) / errors.length),
  };
}

/** @param eta of REBEL; small ones ask for small steps. */
export function rebel(eta: number, klClamp: number | null = null): PolicyObjective {
  return groupObjective({
    name: "rebel",
    klClamp,
    group: ({ ratios, advantages }) => (differ(advantages) ? rebelLoss(ratios, advantages, eta) : null),
  });
}

/** @param lambda how strongly the optimum holds on to the policy that sampled. */
export function rewardRegression(lambda: number, klClamp: number | null = null): PolicyObjective {
  return groupObjective({
    name: "reward_regression",
    klClamp,
    group: ({ ratios, advantages }) => (differ(advantages) ? rewardRegressionLoss(ratios, advantages, lambda) : null),
  });
}

/** DPO on the best and the worst rollout of each group, against the reference; its beta is the weight of the KL term. */
export function onlineDpo(): PolicyObjective {
  return groupObjective({
    name: "online_dpo",
    addsKl: false,
    group: ({ toReference, advantages, beta }) => {
      if (toReference === null) {
        throw new RangeError(
          "Online DPO compares with a reference: give rl.klBeta, which is its beta, a number above 0.",
        );
      }
      if (!differ(advantages)) return null;
      const [best, worst] = [advantages.indexOf(Math.max(...advantages)), advantages.indexOf(Math.min(...advantages))];
      const [chosen, rejected] = [toReference[best]!, toReference[worst]!];
      const { value, dChosen, dRejected } = pairLoss("sigmoid", chosen, rejected, { beta, labelSmoothing: 0 });
      return {
        loss: value,
        derivative: advantages.map((_, index) => (index === best ? dChosen : index === worst ? dRejected : 0)),
        metrics: { "online_dpo/margin": beta * (chosen - rejected) },
      };
    },
  });
}

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
