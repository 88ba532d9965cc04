"use strict";
// Draws /openapi.json and tries its routes. Every text goes in as text; nothing comes from elsewhere.

const element = (name, text, ...children) => {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  made.append(...children);
  return made;
};

const named = (schema, all) => {
  const name = (schema.$ref || "").split("/").pop();
  return name ? { name, schema: all[name] || {} } : { name: "", schema };
};

const kind = (schema, all) => {
  const { name, schema: found } = named(schema, all);
  if (found.oneOf) return found.oneOf.map((one) => one.const).filter(Boolean).join(" | ") || name;
  if (found.enum) return found.enum.join(" | ");
  if (found.type === "array") return `list of ${kind(found.items || {}, all)}`;
  return name || [].concat(found.type || "any").join(" or ");
};

const fields = (schema, all) => {
  const { schema: found } = named(schema, all);
  const rows = Object.entries(found.properties || {}).map(([name, one]) => {
    const must = (found.required || []).includes(name);
    return element("tr", "", element("td", "", element("code", name)), element("td", kind(one, all)),
      element("td", `${must ? "needed. " : ""}${one.description || ""}`));
  });
  return rows.length ? element("table", "", ...rows) : element("p", kind(schema, all));
};

const json = (content) => content && (content["application/json"] || {}).schema;

const trial = (method, path, operation) => {
  const inputs = new Map();
  const rows = (operation.parameters || []).map((parameter) => {
    const input = element("input");
    inputs.set(parameter, input);
    return element("tr", "", element("td", "", element("code", parameter.name)), element("td", parameter.in),
      element("td", "", input), element("td", `${parameter.required ? "needed. " : ""}${parameter.description || ""}`));
  });
  const body = operation.requestBody ? element("textarea") : null;
  if (body) body.value = "{}";
  const send = element("button", "Send");
  const answer = element("pre");
  answer.hidden = true;
  send.addEventListener("click", async () => {
    const headers = new Headers();
    const query = new URLSearchParams();
    let target = path;
    const token = document.getElementById("token").value.trim();
    if (token) headers.set("authorization", `Bearer ${token}`);
    for (const [parameter, input] of inputs) {
      if (!input.value) continue;
      if (parameter.in === "path") target = target.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
      if (parameter.in === "query") query.append(parameter.name, input.value);
      if (parameter.in === "header") headers.set(parameter.name, input.value);
    }
    if (body) headers.set("content-type", "application/json");
    const asked = query.size ? `${target}?${query}` : target;
    answer.hidden = false;
    answer.textContent = "…";
    try {
      const came = await fetch(asked, { method: method.toUpperCase(), headers, body: body ? body.value : undefined });
      const text = await came.text();
      let shown = text;
      try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* no JSON */ }
      const heads = ["etag", "location", "link", "retry-after", "x-request-id"];
      const lines = heads.filter((name) => came.headers.has(name)).map((name) => `${name}: ${came.headers.get(name)}`);
      answer.textContent = [`${came.status} ${came.statusText}`, ...lines, "", shown].join("\n");
    } catch (wrong) {
      answer.textContent = String(wrong);
    }
  });
  const parts = rows.length ? [element("table", "", ...rows)] : [];
  if (body) parts.push(body);
  return element("div", "", ...parts, element("p", "", send), answer);
};

const route = (method, path, operation, all) => {
  const parts = [element("p", operation.description || "")];
  const body = operation.requestBody && json(operation.requestBody.content);
  if (body) parts.push(element("h4", "Body"), fields(body, all));
  for (const [status, answer] of Object.entries(operation.responses || {})) {
    const schema = json(answer.content);
    if (schema) parts.push(element("h4", `Answer ${status}`), fields(schema, all));
  }
  const refusals = Object.entries(operation.responses || {}).filter(([status]) => Number(status) >= 300);
  parts.push(element("p", refusals.map(([status, answer]) => `${status}: ${answer.description}`).join(" ")));
  parts.push(element("h4", "Try it"), trial(method, path, operation));
  const summary = element("summary", "", element("b", method.toUpperCase()), element("code", path), operation.summary || "");
  const drawn = element("details", "", summary, element("div", "", ...parts));
  drawn.dataset.words = `${method} ${path} ${operation.operationId} ${operation.description}`.toLowerCase();
  return drawn;
};

const draw = async () => {
  const spec = await (await fetch("/openapi.json")).json();
  document.getElementById("about").textContent = `${spec.info.description} Version ${spec.info.version}.`;
  const all = (spec.components || {}).schemas || {};
  const drawn = Object.entries(spec.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => route(method, path, operation, all)));
  document.getElementById("routes").replaceChildren(...drawn);
  document.getElementById("find").addEventListener("input", (event) => {
    const words = event.target.value.toLowerCase();
    for (const one of drawn) one.hidden = !one.dataset.words.includes(words);
  });
};

draw().catch((wrong) => { document.getElementById("routes").textContent = `The routes cannot be read: ${wrong}`; });
