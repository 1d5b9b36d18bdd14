"""What transformers in bfloat16 differs from the float32 reference vectors by: the yardstick of `conformance --precision bf16`.

    python test/peers/half_errors.py REFERENCE_FOLDER test/fixtures/half-errors.json

Reads model/<checkpoint>/<input>.safetensors of the folder and runs the same inputs, positions given, through the same
checkpoint in bfloat16. Errors of states, log-probabilities and entropy are largest absolute ones over places that count; those
of gradients are shares of the largest magnitude of the float32 gradient, the norm's a share of the norm.
"""
import json
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file
from transformers import AutoConfig, Qwen2_5_VLForConditionalGeneration, Qwen2VLForConditionalGeneration

MEDIA = ("pixel_values", "image_grid_thw", "pixel_values_videos", "video_grid_thw")


def load(folder, dtype):
    kind = AutoConfig.from_pretrained(folder).model_type
    family = Qwen2_5_VLForConditionalGeneration if kind == "qwen2_5_vl" else Qwen2VLForConditionalGeneration
    return family.from_pretrained(folder, attn_implementation="eager", dtype=dtype).eval()


def watch(model, kinds):
    """Outputs of the tower's and the language model's blocks, by the names of the vectors; `kinds` in order of the tower's passes."""
    seen, passes = {}, iter(kinds)
    visual, language = model.model.visual, model.model.language_model
    state = {"kind": None}
    first = lambda out: out[0] if isinstance(out, tuple) else out
    visual.register_forward_pre_hook(lambda *_: state.update(kind=next(passes)))
    visual.register_forward_hook(lambda m, a, out: seen.update({f"vision.{state['kind']}.merged": out.pooler_output}))
    for i, block in enumerate(visual.blocks):
        block.register_forward_hook(lambda m, a, out, i=i: seen.update({f"vision.{state['kind']}.block.{i}": first(out)}))
    for i, layer in enumerate(language.layers):
        layer.register_forward_hook(lambda m, a, out, i=i: seen.update({f"lm.layer.{i}": first(out)}))
    language.norm.register_forward_hook(lambda m, a, out: seen.update({"lm.norm": out}))
    return seen


def temperatures_of(tensors):
    """The vectors hold log-probabilities at 1 and, as `logps_temp0.7`, at others."""
    named = [name for name in tensors if name.startswith("logps")]
    return [float(name.removeprefix("logps_temp")) if "temp" in name else 1.0 for name in named]


def step(model, tensors):
    """Loss, logits and gradients of the mean over labels."""
    given = {name: tensors[name] for name in MEDIA if name in tensors}
    out = model(
        input_ids=tensors["input_ids"], attention_mask=tensors["attention_mask"], position_ids=tensors["position_ids"],
        use_cache=False, **given,
    )
    logits = out.logits.float()
    next_ids = tensors["input_ids"][:, 1:]

    def scores(temperature):
        law = torch.log_softmax(logits / temperature, -1)
        return law[:, :-1].gather(-1, next_ids[..., None])[..., 0], -(law.exp() * law).sum(-1)

    logps, _ = scores(1.0)
    labels = tensors["labels"][:, 1:]
    loss = -logps[labels != -100].mean()
    model.zero_grad()
    loss.backward()
    grads = {name: p.grad.float() for name, p in model.named_parameters() if p.grad is not None}
    return {
        "loss": loss.detach(), "logits": logits.detach(), "grads": grads,
        "scores": {t: [x.detach() for x in scores(t)] for t in temperatures_of(tensors)},
    }


def errors_of(folder, checkpoint, path):
    tensors = load_file(path)
    kinds = [k for k in ("image", "video") if {"image": "pixel_values", "video": "pixel_values_videos"}[k] in tensors]
    whole = load(folder / checkpoint, torch.float32)
    exact = step(whole, tensors)
    half = load(folder / checkpoint, torch.bfloat16)
    seen = watch(half, kinds)
    rough = step(half, tensors)
    mask = tensors["attention_mask"].bool()
    largest = lambda a, b, keep: float((a.float() - b.float()).abs()[keep].max())
    pairs = mask[:, 1:] & mask[:, :-1]
    result = {
        "of_loss": json.loads(path.with_suffix(".json").read_text())["loss"],
        "logits_max": largest(rough["logits"], exact["logits"], mask),
        "logits_mean": float((rough["logits"] - exact["logits"]).abs()[mask].mean()),
        "scores": {
            f"{t:g}": {"logps": largest(rough["scores"][t][0], logps, pairs), "entropy": largest(rough["scores"][t][1], entropy, mask)}
            for t, (logps, entropy) in exact["scores"].items()
        },
        "loss": abs(float(rough["loss"] - exact["loss"])),
        "vision": {}, "language": {},
    }
    for name, value in seen.items():
        if name not in tensors:
            continue
        group = "vision" if name.startswith("vision") else "language"
        keep = torch.ones(tensors[name].shape[:-1], dtype=bool) if group == "vision" else mask
        result[group][name] = largest(value.detach().reshape(tensors[name].shape), tensors[name], keep)
    for group in ("vision", "language"):
        result[group] = max(result[group].values(), default=None)
    share = lambda a, b: float((a - b).abs().max() / b.abs().max().clamp_min(1e-12))
    result["grads"] = max(share(rough["grads"][name], value) for name, value in exact["grads"].items())
    norm = lambda grads: torch.sqrt(sum((g.double() ** 2).sum() for g in grads.values()))
    result["grad_norm"] = float(abs(norm(rough["grads"]) / norm(exact["grads"]) - 1))
    return result


def main(source, target):
    folder = Path(source)
    torch.set_num_threads(1)
    report = {}
    for path in sorted(folder.glob("model/*/*.safetensors")):
        if path.suffixes != [".safetensors"]:
            continue
        report.setdefault(path.parent.name, {})[path.stem] = errors_of(folder, path.parent.name, path)
    Path(target).write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
