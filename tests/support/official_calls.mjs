// Makes each call with PortOne's JavaScript client, unchanged; prints the error of each, null for none.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { PortOneClient } = createRequire(`${process.argv[2]}/`)("@portone/server-sdk");
const { init, calls } = JSON.parse(readFileSync(0, "utf8"));
const portone = PortOneClient(init);
const told = [];
for (const { client, method, options } of calls) {
  const part = client.split(".").reduce((found, name) => found[name], portone);
  try {
    await part[method](options);
    told.push(null);
  } catch (error) {
    told.push(`${error.name}: ${error.data?.type ?? ""} ${error.message}`);
  }
}
console.log(JSON.stringify(told));
