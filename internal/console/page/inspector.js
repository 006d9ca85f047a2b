// The token inspector.

const times = new Set(["exp", "iat", "nbf", "auth_time"]);

function showInspector(system) {
  const clients = byId("token-client");
  clients.replaceChildren(...system.clients.map((client) => el("option", { value: client.key }, client.name)));
  const showScopes = () => {
    const client = system.clients.find((one) => one.key === clients.value);
    const pool = system.userPools.find((one) => one.key === client?.userPool);
    const scopes = pool?.resourceServers.flatMap((server) => server.scopes) ?? [];
    byId("token-scopes").replaceChildren(...scopes.map((scope) => el("label", { class: "check" },
      el("input", { type: "checkbox", value: scope.name }), " ", el("span", { class: "mono" }, scope.name),
      !client.scopes.includes(scope.name) && el("span", { class: "quiet small" }, " not held"))));
  };
  clients.addEventListener("change", showScopes);
  showScopes();
  byId("get-token").disabled = system.clients.length === 0;

  byId("request-token").addEventListener("submit", (event) => {
    event.preventDefault();
    guarded(byId("get-token"), async () => {
      const operation = system.clients.find((one) => one.key === clients.value).tokenOperation;
      const scopes = [...byId("token-scopes").querySelectorAll(":checked")].map((box) => box.value);
      const answer = await ask("token", { client: clients.value, scopes });
      byId("token").value = answer.token;
      if (answer.token) return inspect();
      byId("inspection").replaceChildren();
      verdict("fail", `No token: ${operation || "the token endpoint"} answered ${answer.status} ${answer.error}.`);
    });
  });
  byId("inspect-token").addEventListener("submit", (event) => {
    event.preventDefault();
    guarded(byId("inspect"), inspect);
  });
}

function verdict(kind, text) {
  byId("verdict").className = `note ${kind}`;
  byId("verdict").textContent = text;
}

async function inspect() {
  const found = await ask("inspect", { token: byId("token").value });
  const label = (one) => `${one.httpMethod} ${one.path}`;
  const opened = found.verdicts.filter((one) => one.opens).map(label);
  const closed = found.verdicts.filter((one) => !one.opens).map(label);
  verdict(opened.length ? "pass" : "fail",
    `This token opens ${list(opened) || "no method"}${opened.length && closed.length ? `, not ${list(closed)}` : ""}.`);
  byId("inspection").replaceChildren(
    el("table", { class: "verdicts" },
      el("caption", { class: "hidden" }, "Whether each method accepts the token"),
      el("thead", {}, el("tr", {}, ["Method", "With this token", "Why"].map((name) => el("th", { scope: "col" }, name)))),
      el("tbody", {}, found.verdicts.map((one) => el("tr", {},
        el("th", { scope: "row", class: "mono" }, label(one)),
        el("td", {}, el("span", { class: one.opens ? "result pass" : "result fail" }, one.opens ? "✓ open" : "✗ closed")),
        el("td", {}, one.reason))))),
    ...(found.problem ? [el("p", { class: "quiet" }, `Nothing to decode: ${found.problem}.`)] :
      [el("div", { class: "decoded" }, members("Header", found.header), members("Claims", found.claims))]));
}

// members draws a JSON object, with its times in the local format too.
function members(title, object) {
  return el("div", { class: "card" }, el("h3", {}, title), el("dl", { class: "members" },
    Object.entries(object).map(([name, value]) => [
      el("dt", { class: "mono" }, name),
      el("dd", {}, el("span", { class: "mono" }, typeof value === "string" ? value : JSON.stringify(value)),
        times.has(name) && typeof value === "number" && Math.abs(value) < 8e12 &&
          el("span", { class: "quiet small" }, ` ${new Date(value * 1000).toLocaleString()}`)),
    ])));
}

