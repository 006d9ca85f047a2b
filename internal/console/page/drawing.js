// The drawing: clients, the scopes that they hold, and the methods that these open.

const keyOf = {
  client: (client) => `client ${client.key}`,
  scope: (pool, scope) => `scope ${pool.key} ${scope}`,
  method: (api, method) => `method ${api.key} ${method.httpMethod} ${method.path}`,
};

// graph returns the nodes by key and the lines between them.
function graph(system) {
  const nodes = new Map();
  const lines = [];
  for (const pool of system.userPools) {
    for (const server of pool.resourceServers) {
      for (const scope of server.scopes) nodes.set(keyOf.scope(pool, scope.name), { name: scope.name });
    }
  }
  for (const client of system.clients) {
    nodes.set(keyOf.client(client), { name: client.name });
    for (const scope of client.scopes) {
      const to = keyOf.scope({ key: client.userPool }, scope);
      if (nodes.has(to)) lines.push({ from: keyOf.client(client), to });
    }
  }
  for (const api of distinct(system.apis)) {
    for (const method of api.methods) {
      const to = keyOf.method(api, method);
      nodes.set(to, { name: `${method.httpMethod} ${method.path}` });
      for (const pool of method.userPools) {
        for (const scope of method.scopes) {
          const from = keyOf.scope({ key: pool }, scope);
          if (nodes.has(from)) lines.push({ from, to });
        }
      }
    }
  }
  return { nodes, lines };
}

// distinct returns each API once, even if it has several stages.
const distinct = (apis) => [...new Map(apis.map((api) => [api.key, api])).values()];

// needsOf says what a caller of a method needs.
function needsOf(method) {
  switch (method.authorization) {
    case "AWS_IAM": return "needs an AWS signature, which nobody has here";
    case "CUSTOM": return `asks the Lambda authorizer ${method.authorizer}`;
    case "NONE": return "open to everybody";
  }
  return method.scopes.length === 0 ? "needs an ID token, which a machine client cannot get" : `requires ${method.scopes.join(" or ")}`;
}

function drawSystem(system) {
  const { nodes, lines } = graph(system);
  const names = (keys) => list(keys.map((key) => nodes.get(key).name));
  const before = (key) => lines.filter((line) => line.to === key).map((line) => line.from);
  const after = (key) => lines.filter((line) => line.from === key).map((line) => line.to);
  const buttons = new Map();
  let selected = null;

  // node draws one box. The sentence says what the lines show, for screen readers.
  const node = (key, kind, sentence, ...content) => {
    const button = el("button", {
      type: "button", class: `node ${kind}`, "aria-pressed": "false",
      onclick: () => select(selected === key ? null : key),
      onmouseenter: () => highlight(key), onmouseleave: () => highlight(selected),
    }, ...content, hidden(`. ${sentence}`));
    button.dataset.key = key;
    buttons.set(key, { button, sentence });
    return button;
  };

  const clientNode = (client) => {
    const key = keyOf.client(client);
    const held = after(key);
    const opened = [...new Set(held.flatMap(after))];
    const sentence = `${client.name} holds ${names(held) || "no scope"}` +
      (held.length ? `, and so may call ${names(opened) || "no method"}.` : ".");
    return node(key, "client", sentence, el("strong", {}, client.name), el("span", { class: "detail mono" }, client.clientId));
  };
  const scopeNode = (pool, scope) => {
    const key = keyOf.scope(pool, scope.name);
    const [holders, opened] = [before(key), after(key)];
    const sentence = `${scope.name} opens ${names(opened) || "no method"}, and ${holders.length ? `is held by ${names(holders)}` : "no client holds it"}.`;
    const unused = opened.length === 0 ? (holders.length === 0 ? "no client holds it, no method requires it" : "no method requires it") :
      (holders.length === 0 ? "no client holds it" : null);
    return node(key, unused ? "scope unused" : "scope", sentence, el("strong", { class: "mono" }, scope.name),
      scope.description && el("span", { class: "detail" }, scope.description), unused && el("span", { class: "detail" }, unused));
  };
  const methodNode = (api, method) => {
    const key = keyOf.method(api, method);
    const scopes = [...new Set(before(key))];
    const needs = needsOf(method) + (method.apiKeyRequired ? ", with an API key" : "");
    const holders = [...new Set(scopes.flatMap(before))];
    const sentence = `${method.httpMethod} ${method.path} ${needs.startsWith("open") ? `is ${needs}` : needs}` +
      (method.scopes.length ? `, which ${names(holders) || "no client"} ${holders.length > 1 ? "hold" : "holds"}.` : ".");
    return node(key, "method", sentence, el("strong", { class: "mono" }, el("span", { class: "verb" }, method.httpMethod), ` ${method.path}`),
      el("span", { class: "detail" }, needs));
  };

  // Methods are sorted by their scopes, so that fewer lines cross.
  const order = [...nodes.keys()];
  const place = (api, method) => Math.min(Infinity, ...before(keyOf.method(api, method)).map((key) => order.indexOf(key)));
  const column = (title, ...content) => el("div", { class: "column" }, el("h4", {}, title), el("div", { class: "nodes" }, ...content));
  const pools = system.userPools.map((pool) => el("div", { class: "frame pool" },
    el("h3", {}, el("span", { class: "kind" }, "User pool"), ` ${pool.name || pool.key}`),
    el("div", { class: "columns" },
      column("Clients", system.clients.filter((client) => client.userPool === pool.key).map(clientNode)),
      el("div", { class: "servers" }, pool.resourceServers.map((server) => column(`Scopes of resource server ${server.identifier}`,
        server.scopes.map((scope) => scopeNode(pool, scope))))))));
  const apis = distinct(system.apis).map((api) => el("div", { class: "frame api" },
    el("h3", {}, el("span", { class: "kind" }, "REST API"), ` ${api.name || api.key}`),
    column(`Methods at stage ${list(system.apis.filter((other) => other.key === api.key).map((other) => other.stage))}`,
      api.methods.toSorted((a, b) => place(api, a) - place(api, b)).map((method) => methodNode(api, method)))));

  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("aria-hidden", "true");
  for (const line of lines) {
    line.path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    svg.append(line.path);
  }
  const drawing = byId("drawing");
  drawing.replaceChildren(el("div", { class: "stack" }, pools), el("div", { class: "stack" }, apis), svg);

  // reach returns key and everything that can be reached from it in one direction.
  const reach = (key, next) => [key, ...next(key).flatMap((other) => reach(other, next))];
  const highlight = (key) => {
    const on = new Set(key === null ? [] : [...reach(key, before), ...reach(key, after)]);
    drawing.classList.toggle("following", key !== null);
    for (const [other, { button }] of buttons) button.classList.toggle("on", on.has(other));
    for (const line of lines) line.path.classList.toggle("on", on.has(line.from) && on.has(line.to));
  };
  const select = (key) => {
    selected = key;
    for (const [other, { button }] of buttons) button.setAttribute("aria-pressed", String(other === key));
    byId("relation").textContent = key === null ? "" : buttons.get(key).sentence;
    highlight(key);
  };

  new ResizeObserver(() => {
    const origin = drawing.getBoundingClientRect();
    for (const line of lines) {
      const from = buttons.get(line.from).button.getBoundingClientRect();
      const to = buttons.get(line.to).button.getBoundingClientRect();
      const [x1, y1] = [from.right - origin.left, from.top - origin.top + from.height / 2];
      const [x2, y2] = [to.left - origin.left, to.top - origin.top + to.height / 2];
      const bend = Math.max(24, (x2 - x1) / 2);
      line.path.setAttribute("d", `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`);
    }
  }).observe(drawing);

  const waived = system.waivers.filter((waiver) => waiver.for.length);
  byId("waivers").hidden = waived.length === 0;
  byId("waivers").replaceChildren(...waived.map((waiver) => el("li", {}, `Without ${waiver.name}: ${waiver.effect} (${list(waiver.for)}).`)));

  byId("unserved").hidden = system.unserved.length === 0;
  byId("unserved").textContent = `In the template, but without effect here: ${list(system.unserved)}.`;
}

