"""The engine benchmark's peer: the same work in PyTorch and transformers, measured slice by slice.

Reads one request a line from standard input, {"row", "threads", "seconds"}, and answers with one line,
{"seconds": [...]}: the time of each repetition in the slice. `memory` answers {"bytes"}, what a group step adds to
the process at its peak. Python serves as a yardstick only; nothing of the product depends on it.
"""

import importlib.util
import json
import os
import resource
import sys
import time
import warnings

os.environ["TRANSFORMERS_VERBOSITY"] = "error"
warnings.filterwarnings("ignore")
# A torchvision built for CUDA breaks the import of the vision models beside torch for the CPU: hidden from this process.
_find_spec = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest, **more: (
    None if name.split(".")[0] == "torchvision" else _find_spec(name, *rest, **more)
)

import torch  # noqa: E402
from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration  # noqa: E402

VOCABULARY, IMAGE, VIDEO, VISION_START, VISION_END = 2048, 2040, 2041, 2042, 2043
FRAMES, PIXELS, TEXT, COMPLETION, GROUP = 8, 224, 24, 64, 8


def build():
    text = dict(
        vocab_size=VOCABULARY, hidden_size=128, intermediate_size=344, num_hidden_layers=4, num_attention_heads=4,
        num_key_value_heads=2, rms_norm_eps=1e-6, max_position_embeddings=32768, bos_token_id=0, eos_token_id=1,
        pad_token_id=0, rope_parameters=dict(rope_type="default", rope_theta=1e6, mrope_section=[4, 6, 6]),
    )
    vision = dict(
        depth=4, hidden_size=128, intermediate_size=344, num_heads=4, patch_size=14, temporal_patch_size=2,
        spatial_merge_size=2, window_size=112, fullatt_block_indexes=[3], out_hidden_size=128, tokens_per_second=2,
    )
    config = Qwen2_5_VLConfig(
        text_config=text, vision_config=vision, image_token_id=IMAGE, video_token_id=VIDEO,
        vision_start_token_id=VISION_START, vision_end_token_id=VISION_END, tie_word_embeddings=True,
    )
    config._attn_implementation = "sdpa"
    torch.manual_seed(0)
    return Qwen2_5_VLForConditionalGeneration._from_config(config)


def inputs(batch, completion):
    t, h, w = FRAMES // 2, PIXELS // 14, PIXELS // 14
    ids = [2] * 8 + [VISION_START] + [VIDEO] * (t * h * w // 4) + [VISION_END] + list(range(3, 3 + TEXT))
    ids = torch.tensor([ids + list(range(100, 100 + completion))] * batch)
    return dict(
        input_ids=ids, attention_mask=torch.ones_like(ids), mm_token_type_ids=(ids == VIDEO).int() * 2,
        pixel_values_videos=torch.randn(batch * t * h * w, 3 * 2 * 14 * 14),
        video_grid_thw=torch.tensor([[t, h, w]] * batch), second_per_grid_ts=torch.tensor([1.0] * batch),
    )


def gemm(size, dtype):
    a, b = torch.randn(size, size).to(dtype), torch.randn(size, size).to(dtype)
    return lambda: torch.mm(a, b.t())


def forward():
    model, x = build().eval(), inputs(8, COMPLETION)

    def run():
        with torch.inference_mode():
            model(**x, use_cache=False)

    return run


def train_step():
    model, x = build().train(), inputs(8, COMPLETION)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-4)
    labels = x["input_ids"].clone()
    labels[:, :-COMPLETION] = -100

    def run():
        model(**x, labels=labels, use_cache=False).loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        model.zero_grad(set_to_none=True)

    return run


def group_step(shared):
    """Log-probabilities of a group of completions, weighted by advantages, and their gradient."""
    model, x = build().train(), inputs(GROUP, COMPLETION)
    ids = x["input_ids"]
    prompt = ids.shape[1] - COMPLETION
    ids[:, prompt:] = torch.randint(100, 2000, (GROUP, COMPLETION))
    patches = x["pixel_values_videos"].shape[0] // GROUP
    x["pixel_values_videos"] = x["pixel_values_videos"][:patches].repeat(GROUP, 1)
    advantages = torch.randn(GROUP)
    positions, _ = model.model.get_rope_index(
        ids, x["mm_token_type_ids"], video_grid_thw=x["video_grid_thw"], second_per_grid_ts=x["second_per_grid_ts"]
    )
    body = {key: value for key, value in x.items() if key != "second_per_grid_ts"}
    if shared:
        packed = torch.cat([ids[:1, :prompt], ids[:, prompt:].reshape(1, -1)], 1)
        packed_positions = torch.cat([positions[:, :1, :prompt], positions[:, :, prompt:].reshape(3, 1, -1)], 2)
        owner = torch.cat([torch.full((prompt,), -1), torch.arange(GROUP).repeat_interleave(COMPLETION)])
        at = torch.arange(packed.shape[1])
        seen = (at[:, None] >= at[None]) & ((owner[None] == -1) | (owner[:, None] == owner[None]))
        mask = torch.zeros(1, 1, len(at), len(at)).masked_fill(~seen[None, None], float("-inf"))
        rows = [
            torch.cat([torch.tensor([prompt - 1]), prompt + k * COMPLETION + torch.arange(COMPLETION - 1)])
            for k in range(GROUP)
        ]
        body = dict(
            input_ids=packed, attention_mask={"full_attention": mask},
            pixel_values_videos=x["pixel_values_videos"][:patches], video_grid_thw=x["video_grid_thw"][:1],
        )
        positions, rows = packed_positions, torch.cat(rows)
    targets = ids[:, prompt:].reshape(-1, 1)

    def run():
        hidden = model.model(**body, position_ids=positions, use_cache=False)[0]
        hidden = hidden[0, rows] if shared else hidden[:, prompt - 1 : -1].reshape(GROUP * COMPLETION, -1)
        log_probs = torch.log_softmax(model.lm_head(hidden).float(), -1).gather(-1, targets).view(GROUP, COMPLETION)
        (-(log_probs * advantages[:, None]).mean()).backward()
        model.zero_grad(set_to_none=True)

    return run


def decode(batch):
    model, x = build().eval(), inputs(batch, 0)

    def generate(tokens):
        begin = time.perf_counter()
        with torch.inference_mode():
            model.generate(
                **x, max_new_tokens=tokens, min_new_tokens=tokens, do_sample=True, temperature=1.0, top_p=0.95,
                top_k=0, pad_token_id=0,
            )
        return time.perf_counter() - begin

    def faster(tokens):
        return min(generate(tokens), generate(tokens))

    # Reading the prompt is left out: the time of one token is the difference over 64.
    return lambda: (faster(66) - faster(2)) / 64


ROWS = {
    **{f"gemm_f32_{size}": lambda size=size: gemm(size, torch.float32) for size in (128, 256, 512, 1024)},
    "gemm_bf16_512": lambda: gemm(512, torch.bfloat16),
    "tiny_forward_b8": forward,
    "tiny_train_step_b8": train_step,
    "tiny_grpo_group_step": lambda: group_step(False),
    "tiny_grpo_group_step_shared": lambda: group_step(True),
    "tiny_decode_b1": lambda: decode(1),
    "tiny_decode_b8": lambda: decode(8),
}


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def memory():
    """Bytes that a group step adds at its peak to a process that has everything loaded but did no step yet."""
    run = group_step(False)
    before = resident()
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    for _ in range(3):
        run()
    with open("/proc/self/status") as file:
        peak = next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))
    return {"bytes": peak - before, "process": peak}


def measure(run, seconds):
    times, end = [], time.perf_counter() + seconds
    while not times or time.perf_counter() < end:
        begin = time.perf_counter()
        own = run()
        times.append(own if isinstance(own, float) else time.perf_counter() - begin)
    return {"seconds": times}


def main():
    made = {}
    for line in sys.stdin:
        request = json.loads(line)
        if request["row"] == "about":
            import transformers

            answer = {"about": f"torch {torch.__version__}, transformers {transformers.__version__}"}
        elif request["row"] == "memory":
            torch.set_num_threads(request["threads"])
            answer = memory()
        else:
            torch.set_num_threads(request["threads"])
            if request["row"] not in made:
                made[request["row"]] = ROWS[request["row"]]()
                made[request["row"]]()  # once outside the clock
            answer = measure(made[request["row"]], request["seconds"])
        print(json.dumps(answer), flush=True)


main()
