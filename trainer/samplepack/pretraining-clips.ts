/**
 * Pretraining rows about clips of the pretraining split: captions of what is where and when, one thing followed through
 * a video, and small questions about one second. Never a question of the pack.
 */
import { captionOf, captionOfSecond } from "./captions.ts";
import type { Clip } from "./clip.ts";
import { thoughtBranch } from "./pretraining-thoughts.ts";
import type { Random } from "./random.ts";
import { USER, TURN, finish, letterOf, optionLines, silent, taught } from "./segments.ts";
import type { PretrainingRow, Segment } from "./segments.ts";
import { recallOf } from "./traces.ts";
import { COLORS, PLACES, SECONDS, SHAPES } from "./words.ts";

/** `reasoned`: share of the small questions that are answered with a thought about what was seen. */
export function clipRow(random: Random, clip: Clip, reasoned: number): PretrainingRow {
  const prefix = `${USER}<|vision_start|><|${clip.medium}_pad|><|vision_end|>`;
  const branches: Segment[][] = [];
  const add = (branch: Segment[] | null): void => {
    if (branch !== null) branches.push(branch);
  };
  if (clip.medium === "image") add(captionBranch(clip));
  else {
    // Nothing changes in a scene: a caption of all its seconds would mostly repeat itself.
    add(clip.kind === "scene" ? secondBranch(random, clip) : captionBranch(clip));
    add(secondBranch(random, clip));
    add(followBranch(random, clip));
    if (clip.kind === "duet") add(followBranch(random, clip));
  }
  for (let question = 0; question < 2; question += 1) {
    const thinks = reasoned > 0 && random.chance(reasoned);
    add(thinks ? thoughtBranch(random, clip) : perceptionBranch(random, clip));
  }
  return { kind: "clip", clip, prefix, branches };
}

function captionBranch(clip: Clip): Segment[] {
  return [silent(`Describe the ${clip.medium}.${TURN}`), taught(`${captionOf(clip)}<|im_end|>`)];
}

function secondBranch(random: Random, clip: Clip): Segment[] {
  const second = random.below(SECONDS);
  return [silent(`Describe ${second} s.${TURN}`), taught(`${second} s ${captionOfSecond(clip, second)}.<|im_end|>`)];
}

/** One thing followed through the clip: where an object is, which color it has or how high it stands. */
function followBranch(random: Random, clip: Clip): Segment[] {
  const object = random.pick(clip.objects);
  const recolored = new Set(object.colors).size > 1;
  const named = recolored || object.levels ? object.shape : `${object.colors[0]} ${object.shape}`;
  const colors = recolored && random.chance(0.7);
  const seen = Array.from({ length: SECONDS }, (_, second) => {
    if (!object.visible[second]) return `${second} s none`;
    return `${second} s ${object.levels?.[second] ?? (colors ? object.colors[second] : object.places[second])}`;
  });
  const asked = object.levels
    ? `Name how high the ${named} is.`
    : colors
      ? `Name what color the ${named} is.`
      : `Name where the ${named} is.`;
  return [silent(`${asked}${TURN}`), taught(`${seen.join(", ")}.<|im_end|>`)];
}

/** A question about a single second, or about what never changes, answered through a word. */
function perceptionBranch(random: Random, clip: Clip): Segment[] | null {
  const second = random.below(SECONDS);
  const shown = clip.objects.filter((object) => object.visible[second]);
  if (shown.length === 0) return null;
  const object = random.pick(shown);
  const color = object.colors[second]!;
  const place = object.places[second]!;
  const at = clip.medium === "video" ? ` at ${second} s` : " of the image";
  const asked = [
    [`What color is ${place}${at}?`, color, COLORS],
    [`Which shape is ${place}${at}?`, object.shape, SHAPES],
    [`Where is the ${object.shape}${at}?`, place, PLACES],
  ] as const;
  const named = (SHAPES as readonly string[]).includes(object.shape);
  if (object.levels) return null;
  const [text, answer, pool] = named ? random.pick(asked) : random.pick([asked[0], asked[2]]);
  const wrong = random.sample<string>(
    pool.filter((word) => word !== answer),
    3,
  );
  const options = random.shuffled([answer as string, ...wrong]);
  const letter = letterOf(options, answer);
  return [
    silent(`${text}${optionLines(options)}${TURN}`),
    taught(`<think>${recallOf(options)}So`, 0.2),
    taught(` ${answer} ${letter}`),
    ...finish(letter),
  ];
}
