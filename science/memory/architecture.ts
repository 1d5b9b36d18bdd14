/** The tensors of a Qwen2-VL or Qwen2.5-VL checkpoint and its widths, from its `config.json` alone. */

export interface TensorShape {
  /** The hub's spelling. */
  readonly name: string;
  readonly shape: readonly number[];
  /** Tensors that one product reads lie side by side in the engine: they share a group. */
  readonly group: number;
}

export interface Architecture {
  readonly text: {
    readonly hidden: number;
    readonly ffn: number;
    readonly layers: number;
    readonly heads: number;
    readonly keyHeads: number;
    readonly headDim: number;
    readonly vocabulary: number;
    readonly tied: boolean;
  };
  readonly vision: {
    readonly depth: number;
    readonly hidden: number;
    readonly ffn: number;
    readonly heads: number;
    readonly patch: number;
    readonly temporal: number;
    readonly merge: number;
    /** Qwen2-VL's tower: LayerNorm and an MLP without gate. */
    readonly layerNorm: boolean;
  };
  readonly tensors: readonly TensorShape[];
  readonly parameterCount: number;
}

type Fields = Readonly<Record<string, unknown>>;

/** @throws Error naming the key that is missing. */
export function architectureOf(config: object): Architecture {
  const root = config as Fields;
  const inner = (root["text_config"] ?? root) as Fields;
  const tower = (root["vision_config"] ?? {}) as Fields;
  const number = (fields: Fields, key: string, otherwise?: number): number => {
    const value = fields[key] ?? (fields === inner ? root[key] : undefined) ?? otherwise;
    if (typeof value !== "number") throw new Error(`config.json has no number ${key}: give a Qwen2.5-VL checkpoint.`);
    return value;
  };
  const layerNorm = root["model_type"] === "qwen2_vl";
  const hidden = number(inner, "hidden_size");
  const heads = number(inner, "num_attention_heads");
  const text = {
    hidden,
    ffn: number(inner, "intermediate_size"),
    layers: number(inner, "num_hidden_layers"),
    heads,
    keyHeads: number(inner, "num_key_value_heads", heads),
    headDim: number(inner, "head_dim", hidden / heads),
    vocabulary: number(inner, "vocab_size"),
    tied: (inner["tie_word_embeddings"] ?? root["tie_word_embeddings"] ?? false) === true,
  };
  const width = number(tower, layerNorm ? "embed_dim" : "hidden_size");
  const vision = {
    depth: number(tower, "depth"),
    hidden: width,
    ffn: layerNorm ? Math.trunc(width * number(tower, "mlp_ratio", 4)) : number(tower, "intermediate_size"),
    heads: number(tower, "num_heads"),
    patch: number(tower, "patch_size", 14),
    temporal: number(tower, "temporal_patch_size", 2),
    merge: number(tower, "spatial_merge_size", 2),
    layerNorm,
  };
  const tensors = [...towerTensors(vision, hidden), ...languageTensors(text)].flatMap((group, index) =>
    group.map(([name, shape]): TensorShape => ({ name, shape, group: index })),
  );
  const parameterCount = tensors.reduce(
    (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
    0,
  );
  return { text, vision, tensors, parameterCount };
}

type Entry = readonly [name: string, shape: readonly number[]];

function linear(name: string, out: number, inputs: number): Entry[][] {
  return [[[`${name}.weight`, [out, inputs]]], [[`${name}.bias`, [out]]]];
}

function towerTensors(v: Architecture["vision"], out: number): Entry[][] {
  const norm = (name: string): Entry[][] => [
    [[`${name}.weight`, [v.hidden]]],
    ...(v.layerNorm ? [[[`${name}.bias`, [v.hidden]] as const]] : []),
  ];
  const groups: Entry[][] = [[["visual.patch_embed.proj.weight", [v.hidden, 3, v.temporal, v.patch, v.patch]]]];
  for (let i = 0; i < v.depth; i++) {
    const block = `visual.blocks.${i}`;
    groups.push(...norm(`${block}.norm1`), ...norm(`${block}.norm2`));
    groups.push(...linear(`${block}.attn.qkv`, 3 * v.hidden, v.hidden));
    groups.push(...linear(`${block}.attn.proj`, v.hidden, v.hidden));
    if (v.layerNorm) {
      groups.push(...linear(`${block}.mlp.fc1`, v.ffn, v.hidden), ...linear(`${block}.mlp.fc2`, v.hidden, v.ffn));
      continue;
    }
    for (const [kind, shape] of [
      ["weight", [v.ffn, v.hidden]],
      ["bias", [v.ffn]],
    ] as const) {
      groups.push([
        [`${block}.mlp.gate_proj.${kind}`, shape],
        [`${block}.mlp.up_proj.${kind}`, shape],
      ]);
    }
    groups.push(...linear(`${block}.mlp.down_proj`, v.hidden, v.ffn));
  }
  const wide = v.hidden * v.merge * v.merge;
  groups.push(...norm("visual.merger.ln_q"));
  groups.push(...linear("visual.merger.mlp.0", wide, wide), ...linear("visual.merger.mlp.2", out, wide));
  return groups;
}

function languageTensors(t: Architecture["text"]): Entry[][] {
  const queries = t.heads * t.headDim;
  const keys = t.keyHeads * t.headDim;
  const groups: Entry[][] = [[["model.embed_tokens.weight", [t.vocabulary, t.hidden]]]];
  for (let i = 0; i < t.layers; i++) {
    const layer = `model.layers.${i}`;
    const fused = [
      ["q_proj", queries],
      ["k_proj", keys],
      ["v_proj", keys],
    ] as const;
    groups.push([[`${layer}.input_layernorm.weight`, [t.hidden]]]);
    groups.push(fused.map(([name, size]): Entry => [`${layer}.self_attn.${name}.weight`, [size, t.hidden]]));
    groups.push(fused.map(([name, size]): Entry => [`${layer}.self_attn.${name}.bias`, [size]]));
    groups.push([[`${layer}.self_attn.o_proj.weight`, [t.hidden, queries]]]);
    groups.push([[`${layer}.post_attention_layernorm.weight`, [t.hidden]]]);
    groups.push(
      ["gate_proj", "up_proj"].map((name): Entry => [`${layer}.mlp.${name}.weight`, [t.ffn, t.hidden]]),
      [[`${layer}.mlp.down_proj.weight`, [t.hidden, t.ffn]]],
    );
  }
  groups.push([["model.norm.weight", [t.hidden]]]);
  if (!t.tied) groups.push([["lm_head.weight", [t.vocabulary, t.hidden]]]);
  return groups;
}
