import { readFileSync } from "node:fs";
import { join } from "node:path";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodePng } from "../../testing/png.ts";
import { makeSyntheticClips } from "../../testing/synthetic-clips.ts";
import { temporaryData } from "../../testing/temporary.ts";
import { Service } from "../service.ts";
import { newApiToken } from "./endpoint.ts";

const token = newApiToken();
const picture = `data:image/png;base64,${encodePng(new Uint8Array(84 * 84 * 3).fill(90), 84, 84).toString("base64")}`;
let data = "";
let service: Service;
let client: OpenAI;

beforeAll(async () => {
  data = temporaryData();
  service = await Service.start({ data, apiToken: token });
  client = new OpenAI({ baseURL: `${service.address}/v1`, apiKey: token, maxRetries: 0 });
});
afterAll(() => service.stop());

/** The client's type knows no videos; the endpoint does. */
const asked = (part: object, text = "what is the color ?") =>
  [{ role: "user", content: [part, { type: "text", text }] }] as OpenAI.ChatCompletionMessageParam[];
const image = { type: "image_url", image_url: { url: picture } };

describe("the OpenAI-compatible endpoint, asked with OpenAI's own client", () => {
  it("lists the base model", async () => {
    expect((await client.models.list()).data.map(({ id }) => id)).toEqual(["base"]);
  });

  it("answers about a picture, the same for the same seed, with log-probabilities and the limit on tokens", async () => {
    const body = {
      model: "base",
      messages: asked(image),
      seed: 3,
      temperature: 1,
      max_tokens: 5,
      logprobs: true,
      n: 2,
    };
    const first = await client.chat.completions.create(body);
    const second = await client.chat.completions.create(body);
    expect(first.choices).toHaveLength(2);
    expect(first.choices.map(({ message }) => message.content)).toEqual(
      second.choices.map(({ message }) => message.content),
    );
    const [choice] = first.choices;
    expect(choice!.finish_reason).toBe("length");
    expect(choice!.logprobs!.content).toHaveLength(5);
    for (const { logprob } of choice!.logprobs!.content!) expect(logprob).toBeLessThanOrEqual(0);
    expect(first.usage).toMatchObject({ completion_tokens: 10 });
  }, 60_000);

  it("streams about a video the text that it gives whole, and ends before a stop text", async () => {
    const [clip] = makeSyntheticClips(data, 1, true);
    const url = `data:video/mp4;base64,${readFileSync(join(data, "synthetic-media", clip!.path)).toString("base64")}`;
    const messages = asked({ type: "video_url", video_url: { url } });
    const body = { model: "default", messages, temperature: 0, max_tokens: 24 };
    const whole = (await client.chat.completions.create(body)).choices[0]!.message.content!;
    let streamed = "";
    for await (const chunk of await client.chat.completions.create({ ...body, stream: true })) {
      streamed += chunk.choices[0]?.delta.content ?? "";
    }
    expect(whole.length).toBeGreaterThan(8);
    expect(streamed).toBe(whole);
    const stop = whole.slice(6, 9);
    const ended = (await client.chat.completions.create({ ...body, stop })).choices[0]!;
    expect([ended.message.content, ended.finish_reason]).toEqual([whole.slice(0, whole.indexOf(stop)), "stop"]);
  }, 60_000);

  it("refuses in OpenAI's form what it cannot do", async () => {
    const ask = (change: object) =>
      client.chat.completions.create({ model: "base", messages: asked(image), max_tokens: 1, ...change });
    await expect(ask({ model: "gpt" })).rejects.toMatchObject({ status: 404, code: "model_not_found" });
    await expect(ask({ temperature: -1 })).rejects.toMatchObject({ status: 400, param: "temperature" });
    const elsewhere = { type: "image_url", image_url: { url: "https://example.com/a.png" } };
    await expect(ask({ messages: asked(elsewhere) })).rejects.toMatchObject({ status: 400, code: "invalid_media_url" });
    const outside = { type: "image_url", image_url: { url: "secondlook://sample-pack/../user.db" } };
    await expect(ask({ messages: asked(outside) })).rejects.toMatchObject({ status: 404, code: "media_not_found" });
    const stranger = new OpenAI({ baseURL: `${service.address}/v1`, apiKey: "sk-other", maxRetries: 0 });
    await expect(stranger.models.list()).rejects.toMatchObject({ status: 401, code: "invalid_api_key" });
    const large = await fetch(`${service.address}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: new Uint8Array(97 * 2 ** 20),
    });
    expect(large.status).toBe(413);
  }, 60_000);
});

describe("a service that was started without it", () => {
  it("has no such endpoint", async () => {
    const plain = await Service.start({ data: temporaryData() });
    const answer = await fetch(`${plain.address}/v1/models`, { headers: { authorization: `Bearer ${token}` } });
    await plain.stop();
    expect(answer.headers.get("content-type")).not.toBe("application/json");
  });
});
