/** DAVIS' region overlap J and boundary measure F of two masks. Reference vectors: metrics/masks.json. */

export interface Mask {
  readonly height: number;
  readonly width: number;
  /** `[height, width]`, not 0 inside. */
  readonly data: Uint8Array;
}

export interface MaskScores {
  readonly J: number;
  readonly F: number;
  readonly JF: number;
  readonly precision: number;
  readonly recall: number;
  /** How far apart boundaries may lie, pixels: 0.008 of the diagonal, rounded up. */
  readonly radius: number;
}

/** Scores of a predicted mask. Throws a RangeError when the masks differ in size. */
export function maskScores(prediction: Mask, truth: Mask): MaskScores {
  const { height, width } = truth;
  if (prediction.height !== height || prediction.width !== width) {
    throw new RangeError(
      `Masks of ${prediction.width} x ${prediction.height} and ${width} x ${height} cannot be compared: resize one.`,
    );
  }
  let both = 0;
  let either = 0;
  for (let i = 0; i < truth.data.length; i++) {
    const a = prediction.data[i] !== 0;
    const b = truth.data[i] !== 0;
    both += a && b ? 1 : 0;
    either += a || b ? 1 : 0;
  }
  const J = either === 0 ? 1 : both / either;
  const radius = Math.ceil(0.008 * Math.sqrt(height * height + width * width));
  const { precision, recall } = boundaryMatch(boundary(prediction), boundary(truth), height, width, radius);
  const F = precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0;
  return { J, F, JF: (J + F) / 2, precision, recall, radius };
}

function boundaryMatch(
  predicted: Uint8Array,
  wanted: Uint8Array,
  height: number,
  width: number,
  radius: number,
): { precision: number; recall: number } {
  const predictedCount = count(predicted);
  const wantedCount = count(wanted);
  if (predictedCount === 0 && wantedCount === 0) return { precision: 1, recall: 1 };
  if (predictedCount === 0) return { precision: 1, recall: 0 };
  if (wantedCount === 0) return { precision: 0, recall: 1 };
  const nearWanted = dilate(wanted, height, width, radius);
  const nearPredicted = dilate(predicted, height, width, radius);
  return {
    precision: count(predicted.map((value, i) => value & nearWanted[i]!)) / predictedCount,
    recall: count(wanted.map((value, i) => value & nearPredicted[i]!)) / wantedCount,
  };
}

/** 1 where a pixel differs from its right, lower or lower-right neighbour; edges look along themselves, the corner never counts. */
function boundary({ data, height, width }: Mask): Uint8Array {
  const inside = (y: number, x: number): boolean => data[y * width + x] !== 0;
  const result = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const here = inside(y, x);
      const differs =
        (x + 1 < width && inside(y, x + 1) !== here) ||
        (y + 1 < height && inside(y + 1, x) !== here) ||
        (x + 1 < width && y + 1 < height && inside(y + 1, x + 1) !== here);
      result[y * width + x] = differs ? 1 : 0;
    }
  }
  return result;
}

function dilate(map: Uint8Array, height: number, width: number, radius: number): Uint8Array {
  const result = new Uint8Array(map.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (map[y * width + x] === 0) continue;
      for (let dy = Math.max(-radius, -y); dy <= radius && y + dy < height; dy++) {
        const reach = Math.floor(Math.sqrt(radius * radius - dy * dy));
        const from = Math.max(0, x - reach);
        const to = Math.min(width - 1, x + reach);
        result.fill(1, (y + dy) * width + from, (y + dy) * width + to + 1);
      }
    }
  }
  return result;
}

function count(map: Uint8Array): number {
  return map.reduce((sum, value) => sum + value, 0);
}
