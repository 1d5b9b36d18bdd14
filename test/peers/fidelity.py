"""Checks what test/peers/fidelity.ts wrote against transformers: python test/peers/fidelity.py MODEL OUT

Needs torch and transformers; not part of the product and not run by npm test. Each completion is scored whole: where
the most likely token after every prefix is the one that our engine took, greedy generation is the same.
"""
import json
import sys
from pathlib import Path

import torch
from transformers import Qwen2_5_VLForConditionalGeneration

model_folder, out = Path(sys.argv[1]), Path(sys.argv[2])
data = json.loads((out / "cases.json").read_text())
model = Qwen2_5_VLForConditionalGeneration.from_pretrained(model_folder, dtype=torch.float32, attn_implementation="eager").eval()
vision = model.config.vision_config
pre = json.loads((model_folder / "preprocessor_config.json").read_text())
mean, std = torch.tensor(pre["image_mean"]), torch.tensor(pre["image_std"])
patch, merge = vision.patch_size, vision.spatial_merge_size
video_token = model.config.video_token_id


def patches(case, index):
    """[patches, 3 * 2 * patch * patch]: frames in pairs, 2 x 2 blocks, then channel, frame of the pair, row, column."""
    t, h, w = case["frames"], case["height"], case["width"]
    rgb = torch.frombuffer(bytearray((out / f"{index}.rgb").read_bytes()), dtype=torch.uint8).view(t, h, w, 3)
    x = ((rgb.float() / 255 - mean) / std).permute(0, 3, 1, 2)
    if t % 2:
        x = torch.cat([x, x[-1:]])
    gt, gh, gw = x.shape[0] // 2, h // patch, w // patch
    x = x.view(gt, 2, 3, gh // merge, merge, patch, gw // merge, merge, patch)
    return x.permute(0, 3, 6, 4, 7, 2, 1, 5, 8).reshape(gt * gh * gw, -1), torch.tensor([[gt, gh, gw]])


def positions(ids, grid, seconds_per_grid):
    """Qwen's own rule: text after the clip goes on after the largest position of any axis."""
    t, h, w = grid[0], grid[1] // merge, grid[2] // merge
    start = ids.index(video_token)
    n = t * h * w
    time = ((torch.arange(t) * float(seconds_per_grid)) * vision.tokens_per_second).long()
    clip = torch.stack([
        time.view(t, 1, 1).expand(t, h, w).reshape(-1),
        torch.arange(h).view(1, h, 1).expand(t, h, w).reshape(-1),
        torch.arange(w).view(1, 1, w).expand(t, h, w).reshape(-1),
    ]) + start
    before = torch.arange(start).expand(3, -1)
    after = torch.arange(len(ids) - start - n).expand(3, -1) + int(clip.max()) + 1
    return torch.cat([before, clip, after], dim=1).unsqueeze(1)


same, worst, tokens = 0, 0.0, 0
for index, case in enumerate(data["cases"]):
    ids = case["prompt"] + case["completion"]
    pixels, grid = patches(case, index)
    with torch.no_grad():
        logits = model(
            input_ids=torch.tensor([ids]),
            attention_mask=torch.ones(1, len(ids), dtype=torch.long),
            position_ids=positions(ids, case["grid"], case["secondsPerGrid"]),
            pixel_values_videos=pixels,
            video_grid_thw=grid,
            use_cache=False,
        ).logits[0]
    first = len(case["prompt"]) - 1
    logits = logits[first : first + len(case["completion"])]
    log_probs = logits.log_softmax(-1).gather(1, torch.tensor(case["completion"]).unsqueeze(1)).squeeze(1)
    worst = max(worst, float((log_probs - torch.tensor(case["logProbs"])).abs().max()))
    logits[:, case["banned"]] = float("-inf")
    alike = logits.argmax(-1).tolist() == case["completion"]
    same += alike
    tokens += len(case["completion"])
    if not alike:
        print(f"{case['sample']}: other greedy tokens")
print(f"{same} of {len(data['cases'])} completions have the same greedy tokens ({tokens} tokens); largest difference of a log-probability {worst:.2e}")
sys.exit(0 if same == len(data["cases"]) and worst <= 2e-4 else 1)
