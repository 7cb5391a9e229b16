// A program of its own, because the anchors that a runtime trusts over HTTP/3 come from its
// environment: fetches the URL given and prints status and body, the body in base64.

import process from "node:process";

const url = process.argv[2]!;
const response = await fetch(url, { protocol: "http3" } as RequestInit);
const body = Buffer.from(await response.arrayBuffer()).toString("base64");
console.log(response.status, response.headers.get("cache-control"), body);
