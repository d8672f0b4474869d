// What an app does, by the TypeScript types generated from docs/openapi.json: node calls.js URL TOKEN ACTION ID.
// That it compiles says that paths, bodies and answers are typed; it prints what was answered.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

declare const process: { argv: string[] };
declare const console: { log(text: string): void };

const [baseUrl, token, action, id] = process.argv.slice(2) as [string, string, string, string];
const client = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${token}` } });
type Refusal = components["schemas"]["Error"] | components["schemas"]["GatewayMessage"];

async function prepare(): Promise<components["schemas"]["Checkout"] | Refusal> {
  const { data, error } = await client.POST("/payments", {
    params: { header: { "Idempotency-Key": "generated-1" } },
    body: { orderId: id, platform: "react-native" },
  });
  return data ?? error;
}

async function verify(): Promise<components["schemas"]["Payment"] | Refusal> {
  const { data, error } = await client.POST("/payments/{paymentId}/verify", {
    params: { path: { paymentId: id } },
  });
  return data ?? error;
}

async function start(): Promise<components["schemas"]["VerificationWindow"] | Refusal> {
  const { data, error } = await client.POST("/identity-verifications", { body: { purpose: id } });
  return data ?? error;
}

async function verified(): Promise<components["schemas"]["Verification"] | Refusal> {
  const { data, error } = await client.POST("/identity-verifications/{verificationId}/verify", {
    params: { path: { verificationId: id } },
  });
  return data ?? error;
}

const actions: Record<string, () => Promise<object>> = { prepare, verify, start, verified };
console.log(JSON.stringify(await actions[action]!()));
